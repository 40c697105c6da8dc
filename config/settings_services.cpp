#include "config/endpoint.hpp"
#include "config/settings_keys.hpp"
#include "config/text.hpp"

// The tables beside senders and lists: [dns], [checks], [mta] and [log].
namespace reputed {

namespace {

constexpr std::string_view mta_names[] = {"auto",      "postfix", "exim", "sendmail",
                                          "opensmtpd", "qmail",   "none"};

}  // namespace

std::string_view to_string(MtaKind kind) {
    return mta_names[static_cast<std::size_t>(kind)];
}

namespace schema {

namespace {

constexpr std::int64_t second = 1'000;
constexpr std::int64_t day = 24 * 60 * 60 * second;

std::string server_rule(std::string& text) {
    const auto server = Endpoint::parse(text, 53);
    if (!server || server->port == 0)
        return in_quotes(text) +
               R"( is no DNS server: write it like "192.0.2.53", "192.0.2.53:5353" or "[2001:db8::53]:5353")";
    if (!IpAddress::parse(server->host))
        return in_quotes(text) + " is a name: a DNS server needs an address, since finding it would take DNS";
    text = server->port == 53 ? server->host : server->to_string();
    return "";
}

std::string path_rule(std::string& text) {
    if (text.empty() || text.front() == '/') return "";
    return in_quotes(text) + " must be an absolute path";
}

std::string log_rule(std::string& text) {
    if (text == "none" || text == "journal" || text.starts_with('/')) return "";
    return in_quotes(text) + R"( is no log: write the absolute path of a file, "journal" or "none")";
}

std::string level_rule(std::string& text) {
    return one_of(text, "log level", {"trace", "debug", "info", "warning", "error", "off"});
}

std::string format_rule(std::string& text) {
    return one_of(text, "log format", {"plain", "json"});
}

void read_kind(const toml::node& node, std::string_view name, MtaSettings& settings, Reader& reader) {
    const auto* text = reader.text(node, name);
    if (!text) return;
    auto fault = one_of(*text, "kind of MTA", {std::begin(mta_names), std::end(mta_names)});
    if (!fault.empty()) return reader.problem(node.source(), std::move(fault));
    for (std::size_t i = 0; i < std::size(mta_names); ++i)
        if (mta_names[i] == *text) settings.kind = static_cast<MtaKind>(i);
}

std::string show_kind(const MtaSettings& settings) {
    return toml_quoted(to_string(settings.kind));
}

void read_levels(const toml::node& node, std::string_view name, LogSettings& settings, Reader& reader) {
    const auto* table = reader.table(node, name);
    if (!table) return;
    for (const auto& [key, value] : *table) {
        const std::string file(key.str());
        if (file.empty() ||
            file.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") != std::string::npos)
            reader.problem(
                key.source(),
                in_quotes(file) +
                    " is no source file: write its name without folder and ending, such as \"scheduler\"");
        else
            read_text(value, file, level_rule, settings.levels[file], reader);
    }
}

std::string show_levels(const LogSettings& settings) {
    if (settings.levels.empty()) return "";
    std::string out = "[log.levels]\n";
    for (const auto& [file, level] : settings.levels)
        out += file + " = " + toml_quoted(level) + '\n';
    return out;
}

constexpr Key<DnsSettings> dns_rows[] = {
    texts_key<&DnsSettings::servers, server_rule>("servers",
                                                  "Resolvers to ask, ADDRESS or ADDRESS:PORT. [] means those "
                                                  "of /etc/resolv.conf. Most lists refuse public\n"
                                                  "resolvers: run a recursive one of your own."),
    duration_key<&DnsSettings::timeout, 50, 30 * second>("timeout", "How long one try waits, 50ms to 30s."),
    integer_key<&DnsSettings::tries, 1, 10>(
        "tries", "How often a question is asked before the answer is a timeout, 1 to 10."),
    integer_key<&DnsSettings::max_in_flight, 64, 16384>(
        "max_in_flight", "Questions under way at one time at most, 64 to 16384."),
};

constexpr Key<IntervalSettings> check_rows[] = {
    duration_key<&IntervalSettings::ptr, second, 7 * day>(
        "ptr", "How often each address's PTR is checked, 1s to 7d."),
    duration_key<&IntervalSettings::spf, second, 7 * day>(
        "spf", "How often each domain's SPF is evaluated, 1s to 7d."),
    duration_key<&IntervalSettings::mx, second, 7 * day>(
        "mx", "How often it is checked whether each domain can receive its bounces, 1s to 7d."),
    duration_key<&IntervalSettings::ehlo, second, 7 * day>(
        "ehlo", "How often each host name is checked, and what the MTA says in EHLO, 1s to 7d."),
    duration_key<&IntervalSettings::dkim, second, 7 * day>(
        "dkim", "How often each selector's DKIM key is looked up, 1s to 7d."),
    duration_key<&IntervalSettings::dmarc, second, 7 * day>(
        "dmarc", "How often each domain's DMARC policy is examined, 1s to 7d."),
};

constexpr Key<MtaSettings> mta_rows[] = {
    {"kind",
     "auto, postfix, exim, sendmail, opensmtpd, qmail, or none for no queue to watch.",
     {},
     read_kind,
     show_kind},
    text_key<&MtaSettings::queue_directory, path_rule>("queue_directory",
                                                       "Where the queue is. \"\" means to ask the MTA."),
    text_key<&MtaSettings::config_directory, path_rule>(
        "config_directory", "Which instance, where several run. \"\" means the default one."),
    duration_key<&MtaSettings::interval, second, day>("interval", "How often the queue is read, 1s to 1d."),
    texts_key<&MtaSettings::log, log_rule>(
        "log",
        "Where the MTA writes its log: files, or \"journal\". [] looks for it, [\"none\"] reads none."),
    text_key<&MtaSettings::bounces, path_rule>(
        "bounces", "A file with rules of your own on what replies mean, tried before the built-in ones."),
    text_key<&MtaSettings::providers, path_rule>(
        "providers", "A file with providers of your own, by their MX hosts, tried before the built-in ones."),
};

constexpr Key<LogSettings> log_rows[] = {
    text_key<&LogSettings::level, level_rule>("level", "trace, debug, info, warning, error or off."),
    text_key<&LogSettings::format, format_rule>("format", "plain or json, one line an event."),
    {"levels", "Other levels for single source files.", "[log.levels]\nscheduler = \"debug\"\n", read_levels,
     show_levels, true},
};

}  // namespace

std::span<const Key<DnsSettings>> dns_keys() {
    return dns_rows;
}
std::span<const Key<IntervalSettings>> check_keys() {
    return check_rows;
}
std::span<const Key<MtaSettings>> mta_keys() {
    return mta_rows;
}
std::span<const Key<LogSettings>> log_keys() {
    return log_rows;
}

}  // namespace schema
}  // namespace reputed
