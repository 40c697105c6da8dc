#include "config/catalogue_toml.hpp"

#include <algorithm>
#include <string>

#include "config/duration.hpp"
#include "config/ip_address.hpp"
#include "config/level_scale_toml.hpp"
#include "config/table_reader.hpp"
#include "config/text.hpp"

namespace reputed {
namespace {

bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

bool is_label(std::string_view label) {
    return !label.empty() && label.size() <= 63 && std::all_of(label.begin(), label.end(), is_name_character);
}

// What is wrong with a zone, or "". 253 octets of a name (RFC 1035 section 3.1) less the 64 of a reversed
// IPv6 address.
std::string zone_fault(std::string_view zone) {
    constexpr std::size_t longest_zone = 189;
    if (zone.size() > longest_zone) return "is too long for a DNS zone";
    bool key = false;
    bool address = false;
    std::string_view label;
    for (std::size_t begin = 0; begin <= zone.size(); begin += label.size() + 1) {
        label = zone.substr(begin, zone.find('.', begin) - begin);
        auto* const seen = label == "{key}" ? &key : label == "{revip}" ? &address : nullptr;
        if (seen == nullptr && !is_label(label))
            return "is not a DNS name (only {key} and {revip} are filled in)";
        if (seen != nullptr && *seen) return "holds a placeholder twice";
        if (seen != nullptr) *seen = true;
    }
    return label.starts_with('{') ? "ends with a placeholder" : "";
}

std::string read_zone(const TableReader& reader) {
    std::string zone;
    reader.require("zone");
    if (!reader.text("zone", zone)) return zone;
    if (zone.ends_with('.')) zone.pop_back();
    if (const auto fault = zone_fault(zone); !fault.empty()) reader.problem_at("zone", "\"zone\" " + fault);
    return lower(zone);
}

// A link that can be put on a page: no script, nothing that ends an attribute.
bool is_web_address(std::string_view url) {
    if (!url.starts_with("https://") && !url.starts_with("http://")) return false;
    return std::all_of(url.begin(), url.end(),
                       [](char c) { return c > ' ' && c < 0x7f && c != '"' && c != '<' && c != '>'; });
}

void read_links(const TableReader& reader, List& list) {
    reader.text("website", list.website);
    reader.text("lookup", list.lookup);
    for (const std::string_view key : {"website", "lookup"}) {
        const auto& url = key == "website" ? list.website : list.lookup;
        if (!url.empty() && !is_web_address(url))
            reader.problem_at(key,
                              in_quotes(key) + " must be an http or https address, not " + in_quotes(url));
    }
    const std::string_view foreign = is_domain_list(list.kind) ? "{ip}" : "{domain}";
    if (list.lookup.find(foreign) != std::string::npos)
        reader.problem_at("lookup", "\"lookup\" holds " + std::string(foreign) + ", which " +
                                        std::string(to_string(list.kind)) + " does not have");
}

void read_families(const TableReader& reader, List& list) {
    if (is_domain_list(list.kind)) list.ipv4 = false;
    if (!reader.has("families")) return;
    list.ipv4 = false;
    list.ipv6 = false;
    reader.each<toml::value<std::string>>("families", "\"ipv4\" or \"ipv6\"", [&](const auto& family) {
        if (*family == "ipv4")
            list.ipv4 = true;
        else if (*family == "ipv6")
            list.ipv6 = true;
        else
            reader.problem(family, "\"families\" must hold \"ipv4\" or \"ipv6\", not " + in_quotes(*family));
    });
    if (!is_domain_list(list.kind) && !list.ipv4 && !list.ipv6 && reader.ok())
        reader.problem_at("families", "\"families\" must hold \"ipv4\", \"ipv6\" or both");
}

bool is_domain(std::string_view name) {
    if (name.size() > 253) return false;
    for (;;) {
        const auto dot = name.find('.');
        if (!is_label(name.substr(0, dot))) return false;
        if (dot == std::string_view::npos) return true;
        name.remove_prefix(dot + 1);
    }
}

void read_test_points(const TableReader& reader, std::string_view key, ListKind kind,
                      std::vector<std::string>& points) {
    reader.each<toml::value<std::string>>(key, "strings", [&](const auto& point) {
        const bool address = IpAddress::parse(*point).has_value();
        if (is_domain_list(kind) && (address || !is_domain(*point)))
            reader.problem(
                point, in_quotes(key) + " of a domain list must hold domain names, not " + in_quotes(*point));
        else if (!is_domain_list(kind) && !address)
            reader.problem(
                point, in_quotes(key) + " of an IP list must hold IP addresses, not " + in_quotes(*point));
        else
            points.push_back(*point);
    });
}

// Shared by codes and errors: which answers, and what they mean.
void read_rule(const TableReader& rule, CodePattern& pattern, std::string& meaning) {
    rule.require("code");
    rule.require("meaning");
    if (rule.text("meaning", meaning) && meaning.empty()) rule.problem_at("meaning", "\"meaning\" is empty");
    std::string code;
    if (!rule.text("code", code)) return;
    if (const auto parsed = CodePattern::parse(code))
        pattern = *parsed;
    else
        rule.problem_at("code",
                        "\"code\" must be like \"127.0.0.2\", \"127.0.0.5-127.0.0.7\", \"127.0.[2-15].*\" or "
                        "\"bit4\", not " +
                            in_quotes(code));
}

// 127.255.255.0/24 is an error range at every list; no code may speak of it.
bool reaches_error_range(const CodePattern& pattern) {
    return pattern.bit == 0 && pattern.high[1] == 255 && pattern.high[2] == 255;
}

std::optional<Severity> parse_code_severity(std::string_view text) {
    const auto severity = parse_severity(text);
    return severity == Severity::unknown ? std::nullopt : severity;
}

void read_code(const TableReader& rule, List& list) {
    constexpr std::string_view severities[] = {"ok", "info", "warning", "critical"};
    CodeMeaning code;
    rule.only({"code", "meaning", "severity", "policy", "score"});
    read_rule(rule, code.pattern, code.meaning);
    rule.word("severity", code.severity, severities, parse_code_severity);
    rule.flag("policy", code.policy);
    code.score = rule.number("score", -1'000'000, 1'000'000);
    if (code.score && list.kind != ListKind::ip_score)
        rule.problem_at("score", "\"score\" is for lists of kind ip-score");
    if (rule.ok() && reaches_error_range(code.pattern))
        rule.problem_at("code", "\"code\" reaches into 127.255.255.0/24, where every answer is an error");
    if (rule.ok()) list.codes.push_back(std::move(code));
}

void read_error(const TableReader& rule, List& list) {
    ErrorMeaning error;
    rule.only({"code", "meaning", "cause"});
    read_rule(rule, error.pattern, error.meaning);
    rule.word("cause", error.cause, error_cause_names, parse_error_cause);
    if (rule.ok()) list.errors.push_back(std::move(error));
}

void read_answers(const TableReader& reader, List& list) {
    reader.each<toml::table>("codes", "tables",
                             [&](const auto& rule) { read_code(reader.inner(rule), list); });
    reader.each<toml::table>("errors", "tables",
                             [&](const auto& rule) { read_error(reader.inner(rule), list); });
    reader.whole_number("score_octet", list.score_octet, 1, 4);
    list.scale = read_scale(reader, "dnsbl.score");
    if (list.score_octet != 0 && list.kind != ListKind::ip_score)
        reader.problem_at("score_octet", "\"score_octet\" is for lists of kind ip-score");
    if (list.scale && list.kind != ListKind::ip_score)
        reader.problem_at("levels", "\"levels\" is for lists of kind ip-score");
}

void read_scope(const TableReader& reader, List& list) {
    reader.word("scope", list.scope, list_scope_names, parse_list_scope);
    if (reader.has("scope") && list.kind != ListKind::ip_blocklist)
        reader.problem_at("scope", "\"scope\" is for lists of kind ip-blocklist");
}

void read_limits(const TableReader& reader, List& list) {
    constexpr std::int64_t most_a_day = 1'000'000'000'000;
    reader.whole_number("weight", list.weight, 0, 100);
    if (const auto rate = reader.number("queries_per_second", 0, 1'000'000)) list.queries_per_second = *rate;
    reader.whole_number("queries_per_day", list.queries_per_day, 0, most_a_day);
    std::string floor;
    if (!reader.text("interval_floor", floor)) return;
    const auto duration = parse_duration(floor);
    if (duration && *duration >= std::chrono::seconds(1))
        list.interval_floor = std::chrono::duration_cast<std::chrono::seconds>(*duration);
    else
        reader.problem_at(
            "interval_floor",
            "\"interval_floor\" must be a duration of 1s or more, like \"15m\", not " + in_quotes(floor));
}

std::optional<DeadZone> read_dead(const TableReader& reader, bool ended) {
    DeadZone dead;
    if (ended)
        reader.only({"zone", "suffix", "since", "reason"});
    else
        reader.only({"zone", "suffix", "reason"});
    dead.zone = read_zone(reader);
    reader.flag("suffix", dead.suffix);
    if (ended) reader.require("since");
    reader.text("since", dead.since);
    reader.require("reason");
    reader.text("reason", dead.reason);
    if (!reader.ok()) return {};
    return dead;
}

const List* named(const std::vector<List>& lists, std::string_view name) {
    const auto found =
        std::find_if(lists.begin(), lists.end(), [&](const List& list) { return list.name == name; });
    return found == lists.end() ? nullptr : &*found;
}

// What is wrong with the chain of subsets that begins at `list`, or "". A chain longer than the catalogue is
// a circle.
std::string subset_fault(const List& list, const std::vector<List>& lists) {
    const auto* at = &list;
    for (std::size_t steps = 0; !at->subset_of.empty(); ++steps) {
        if (steps == lists.size()) return "\"subset_of\" goes in a circle";
        const auto* const whole = named(lists, at->subset_of);
        if (whole == nullptr) return "\"subset_of\" names no list of this file: " + in_quotes(at->subset_of);
        if (whole->kind != list.kind)
            return "\"subset_of\" names a list of another kind: " + in_quotes(whole->name);
        at = whole;
    }
    return {};
}

}  // namespace

std::optional<List> read_list(const toml::table& table, std::string_view file, Problems& problems) {
    const TableReader reader(table, file, problems);
    reader.only({"zone",
                 "kind",
                 "families",
                 "operator",
                 "website",
                 "lookup",
                 "access",
                 "status",
                 "weight",
                 "subset_of",
                 "interval_floor",
                 "queries_per_second",
                 "queries_per_day",
                 "score_octet",
                 "score_name",
                 "levels",
                 "higher_is_better",
                 "hysteresis",
                 "scope",
                 "test_listed",
                 "test_clean",
                 "codes",
                 "errors",
                 "note"});
    List list;
    list.status = ListStatus::own;
    list.zone = read_zone(reader);
    list.name = shown_name(list.zone);
    reader.require("kind");
    reader.word("kind", list.kind, list_kind_names, parse_list_kind);
    read_families(reader, list);
    reader.text("operator", list.operator_name);
    read_links(reader, list);
    reader.word("access", list.access, access_names, parse_access);
    reader.word("status", list.status, list_status_names, parse_list_status);
    reader.text("subset_of", list.subset_of);
    list.subset_of = lower(list.subset_of);
    read_limits(reader, list);
    read_test_points(reader, "test_listed", list.kind, list.test_listed);
    read_test_points(reader, "test_clean", list.kind, list.test_clean);
    read_answers(reader, list);
    read_scope(reader, list);
    reader.text("note", list.note);
    if (!reader.ok()) return {};
    return list;
}

Catalogue Catalogue::parse(std::string_view toml_text, std::string_view file, Problems& problems) {
    Catalogue catalogue;
    const auto root = read_toml(toml_text, file, problems);
    if (!root) return catalogue;
    const TableReader reader(*root, file, problems);
    reader.only({"list", "dead", "unsupported"});
    for (const bool ended : {true, false})
        reader.each<toml::table>(ended ? "dead" : "unsupported", "tables", [&](const toml::table& table) {
            if (auto dead = read_dead(reader.inner(table), ended))
                catalogue.dead_.push_back(std::move(*dead));
        });
    std::vector<const toml::table*> sources;
    reader.each<toml::table>("list", "tables", [&](const toml::table& table) {
        auto list = read_list(table, file, problems);
        if (!list) return;
        if (named(catalogue.lists_, list->name) != nullptr)
            return reader.inner(table).problem_at("zone", "\"zone\" is described twice");
        if (catalogue.find_dead(list->name) != nullptr)
            return reader.inner(table).problem_at("zone", "\"zone\" is declared dead or unsupported as well");
        catalogue.lists_.push_back(std::move(*list));
        sources.push_back(&table);
    });
    std::vector<List> sound;
    for (std::size_t i = 0; i < sources.size(); ++i) {
        const auto fault = subset_fault(catalogue.lists_[i], catalogue.lists_);
        if (fault.empty())
            sound.push_back(catalogue.lists_[i]);
        else
            reader.inner(*sources[i]).problem_at("subset_of", fault);
    }
    catalogue.lists_ = std::move(sound);
    return catalogue;
}

}  // namespace reputed
