#include <algorithm>
#include <string_view>

#include <yaml-cpp/yaml.h>

#include "config/import/ini.hpp"
#include "config/import/source.hpp"
#include "config/import/zone.hpp"

// rbls.ini and targets.ini of github.com/Luzilla/dnsbl_exporter, and the values of its Helm charts, which hold the
// same: rbls, targets and, in newer ones, rbls_domain and targets_domain.
namespace reputed::imports {
namespace {

void read_ini_source(const Source& source, Found& found) {
    const auto ini = read_ini(source.text);
    for (const auto line : ini.not_taken)
        add_remark(found, {source.file, line}, "is neither a section nor KEY=VALUE: left out");
    for (const auto& entry : ini.entries) {
        const Place place{source.file, entry.line};
        if (entry.key != "server")
            add_remark(found, place, shown(entry.key) + " is no key of dnsbl_exporter: left out");
        else if (entry.value.empty())
            add_remark(found, place, "\"server\" is empty: left out");
        else if (entry.section == "rbl")
            add_zone(found, {entry.value, ListKind::ip_blocklist, false, place});
        else if (entry.section == "targets")
            add_target(found, {entry.value, false, place});
        else
            add_remark(found, place,
                       "the section " + shown(entry.section) + " is not of dnsbl_exporter: left out");
    }
}

unsigned line_of(const YAML::Node& node) {
    return node.Mark().is_null() ? 0 : static_cast<unsigned>(node.Mark().line) + 1;
}

template <class Take>
void each_text(const YAML::Node& list, const Source& source, Found& found, const Take& take) {
    if (!list || list.IsNull()) return;
    if (!list.IsSequence())
        return add_remark(found, {source.file, line_of(list)}, "is no list of names: left out");
    for (const auto& item : list) {
        const Place place{source.file, line_of(item)};
        if (item.IsScalar() && !item.Scalar().empty())
            take(item.Scalar(), place);
        else
            add_remark(found, place, "is no name: left out");
    }
}

void read_values(const YAML::Node& values, const Source& source, Found& found) {
    const auto zone = [&](ListKind kind) {
        return [&found, kind](const std::string& text, const Place& place) {
            add_zone(found, {text, kind, false, place});
        };
    };
    const auto target = [&](bool domain) {
        return [&found, domain](const std::string& text, const Place& place) {
            add_target(found, {text, domain, place});
        };
    };
    each_text(values["rbls"], source, found, zone(ListKind::ip_blocklist));
    each_text(values["rbls_domain"], source, found, zone(ListKind::domain_blocklist));
    each_text(values["targets"], source, found, target(false));
    each_text(values["targets_domain"], source, found, target(true));
    if (const auto resolver = values["resolver"])
        add_remark(
            found, {source.file, line_of(resolver)},
            "the resolver is left out: set \"servers\" under [dns] where it is a recursive one of your own");
}

constexpr std::size_t largest_yaml = 256 * 1024;  // its nodes take a hundred times the memory of their text

// Nesting costs stack in the parser; values have next to none.
bool nests_deeply(std::string_view text) {
    constexpr std::size_t most = 64;
    std::size_t brackets = 0;
    std::size_t indent = 0;
    bool leading = true;
    for (const char c : text) {
        if (c == '[' || c == '{') ++brackets;
        if ((c == ']' || c == '}') && brackets > 0) --brackets;
        if (c == '\n') {
            indent = 0;
            leading = true;
        } else if (leading && (c == ' ' || c == '-' || c == '?' || c == ':')) {
            ++indent;
        } else {
            leading = false;
        }
        if (brackets > most || indent > 2 * most) return true;
    }
    return false;
}

void read_yaml_source(const Source& source, Found& found) {
    if (source.text.size() > largest_yaml)
        return add_remark(found, {source.file, 0}, "is larger than 256 KiB, which values are not: left out");
    if (nests_deeply(source.text))
        return add_remark(found, {source.file, 0}, "is nested too deeply: left out");
    try {
        const auto root = YAML::Load(source.text);
        if (!root.IsMap())
            return add_remark(found, {source.file, 1}, "is no YAML with rbls or targets: left out");
        for (const char* name : {"config", "configuration"})
            if (const auto values = root[name]; values && values.IsMap()) read_values(values, source, found);
        read_values(root, source, found);
    } catch (const YAML::Exception& error) {
        const auto line = error.mark.is_null() ? 0U : static_cast<unsigned>(error.mark.line) + 1;
        add_remark(found, {source.file, line}, "is no YAML that can be read: left out");
    }
}

// The charts' values begin with a key and a colon; an INI file has a section or KEY=VALUE.
bool is_yaml(const Source& source) {
    for (std::size_t at = 0; at < source.text.size();) {
        const auto end = std::min(source.text.find('\n', at), source.text.size());
        const std::string_view line(source.text.data() + at, end - at);
        at = end + 1;
        const auto first = line.find_first_not_of(" \t\r");
        if (first == std::string_view::npos || line[first] == '#' || line[first] == ';') continue;
        if (line.starts_with("---")) return true;
        if (line[first] == '[') return false;
        const auto sign = line.find_first_of("=:");
        return sign != std::string_view::npos && line[sign] == ':';
    }
    return false;
}

}  // namespace

void read_dnsbl_exporter(std::span<const Source> sources, Found& found) {
    found.whole = true;
    for (const auto& source : sources)
        is_yaml(source) ? read_yaml_source(source, found) : read_ini_source(source, found);
}

}  // namespace reputed::imports
