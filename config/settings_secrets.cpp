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
FileText fetch(const std::string& file, const std::string& environment, const Reader& reader) {
    if (!file.empty()) return reader.sources().file(relative_to(reader.file(), file), largest_key_file);
    const auto value = reader.sources().environment(environment);
    if (!value) return {"", "is not set"};
    return {*value, ""};
}

void read_key_of_list(const KeySource& source, const toml::source_region& where, DnsblSettings& settings,
                      Reader& reader) {
    const std::string which =
        (source.file.empty() ? "the environment variable with the key of " : "the key file of ") +
        in_quotes(source.zone_suffix);
    const FileText found = fetch(source.file, source.environment, reader);
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

struct Place {
    std::string file;         // either
    std::string environment;  // or
};

// The one of the two that is given, `file` or `env`; nothing after a problem. `what` is what comes from there.
std::optional<Place> read_place(const toml::table& table, const std::string& what,
                                const toml::source_region& where, Reader& reader) {
    reader.unknown_keys(table, what, {"file", "env"});
    const auto* file = table.get("file");
    const auto* environment = table.get("env");
    if (file && environment) {
        reader.problem(where, what + R"( has both "file" and "env": keep one)");
        return {};
    }
    if (!file && !environment) {
        reader.problem(where, what + R"( needs a "file" or an "env")");
        return {};
    }
    const auto* text = file ? reader.text(*file, "file") : reader.text(*environment, "env");
    if (!text) return {};
    if (text->empty() || text->find_first_of(std::string_view("\0=", 2)) != std::string::npos) {
        reader.problem(
            (file ? file : environment)->source(),
            file ? R"("file" must be the path of a file)" : R"("env" must be the name of a variable)");
        return {};
    }
    return file ? Place{*text, ""} : Place{"", *text};
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
    const auto place = read_place(*table, "the key of " + in_quotes(zone), key.source(), reader);
    if (!place) return;
    const KeySource source{zone, place->file, place->environment};
    if (settings.secrets.contains(zone))
        return reader.problem(key.source(), in_quotes(zone) + " has two keys: keep one");
    settings.keys.push_back(source);
    read_key_of_list(source, key.source(), settings, reader);
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

void read_secret(const toml::node& node, std::string_view name, bool literal, Secret& secret,
                 Reader& reader) {
    const std::string what = in_quotes(name);
    if (node.is_string() && literal) {
        secret.value = *node.value<std::string>();
        if (secret.value.empty()) reader.problem(node.source(), what + " must not be empty");
        return;
    }
    if (node.is_string())
        return reader.problem(node.source(),
                              what +
                                  " must not stand in the configuration: put it into a file and write "
                                  R"({ file = "/etc/reputed/NAME" }, or { env = "VARIABLE" })");
    const auto* table = reader.table(node, name);
    if (!table) return;
    const auto place = read_place(*table, what, node.source(), reader);
    if (!place) return;
    secret.file = place->file;
    secret.environment = place->environment;
    const FileText found = fetch(place->file, place->environment, reader);
    const std::string which =
        (place->file.empty() ? "the environment variable with " : "the file with ") + what;
    if (!found.error.empty()) return reader.problem(node.source(), which + ": " + found.error);
    secret.value = trimmed(found.text);
    if (secret.value.empty()) return reader.problem(node.source(), which + ": is empty");
    if (secret.value.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
        secret.value.clear();
        reader.problem(node.source(), which + ": must hold it alone, in one line");
    }
}

std::string show_secret(const Secret& secret) {
    if (!secret.file.empty()) return "{ file = " + toml_quoted(secret.file) + " }";
    if (!secret.environment.empty()) return "{ env = " + toml_quoted(secret.environment) + " }";
    return "";
}

}  // namespace reputed::schema
