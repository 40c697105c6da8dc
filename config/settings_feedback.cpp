#include <algorithm>
#include <set>

#include "config/feedback_values.hpp"
#include "config/host_name.hpp"
#include "config/service_url.hpp"
#include "config/settings_keys.hpp"
#include "config/settings_secrets.hpp"
#include "config/text.hpp"

// [[feedback]]: which services are asked what they think of us. No message repeats a URL: a key may be inside.
namespace reputed {

std::string_view to_string(FeedbackSettings::Kind kind) {
    switch (kind) {
        case FeedbackSettings::Kind::snds:
            return "snds";
        case FeedbackSettings::Kind::postmaster:
            return "postmaster";
        case FeedbackSettings::Kind::abuseipdb:
            return "abuseipdb";
        case FeedbackSettings::Kind::json:
            break;
    }
    return "json";
}

namespace schema {

namespace {

using Settings = FeedbackSettings;
using Kind = FeedbackSettings::Kind;

constexpr std::int64_t second = 1'000;
constexpr std::int64_t minute = 60 * second;
constexpr std::int64_t day = 24 * 60 * minute;
constexpr std::size_t most_sources = 50;
constexpr std::size_t most_headers = 20;
constexpr std::size_t most_domains = 1000;
constexpr std::size_t longest_name = 63;

std::string name_rule(std::string& text) {
    const bool fits = text.find_first_not_of(
                          "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                          "0123456789._-") == std::string::npos;
    if (fits && !text.empty() && text.size() <= longest_name) return "";
    return in_quotes(text) + " is no name for a source: write 1 to 63 letters, digits, '.', '_' and '-'";
}

std::string path_rule(std::string& text) {
    if (text.empty() || text.front() == '/') return "";
    return in_quotes(text) + " must be an absolute path";
}

std::string domain_rule(std::string& text) {
    return normalize_name(text, NameUse::host);
}

std::string day_pointer_rule(std::string& text) {
    return text.empty() || is_json_pointer(text) ? "" : no_json_pointer(text);
}

void read_kind(const toml::node& node, std::string_view name, Settings& settings, Reader& reader) {
    constexpr Kind kinds[] = {Kind::snds, Kind::postmaster, Kind::abuseipdb, Kind::json};
    const auto* text = reader.text(node, name);
    if (!text) return;
    std::vector<std::string_view> names;
    for (const auto kind : kinds)
        names.push_back(to_string(kind));
    if (auto fault = one_of(*text, "kind of source", names); !fault.empty())
        return reader.problem(node.source(), std::move(fault));
    settings.kind = *std::find_if(std::begin(kinds), std::end(kinds),
                                  [&](Kind kind) { return to_string(kind) == *text; });
}

std::optional<ServiceUrl> parsed_url(const Settings& settings) {
    return ServiceUrl::parse(settings.url.value, {"http", "https"});
}

void read_url(const toml::node& node, std::string_view name, Settings& settings, Reader& reader) {
    read_secret(node, name, true, settings.url, reader);
    if (!settings.url.is_set()) return;
    const auto url = parsed_url(settings);
    if (!url)
        reader.problem(node.source(), R"("url" must begin with https:// and a host, without a user name)");
    else if (url->scheme == "http" && !url->is_loopback())
        reader.problem(node.source(),
                       R"("url" must begin with https://: over http:// anybody on the way could read and )"
                       "change what it tells");
}

// Of what stands in the configuration itself the path is not shown: a key may be inside.
std::string show_url(const Settings& settings) {
    if (!settings.url.file.empty() || !settings.url.environment.empty() || !settings.url.is_set())
        return show_secret(settings.url);
    const auto url = parsed_url(settings);
    if (!url) return "";
    if (url->path.empty() || url->path == "/") return toml_quoted(url->whole());
    return toml_quoted(url->origin()) + "  # without its path, which may be a secret";
}

template <auto Member>
void read_hidden(const toml::node& node, std::string_view name, Settings& settings, Reader& reader) {
    read_secret(node, name, false, settings.*Member, reader);
}

template <auto Member>
std::string show_hidden(const Settings& settings) {
    return show_secret(settings.*Member);
}

// RFC 9110 section 5.6.2
bool is_token(std::string_view text) {
    constexpr std::string_view others = "!#$%&'*+-.^_`|~";
    return !text.empty() && text.size() <= 100 && std::all_of(text.begin(), text.end(), [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               others.find(c) != std::string_view::npos;
    });
}

// The headers that are no secret, so that they may stand in the configuration; and those that are not the operator's.
bool is_plain(std::string_view name) {
    const auto text = lower(name);
    return text == "accept" || text == "accept-language" || text == "user-agent";
}

bool is_ours(std::string_view name) {
    const auto text = lower(name);
    return text == "host" || text == "content-length" || text == "transfer-encoding" ||
           text == "connection" || text == "if-none-match" || text == "accept-encoding" || text == "expect";
}

void read_headers(const toml::node& node, std::string_view name, Settings& settings, Reader& reader) {
    const auto* table = reader.table(node, name);
    if (!table) return;
    if (table->size() > most_headers) return reader.problem(node.source(), "more than 20 headers");
    for (const auto& [key, value] : *table) {
        const std::string header(key.str());
        if (!is_token(header)) {
            reader.problem(key.source(), in_quotes(header) + " is no name of a header");
            continue;
        }
        if (is_ours(header)) {
            reader.problem(key.source(), in_quotes(header) + " is a header that the agent sets itself");
            continue;
        }
        Secret secret;
        read_secret(value, header, is_plain(header), secret, reader);
        if (secret.value.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos)
            reader.problem(value.source(), in_quotes(header) + " must be one line");
        else if (secret.is_set())
            settings.headers[header] = std::move(secret);
    }
}

std::string show_headers(const Settings& settings) {
    std::string out;
    for (const auto& [name, secret] : settings.headers) {
        const auto source = show_secret(secret);
        out += (out.empty() ? "{ " : ", ") + toml_quoted(name) + " = " +
               (source.empty() ? toml_quoted(secret.value) : source);
    }
    return out.empty() ? "" : out + " }";
}

bool is_json(const Settings& settings) {
    return settings.kind == Kind::json;
}

constexpr auto domains_row = [] {
    auto key = texts_key<&Settings::domains, domain_rule>(
        "domains", "postmaster: the domains to ask about. Without it those of all senders.",
        R"(["example.org"])");
    key.show = [](const Settings& settings) {
        return settings.domains.empty() ? std::string() : show_texts(settings.domains);
    };
    return key;
}();

constexpr Key<Settings> rows[] = {
    {"name", "What it is called, in metrics and findings. Each has its own.", R"("snds")",
     [](const toml::node& node, std::string_view key, Settings& settings, Reader& reader) {
         read_text(node, key, name_rule, settings.name, reader);
     },
     [](const Settings& settings) { return show_text(settings.name); }},
    {"kind",
     "snds (Microsoft Smart Network Data Services), postmaster (Google Postmaster Tools), abuseipdb, or "
     "json:\n"
     "any other that answers with JSON.",
     R"("snds")", read_kind, [](const Settings& settings) { return toml_quoted(to_string(settings.kind)); }},
    duration_key<&Settings::interval, minute, 7 * day>(
        "interval", "How often it is asked, 1m to 7d. Most services have new figures once a day."),
    duration_key<&Settings::timeout, second, 300 * second>("timeout",
                                                           "How long one request may take, 1s to 5m."),

    {"key", "snds, abuseipdb: the key of the account; the file or variable that holds it.",
     R"({ file = "/etc/reputed/snds.key" })", read_hidden<&Settings::key>, show_hidden<&Settings::key>},
    {"client_id", "postmaster: the OAuth 2.0 client.", R"({ file = "/etc/reputed/google.id" })",
     read_hidden<&Settings::client_id>, show_hidden<&Settings::client_id>},
    {"client_secret", "postmaster: the secret of the client.", R"({ file = "/etc/reputed/google.secret" })",
     read_hidden<&Settings::client_secret>, show_hidden<&Settings::client_secret>},
    {"refresh_token", "postmaster: what the client was given for the account.",
     R"({ file = "/etc/reputed/google.token" })", read_hidden<&Settings::refresh_token>,
     show_hidden<&Settings::refresh_token>},
    domains_row,
    {"url",
     "json: what to ask; {ip} or {domain} stands for each of ours, one request each, without them there is "
     "one\n"
     "request about all. The others know their service; here may stand another address for it, of snds the\n"
     "folder of its two files. Where a key is inside: { file = \"/etc/reputed/NAME.url\" } or { env = "
     "\"NAME\" }.",
     R"("https://scores.example.net/v1/ip/{ip}")", read_url, show_url},
    {"headers", "json: further headers; their values come from files or variables.",
     R"({ "X-Api-Key" = { file = "/etc/reputed/scores.key" } })", read_headers, show_headers},
    {"values",
     "json: the numbers in the answer. pointer (RFC 6901) leads to a number, a number in a string, or true "
     "or\n"
     "false; factor multiplies it. levels, from best to worst, judge it: each reaches to its bound, the last "
     "has\n"
     "none; takes is how many of 100 points of reputation the level costs. Without levels it is only shown.",
     R"([
{ pointer = "/data/score", metric = "score", hysteresis = 3, levels = [
{ name = "good", severity = "ok", to = 80 }, { name = "fair", severity = "info", to = 70, takes = 5 },
{ name = "bad", severity = "warning", takes = 20 } ] },
{ pointer = "/data/complaints/percent", metric = "complaint_ratio", factor = 0.01 },
])",
     [](const toml::node& node, std::string_view key, Settings& settings, Reader& reader) {
         read_feedback_values(node, key, settings, reader);
     },
     [](const Settings& settings) { return settings.values_toml; }},
    optional_text_key<&Settings::day_pointer, day_pointer_rule>(
        "day_pointer",
        "json: to the day that the numbers are of: an ISO date, or Unix seconds. Without it they are of now.",
        R"("/data/date")"),
    optional_text_key<&Settings::ca_file, path_rule>(
        "ca_file",
        "PEM file with the authorities to trust instead of the system's; certificates are always verified.",
        R"("/etc/reputed/ca.pem")"),
};

// Keys that the kind has no use for: nobody is to believe that they do something.
void refuse_strangers(const toml::table& table, const Settings& settings, Reader& reader) {
    struct Use {
        std::string_view key;
        bool (*fits)(const Settings&);
        std::string_view of;
    };
    constexpr auto has_key = [](const Settings& one) {
        return one.kind == Kind::snds || one.kind == Kind::abuseipdb;
    };
    constexpr auto is_postmaster = [](const Settings& one) { return one.kind == Kind::postmaster; };
    constexpr Use uses[] = {
        {"key", has_key, "snds and abuseipdb"},
        {"client_id", is_postmaster, "postmaster"},
        {"client_secret", is_postmaster, "postmaster"},
        {"refresh_token", is_postmaster, "postmaster"},
        {"domains", is_postmaster, "postmaster"},
        {"headers", is_json, "json"},
        {"values", is_json, "json"},
        {"day_pointer", is_json, "json"},
    };
    for (const auto& use : uses)
        if (const auto found = table.find(use.key); found != table.end() && !use.fits(settings))
            reader.problem(found->first.source(), in_quotes(use.key) + " is a key of the kind " +
                                                      std::string(use.of) + ", not of this one");
}

void require(const toml::table& table, const std::vector<std::string_view>& keys, Reader& reader) {
    for (const auto key : keys)
        if (!table.contains(key)) reader.problem(table.source(), "[[feedback]] needs a " + in_quotes(key));
}

// Of a kind that is none nothing more can be said.
bool has_kind(const toml::table& table, const Settings& settings) {
    return table["kind"].value_or(std::string_view()) == to_string(settings.kind);
}

void require_all(const toml::table& table, const Settings& settings, Reader& reader) {
    require(table, {"name", "kind"}, reader);
    if (!has_kind(table, settings)) return;
    switch (settings.kind) {
        case Kind::snds:
        case Kind::abuseipdb:
            return require(table, {"key"}, reader);
        case Kind::postmaster:
            return require(table, {"client_id", "client_secret", "refresh_token"}, reader);
        case Kind::json:
            return require(table, {"url", "values"}, reader);
    }
}

// What one key cannot see.
void check_together(const toml::table& table, const Settings& settings, Reader& reader) {
    if (settings.domains.size() > most_domains)
        reader.problem(table.find("domains")->first.source(), "more than 1000 domains");
    if (!settings.url.is_set()) return;
    const auto place = table.find("url")->first.source();
    const bool has_ip = settings.url.value.find("{ip}") != std::string::npos;
    const bool has_domain = settings.url.value.find("{domain}") != std::string::npos;
    if (has_ip && has_domain)
        reader.problem(place,
                       R"("url" has both {ip} and {domain}: keep one, and write a second [[feedback]])");
    if (!is_json(settings) && (has_ip || has_domain))
        reader.problem(place, R"({ip} and {domain} are for the kind json)");
    const auto url = parsed_url(settings);
    if (url && url->host.find('{') != std::string::npos)
        reader.problem(place, R"("url" may have {ip} or {domain} in its path only)");
}

}  // namespace

std::span<const Key<FeedbackSettings>> feedback_keys() {
    return rows;
}

// No table can have every key, since each kind has its own: one example a kind, each key explained where it comes
// first.
std::string sample_feedback() {
    struct Shown {
        std::string_view key;
        std::string_view example = {};
    };
    const std::vector<std::vector<Shown>> examples = {
        {{"name"}, {"kind"}, {"interval"}, {"timeout"}, {"key"}, {"ca_file"}},
        {{"name", R"("gmail")"},
         {"kind", R"("postmaster")"},
         {"client_id"},
         {"client_secret"},
         {"refresh_token"},
         {"domains"}},
        {{"name", R"("abuseipdb")"},
         {"kind", R"("abuseipdb")"},
         {"key", R"({ file = "/etc/reputed/abuseipdb.key" })"}},
        {{"name", R"("scores")"}, {"kind", R"("json")"}, {"url"}, {"headers"}, {"values"}, {"day_pointer"}},
    };
    std::string out;
    std::set<std::string_view> explained;
    for (const auto& example : examples) {
        std::vector<Key<Settings>> keys;
        for (const auto& shown : example) {
            auto key = *std::find_if(std::begin(rows), std::end(rows),
                                     [&](const auto& row) { return row.name == shown.key; });
            if (!shown.example.empty()) key.example = shown.example;
            if (!explained.insert(key.name).second) key.help = {};
            keys.push_back(key);
        }
        out += sample_table<Settings>(
            "#[[feedback]]",
            out.empty()
                ? "Services that tell over HTTP what they think of our addresses and domains; there may be\n"
                  "several, without any nobody is asked. `reputed check` asks them too."
                : "",
            keys, Settings{});
    }
    return out;
}

void read_feedback(const toml::node& node, std::vector<FeedbackSettings>& sources, Reader& reader) {
    const auto* tables = node.as_array();
    if (node.is_table())
        return reader.problem(node.source(),
                              "there may be several sources: write [[feedback]], not [feedback]");
    if (!tables) return reader.wrong_type(node, "feedback", "a list of tables, written [[feedback]]");
    if (tables->size() > most_sources)
        return reader.problem(node.source(), "more than 50 sources of feedback");
    for (const auto& item : *tables) {
        const auto* table = item.as_table();
        if (!table) {
            reader.wrong_type(item, "feedback", "a list of tables, written [[feedback]]");
            continue;
        }
        Settings settings;
        read_table(*table, "[[feedback]]", feedback_keys(), settings, reader);
        require_all(*table, settings, reader);
        if (has_kind(*table, settings)) {
            refuse_strangers(*table, settings, reader);
            check_together(*table, settings, reader);
        }
        for (const auto& other : sources)
            if (!settings.name.empty() && other.name == settings.name)
                reader.problem(table->source(), "two sources of feedback are called " +
                                                    in_quotes(settings.name) +
                                                    ": give each a name of its own");
        sources.push_back(std::move(settings));
    }
}

}  // namespace schema
}  // namespace reputed
