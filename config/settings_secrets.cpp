#include "config/settings_secrets.hpp"

#include <algorithm>

#include "config/host_name.hpp"
#include "config/list_key.hpp"
#include "config/sources.hpp"
#include "config/text.hpp"

// No message in this file repeats a value: an operator may have put the key itself where a path or a name
// belongs.
namespace reputed::schema {

namespace {

constexpr std::size_t largest_key_file = 4096;
constexpr std::size_t longest_label = 63;  // RFC 1035 section 2.3.4

std::string relative_to(const std::string& file, const std::string& path) {
    const auto slash = file.rfind('/');
    if (path.starts_with('/') || slash == std::string::npos) return path;
    return file.substr(0, slash + 1) + path;
}

std::string trimmed(const std::string& text) {
    constexpr const char* space = " \t\r\n";
    const auto first = text.find_first_not_of(space);
    if (first == std::string::npos) return "";
    return text.substr(first, text.find_last_not_of(space) - first + 1);
}

bool is_label(const std::string& key) {
    return key.size() <= longest_label && std::all_of(key.begin(), key.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '-' || c == '_';
           });
}

// The content of a source, or a complaint that follows its name: "is empty".
FileText fetch(const KeySource& source, const Reader& reader) {
    if (!source.file.empty())
        return reader.sources().file(relative_to(reader.file(), source.file), largest_key_file);
    const auto value = reader.sources().environment(source.environment);
    if (!value) return {"", "is not set"};
    return {*value, ""};
}

void read_secret(const KeySource& source, const toml::source_region& where, DnsblSettings& settings,
                 Reader& reader) {
    const std::string which =
        (source.file.empty() ? "the environment variable with the key of " : "the key file of ") +
        in_quotes(source.zone_suffix);
    const FileText found = fetch(source, reader);
    if (!found.error.empty()) return reader.problem(where, which + ": " + found.error);
    const std::string key = trimmed(found.text);
    if (key.empty()) return reader.problem(where, which + ": is empty");
    if (!is_label(key))
        return reader.problem(
            where, which +
                       ": must hold the key alone, at most 63 letters, digits and hyphens, since it "
                       "becomes a part of the name that is asked");
    settings.secrets[source.zone_suffix] = key;
}

// dq.spamhaus.net without quotes is three tables to TOML: their names, joined, or "" when it is not that
// slip.
std::string unquoted_zone(const toml::key& key, const toml::node& value) {
    std::string zone(key.str());
    if (zone.find('.') != std::string::npos) return "";
    const auto* table = value.as_table();
    if (!table || table->empty() || table->contains("file") || table->contains("env")) return "";
    while (table && table->size() == 1 && !table->contains("file") && !table->contains("env")) {
        zone += '.' + std::string(table->begin()->first.str());
        table = table->begin()->second.as_table();
    }
    return zone;
}

// The one of the two that is given, `file` or `environment`; nothing after a problem.
std::optional<KeySource> read_source(const toml::table& table, const std::string& zone,
                                     const toml::source_region& where, Reader& reader) {
    reader.unknown_keys(table, "the key of " + in_quotes(zone), {"file", "env"});
    const auto* file = table.get("file");
    const auto* environment = table.get("env");
    if (file && environment) {
        reader.problem(where, "the key of " + in_quotes(zone) + R"( has both "file" and "env": keep one)");
        return {};
    }
    if (!file && !environment) {
        reader.problem(where, "the key of " + in_quotes(zone) + R"( needs a "file" or an "env")");
        return {};
    }
    KeySource source{zone, "", ""};
    const auto* text = file ? reader.text(*file, "file") : reader.text(*environment, "env");
    if (!text) return {};
    if (text->empty() || text->find_first_of(std::string_view("\0=", 2)) != std::string::npos) {
        reader.problem(
            (file ? file : environment)->source(),
            file ? R"("file" must be the path of a file)" : R"("env" must be the name of a variable)");
        return {};
    }
    (file ? source.file : source.environment) = *text;
    return source;
}

void read_key(const toml::key& key, const toml::node& value, DnsblSettings& settings, Reader& reader) {
    if (const auto zone = unquoted_zone(key, value); !zone.empty())
        return reader.problem(key.source(),
                              "a zone holds dots and so needs quotes here: \"" + lower(zone) + '"');
    if (const auto* list = reveals_key(key.str(), Catalogue::builtin().lists()))
        return reader.problem(key.source(), "this zone has the key inside: write " + in_quotes(list->name) +
                                                " and put the key into a file");
    std::string zone(key.str());
    if (auto fault = normalize_name(zone, NameUse::zone); !fault.empty())
        return reader.problem(key.source(), std::move(fault));
    if (value.is_string())
        return reader.problem(key.source(),
                              "the key of " + in_quotes(zone) +
                                  " must not stand in the configuration: put it into a file and write "
                                  R"({ file = "/etc/reputed/NAME.key" }, or { env = "VARIABLE" })");
    const auto* table = reader.table(value, zone);
    if (!table) return;
    const auto source = read_source(*table, zone, key.source(), reader);
    if (!source) return;
    if (settings.secrets.contains(zone))
        return reader.problem(key.source(), in_quotes(zone) + " has two keys: keep one");
    settings.keys.push_back(*source);
    read_secret(*source, key.source(), settings, reader);
}

}  // namespace

void read_keys(const toml::node& node, std::string_view name, DnsblSettings& settings, Reader& reader) {
    const auto* table = reader.table(node, name);
    if (!table) return;
    for (const auto& [key, value] : *table)
        read_key(key, value, settings, reader);
}

std::string show_keys(const DnsblSettings& settings) {
    if (settings.keys.empty()) return "";
    std::string out = "[dnsbl.keys]\n";
    for (const auto& source : settings.keys)
        out += toml_quoted(source.zone_suffix) + " = { " +
               (source.file.empty() ? "env = " + toml_quoted(source.environment)
                                    : "file = " + toml_quoted(source.file)) +
               " }\n";
    return out;
}

}  // namespace reputed::schema
