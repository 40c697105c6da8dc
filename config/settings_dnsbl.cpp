#include <algorithm>
#include <set>
#include <sstream>

#include "config/catalogue_toml.hpp"
#include "config/host_name.hpp"
#include "config/list_key.hpp"
#include "config/settings_keys.hpp"
#include "config/settings_secrets.hpp"
#include "config/text.hpp"

// [dnsbl] and the operator's own lists below it.
namespace reputed::schema {

namespace {

std::string key_fault(const std::string& name) {
    const auto* keyed = reveals_key(name, Catalogue::builtin().lists());
    if (!keyed) return "";
    return "this list name has a key inside: write " + in_quotes(keyed->name) +
           " and put the key under [dnsbl.keys]";
}

// What forbids this name of a list everywhere: a key inside it, or that the list is dead or of no use.
std::string list_fault(const std::string& name) {
    if (auto fault = key_fault(name); !fault.empty()) return fault;
    const auto* dead = Catalogue::builtin().find_dead(name);
    if (!dead) return "";
    if (dead->since.empty()) return in_quotes(name) + " cannot be used: " + dead->reason;
    return in_quotes(name) + " is dead since " + dead->since + ": remove it";
}

std::string list_rule(std::string& text) {
    // Before anything that repeats the text.
    if (auto fault = key_fault(text); !fault.empty()) return fault;
    if (auto fault = normalize_name(text, NameUse::zone); !fault.empty()) return fault;
    return list_fault(text);
}

std::string without_marks(std::string zone) {
    for (const std::string_view mark : {"{key}.", "{revip}."})
        if (const auto at = zone.find(mark); at != std::string::npos) zone.erase(at, mark.size());
    return zone;
}

std::string own_list_fault(const List& list, const std::vector<List>& others) {
    if (auto fault = list_fault(without_marks(list.zone)); !fault.empty()) return fault;
    if (auto fault = list_fault(list.name); !fault.empty()) return fault;
    if (lower(without_marks(list.zone)) != list.name)
        return "the zone of the list " + in_quotes(list.name) +
               " must be that name, with {key} where a key goes and {revip} where the address goes";
    for (const auto& other : others)
        if (other.name == list.name)
            return in_quotes(list.name) + " is described twice: keep one [[dnsbl.list]] of it";
    return "";
}

// Whole documents, so that tables inside a list are printed with their full path.
std::string as_toml(const toml::array& lists) {
    std::ostringstream out;
    const toml::table document{{"dnsbl", toml::table{{"list", lists}}}};
    out << toml::toml_formatter(document) << '\n';
    return out.str();
}

void read_own(const toml::node& node, std::string_view, DnsblSettings& settings, Reader& reader) {
    const auto* tables = node.as_array();
    if (!tables) return reader.problem(node.source(), "there may be several lists: write [[dnsbl.list]]");
    for (const auto& item : *tables) {
        const auto* table = item.as_table();
        if (!table) {
            reader.wrong_type(item, "list", "a list of tables, written [[dnsbl.list]]");
            continue;
        }
        auto list = read_list(*table, reader.file(), reader.problems());
        if (!list) continue;
        list->status = ListStatus::own;
        if (auto fault = own_list_fault(*list, settings.own); !fault.empty())
            reader.problem(table->source(), std::move(fault));
        else
            settings.own.push_back(std::move(*list));
    }
    if (!tables->empty()) settings.own_toml = as_toml(*tables);
}

std::string show_own(const DnsblSettings& settings) {
    return settings.own_toml;
}

constexpr Key<DnsblSettings> rows[] = {
    duration_key<&DnsblSettings::interval, 1'000, 7 * 86'400'000LL>(
        "interval", "How often each list is asked, 1s to 7d; never more often than its operator wants."),
    texts_key<&DnsblSettings::include, list_rule>("include",
                                                  "Lists to ask beside those that are on by default "
                                                  "(`reputed lists` shows them). A name that the catalogue\n"
                                                  "does not know is asked after RFC 5782."),
    texts_key<&DnsblSettings::exclude, list_rule>("exclude", "Lists not to ask."),
    texts_key<&DnsblSettings::only, list_rule>("only", "Where it names lists, exactly these are asked."),
    {"keys",
     "Keys of lists that need one, by the end of the list's name. A key is a secret: it stands in a file "
     "that only\n"
     "reputed can read, or in an environment variable, never here.",
     "[dnsbl.keys]\n\"dq.spamhaus.net\" = { file = \"/etc/reputed/dqs.key\" }\n\"abusix.zone\" = { env = "
     "\"ABUSIX_KEY\" }\n",
     read_keys, show_keys, true},
    {"list", "A list of your own, described as the catalogue describes the others.",
     "[[dnsbl.list]]\nzone = \"bl.example.net\"\nkind = \"ip-blocklist\"\n", read_own, show_own, true},
};

const List* find_list(std::string_view name, const DnsblSettings& settings) {
    for (const auto& list : settings.own)
        if (list.name == name) return &list;
    return Catalogue::builtin().find(name);
}

// The elements of a list of names that were good enough to be read.
template <class Function>
void each_name(const toml::table& table, std::string_view key, const Function& function) {
    const auto* list = table[key].as_array();
    if (!list) return;
    for (const auto& item : *list)
        if (auto name = item.value<std::string>(); name && list_rule(*name).empty())
            function(*name, item.source());
}

void check_named(const toml::table& table, std::string_view key, const DnsblSettings& settings,
                 Reader& reader) {
    const std::set<std::string> excluded(settings.exclude.begin(), settings.exclude.end());
    each_name(table, key, [&](const std::string& name, const toml::source_region& where) {
        if (excluded.contains(name))
            return reader.problem(
                where, in_quotes(name) + " stands in " + in_quotes(key) + " and in \"exclude\": keep one");
        const auto* list = find_list(name, settings);
        if (list && list->needs_key() && !key_source_for(list->name, settings.keys))
            reader.problem(where, in_quotes(name) + ' ' + key_advice(*list) + R"( = { file = "..." })");
    });
}

bool serves_a_list(const KeySource& source, const DnsblSettings& settings) {
    const auto served = [&](const List& list) {
        return list.needs_key() && lies_in(list.name, source.zone_suffix);
    };
    const auto& known = Catalogue::builtin().lists();
    return std::any_of(known.begin(), known.end(), served) ||
           std::any_of(settings.own.begin(), settings.own.end(), served);
}

}  // namespace

std::span<const Key<DnsblSettings>> dnsbl_keys() {
    return rows;
}

void read_dnsbl(const toml::table& table, DnsblSettings& settings, std::vector<std::string>& remarks,
                Reader& reader) {
    read_table(table, "[dnsbl]", dnsbl_keys(), settings, reader);
    if (!settings.only.empty() && !settings.include.empty())
        reader.problem(
            table.find("include")->first.source(),
            R"("only" says exactly which lists are asked: move the names of "include" there, or drop "only")");
    check_named(table, "include", settings, reader);
    check_named(table, "only", settings, reader);
    for (const auto& source : settings.keys)
        if (!serves_a_list(source, settings))
            remarks.push_back("the key of " + in_quotes(source.zone_suffix) +
                              " under [dnsbl.keys] serves no list: none that needs a key ends in that");
    for (const auto& name : settings.exclude)
        if (!find_list(name, settings))
            remarks.push_back(in_quotes(name) +
                              " in \"exclude\" is no list that is known, so that it changes nothing");
}

}  // namespace reputed::schema
