#include <algorithm>
#include <string_view>

#include "config/import/ini.hpp"
#include "config/import/source.hpp"
#include "config/import/zone.hpp"
#include "config/yaml_tree.hpp"

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

// The value of the key; null where it is not there.
YamlNode value_of(const YamlNode& map, std::string_view key) {
    if (map.kind != YamlNode::Kind::map) return {};
    for (std::size_t i = 0; i + 1 < map.items.size(); i += 2)
        if (map.items[i].text == key) return map.items[i + 1];
    return {};
}

template <class Take>
void each_text(const YamlNode& list, const Source& source, Found& found, const Take& take) {
    if (list.kind == YamlNode::Kind::null) return;
    if (list.kind != YamlNode::Kind::list)
        return add_remark(found, {source.file, list.line}, "is no list of names: left out");
    for (const auto& item : list.items) {
        const Place place{source.file, item.line};
        if (item.kind == YamlNode::Kind::scalar && !item.text.empty())
            take(item.text, place);
        else
            add_remark(found, place, "is no name: left out");
    }
}

void read_values(const YamlNode& values, const Source& source, Found& found) {
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
    each_text(value_of(values, "rbls"), source, found, zone(ListKind::ip_blocklist));
    each_text(value_of(values, "rbls_domain"), source, found, zone(ListKind::domain_blocklist));
    each_text(value_of(values, "targets"), source, found, target(false));
    each_text(value_of(values, "targets_domain"), source, found, target(true));
    if (const auto resolver = value_of(values, "resolver"); resolver.kind != YamlNode::Kind::null)
        add_remark(
            found, {source.file, resolver.line},
            "the resolver is left out: set \"servers\" under [dns] where it is a recursive one of your own");
}

void read_yaml_source(const Source& source, Found& found) {
    Problems problems;
    const auto root = parse_yaml(source.text, source.file, problems);
    for (const auto& problem : problems)
        add_remark(found, {source.file, problem.line}, problem.message + ": left out");
    if (!root) return;
    if (root->kind != YamlNode::Kind::map)
        return add_remark(found, {source.file, 1}, "is no YAML with rbls or targets: left out");
    for (const char* name : {"config", "configuration"})
        read_values(value_of(*root, name), source, found);
    read_values(*root, source, found);
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
