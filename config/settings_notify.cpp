#include <algorithm>

#include "config/host_name.hpp"
#include "config/message_template.hpp"
#include "config/notifier_kind.hpp"
#include "config/service_url.hpp"
#include "config/settings_keys.hpp"
#include "config/settings_secrets.hpp"
#include "config/sources.hpp"
#include "config/text.hpp"

// [[notifier]]: who is told, how, and of what. No message repeats a URL: its path may be a secret.
namespace reputed::schema {

namespace {

using Settings = NotifierSettings;
using Kind = NotifierKind;

constexpr std::int64_t second = 1'000;
constexpr std::int64_t hour = 3'600 * second;
constexpr std::int64_t day = 24 * hour;
constexpr std::size_t longest_name = 63;

constexpr std::string_view kind_names[] = {"alertmanager", "webhook", "email", "sendmail"};
constexpr std::string_view format_names[] = {"json", "slack",    "discord", "teams",
                                             "ntfy", "telegram", "template"};

std::string name_rule(std::string& text) {
    const bool fits = text.find_first_not_of(
                          "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                          "0123456789._-") == std::string::npos;
    if (fits && !text.empty() && text.size() <= longest_name) return "";
    return in_quotes(text) + " is no name for a notifier: write 1 to 63 letters, digits, '.', '_' and '-'";
}

std::string any_rule(std::string&) {
    return "";
}

std::string path_rule(std::string& text) {
    if (text.empty() || text.front() == '/') return "";
    return in_quotes(text) + " must be an absolute path";
}

std::string line_rule(std::string& text) {
    for (const char c : text)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
            return in_quotes(text) + " holds a control character";
    return "";
}

std::string format_rule(std::string& text) {
    return one_of(text, "format", {std::begin(format_names), std::end(format_names)});
}

std::string starttls_rule(std::string& text) {
    return one_of(text, "use of STARTTLS", {"required", "off"});
}

// The bare address, which becomes a command of SMTP and a header line.
std::string address_rule(std::string& text) {
    const auto at = text.rfind('@');
    bool fits = at != std::string::npos && at > 0 && at <= 64;
    for (const char c : text.substr(0, fits ? at : 0))
        fits = fits && c > ' ' && c < 0x7f && std::string_view("<>()[]\\,;:@\"").find(c) == std::string::npos;
    std::string domain = fits ? text.substr(at + 1) : "";
    if (!fits || (domain != "localhost" && !normalize_name(domain, NameUse::host).empty()))
        return in_quotes(text) + " is no mail address: write it like \"ops@example.org\"";
    text = text.substr(0, at + 1) + domain;
    return "";
}

std::string smtp_rule(std::string& text) {
    const auto url = ServiceUrl::parse(text, {"smtp", "smtps"});
    if (!url || !url->path.empty())
        return R"("smtp" must be like "smtp://mail.example.org:587" or "smtps://mail.example.org"; "username" and )"
               R"("password" have keys of their own)";
    text = url->origin();
    return "";
}

void read_kind(const toml::node& node, std::string_view name, Settings& settings, Reader& reader) {
    const auto* text = reader.text(node, name);
    if (!text) return;
    auto fault = one_of(*text, "kind of notifier", {std::begin(kind_names), std::end(kind_names)});
    if (!fault.empty()) return reader.problem(node.source(), std::move(fault));
    for (std::size_t i = 0; i < std::size(kind_names); ++i)
        if (kind_names[i] == *text) settings.kind = static_cast<Kind>(i);
}

std::string show_kind(const Settings& settings) {
    return toml_quoted(to_string(settings.kind));
}

template <auto Member>
void read_severity(const toml::node& node, std::string_view name, Settings& settings, Reader& reader) {
    const auto* text = reader.text(node, name);
    if (!text) return;
    auto fault = one_of(*text, "severity", {"info", "unknown", "warning", "critical"});
    if (!fault.empty()) return reader.problem(node.source(), std::move(fault));
    settings.*Member = parse_severity(*text).value_or(settings.*Member);
}

template <auto Member>
std::string show_severity(const Settings& settings) {
    return toml_quoted(to_string(settings.*Member));
}

// Minutes since midnight.
std::optional<std::chrono::minutes> time_of_day(std::string_view text) {
    const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
    if (text.size() != 5 || text[2] != ':' || !digit(0) || !digit(1) || !digit(3) || !digit(4)) return {};
    const int hours = (text[0] - '0') * 10 + text[1] - '0';
    const int minutes = (text[3] - '0') * 10 + text[4] - '0';
    if (hours > 23 || minutes > 59) return {};
    return std::chrono::minutes(hours * 60 + minutes);
}

std::string shown(std::chrono::minutes time) {
    const auto two = [](long value) { return std::string(value < 10 ? "0" : "") + std::to_string(value); };
    return two(time.count() / 60) + ':' + two(time.count() % 60);
}

void read_quiet(const toml::node& node, std::string_view name, Settings& settings, Reader& reader) {
    const auto* text = reader.text(node, name);
    if (!text) return;
    if (text->empty()) {
        settings.quiet_hours = {};
        return;
    }
    const auto dash = std::min(text->find('-'), text->size());
    const auto begin = time_of_day(std::string_view(*text).substr(0, dash));
    const auto end =
        dash < text->size() ? time_of_day(std::string_view(*text).substr(dash + 1)) : std::nullopt;
    if (!begin || !end || *begin == *end)
        return reader.problem(node.source(),
                              in_quotes(*text) + " are no quiet hours: write them like \"22:00-07:00\"");
    settings.quiet_hours = {*begin, *end};
}

std::string show_quiet(const Settings& settings) {
    if (!settings.quiet_hours.is_set()) return "";
    return toml_quoted(shown(settings.quiet_hours.begin) + '-' + shown(settings.quiet_hours.end));
}

void read_url(const toml::node& node, std::string_view name, Settings& settings, Reader& reader) {
    read_secret(node, name, true, settings.url, reader);
    if (settings.url.is_set() && !ServiceUrl::parse(settings.url.value, {"http", "https"}))
        reader.problem(
            node.source(),
            R"("url" must begin with https:// or http:// and a host; "username" and "password" have )"
            "keys of their own");
}

// Only Alertmanager's has no secret inside.
std::string show_url(const Settings& settings) {
    if (!settings.url.file.empty() || !settings.url.environment.empty() || !settings.url.is_set())
        return show_secret(settings.url);
    const auto url = ServiceUrl::parse(settings.url.value, {"http", "https"});
    if (!url) return "";
    if (settings.kind == Kind::alertmanager || url->path.empty()) return toml_quoted(url->whole());
    return toml_quoted(url->origin()) + "  # without its path, which is a secret";
}

template <auto Member>
void read_hidden(const toml::node& node, std::string_view name, Settings& settings, Reader& reader) {
    read_secret(node, name, false, settings.*Member, reader);
}

template <auto Member>
std::string show_hidden(const Settings& settings) {
    return show_secret(settings.*Member);
}

void read_template(const toml::node& node, std::string_view name, Settings& settings, Reader& reader) {
    read_text(node, name, path_rule, settings.template_file, reader);
    if (settings.template_file.empty() || settings.template_file.front() != '/') return;
    const FileText found = reader.sources().file(settings.template_file, 65'536);
    if (!found.error.empty())
        return reader.problem(node.source(), in_quotes(settings.template_file) + ": " + found.error);
    if (found.text.empty())
        return reader.problem(node.source(), in_quotes(settings.template_file) + ": is empty");
    parse_template(found.text, settings.template_file, reader.problems());
    settings.template_text = found.text;
}

// A row that is shown only where its kind has a use for it.
template <auto Member, TextRule Rule, bool (*Fits)(const Settings&)>
constexpr Key<Settings> text_of(std::string_view name, std::string_view help, std::string_view example) {
    auto key = text_key<Member, Rule>(name, help, example);
    key.show = [](const Settings& settings) {
        return Fits(settings) && !(settings.*Member).empty() ? show_text(settings.*Member) : std::string();
    };
    return key;
}

constexpr auto template_row = [] {
    auto key = text_of<&Settings::template_file, path_rule, is_template>(
        "template_file",
        "webhook with format = \"template\": a file with the body, such as {\"text\": \"{{title}}\"}.",
        R"("/etc/reputed/ops.template")");
    key.read = read_template;
    return key;
}();

constexpr auto to_row = [] {
    auto key = texts_key<&Settings::to, address_rule>(
        "to", "email, sendmail: the receivers, 1 to 50 bare addresses.", R"(["ops@example.net"])");
    key.show = [](const Settings& settings) {
        return has_mail(settings) ? show_texts(settings.to) : std::string();
    };
    return key;
}();

constexpr auto resend_row = [] {
    auto key = duration_key<&Settings::resend, 5 * second, hour>(
        "resend",
        "alertmanager: how often open alerts are repeated, 5s to 1h; after four times as long without\n"
        "a repetition they end there by themselves.");
    key.example = R"("1m")";
    key.show = [](const Settings& settings) {
        return settings.kind == Kind::alertmanager ? show_duration(settings.resend) : std::string();
    };
    return key;
}();

constexpr Key<Settings> rows[] = {
    {"name",
     "What it is called, in logs and metrics and for `reputed notify test --notifier`. Each has its own.",
     R"("ops")",
     [](const toml::node& node, std::string_view key, Settings& settings, Reader& reader) {
         read_text(node, key, name_rule, settings.name, reader);
     },
     [](const Settings& settings) { return show_text(settings.name); }},
    {"kind", "alertmanager, webhook, email (by SMTP) or sendmail (by the program of this machine).",
     R"("webhook")", read_kind, show_kind},

    {"min_severity",
     "Tell what is at least so severe: info, unknown, warning or critical.",
     {},
     read_severity<&Settings::min_severity>,
     show_severity<&Settings::min_severity>},
    texts_key<&Settings::senders, any_rule>(
        "senders",
        "Tell what concerns these senders, by name, and the agent itself. [] "
        "means all."),
    {"quiet_hours", "From when until when, local time, what is less severe than quiet_below has to wait.",
     R"("22:00-07:00")", read_quiet, show_quiet},
    {"quiet_below",
     "info, unknown, warning or critical.",
     {},
     read_severity<&Settings::quiet_below>,
     show_severity<&Settings::quiet_below>},
    duration_key<&Settings::group_wait, 0, hour>("group_wait",
                                                 "How long a message waits for others to join it, 0s to 1h."),
    integer_key<&Settings::digest_over, 1, 100>(
        "digest_over",
        "A message about more than so many events tells only their sum and a line each, 1 to 100."),
    integer_key<&Settings::rate_limit, 1, 1000>(
        "rate_limit", "Messages within an hour, 1 to 1000; past that, events wait and become one."),
    duration_key<&Settings::timeout, second, 120 * second>("timeout",
                                                           "How long one delivery may take, 1s to 2m."),
    duration_key<&Settings::give_up, hour, 60 * day>(
        "give_up", "How long a message that cannot be delivered is tried again, 1h to 60d."),

    {"url",
     "alertmanager, webhook: where to. Of Alertmanager without /api/v2/alerts. Where its path is a secret, "
     "as with\n"
     "most chat services, better { file = \"/etc/reputed/ops.url\" } or { env = \"OPS_URL\" }.",
     R"("https://hooks.example.net/reputed")", read_url, show_url},
    text_of<&Settings::format, format_rule, is_webhook>(
        "format",
        "webhook: json, slack (also Mattermost, Rocket.Chat), discord, teams, ntfy, telegram or template.",
        R"("json")"),
    template_row,
    text_of<&Settings::chat_id, line_rule, is_telegram>(
        "chat_id", "webhook with format = \"telegram\": which chat. The url ends in /botTOKEN.",
        R"("-1001234567890")"),
    {"token", "alertmanager, webhook: a bearer token; the file or variable that holds it.",
     R"({ file = "/etc/reputed/ops.token" })", read_hidden<&Settings::token>, show_hidden<&Settings::token>},
    {"hmac_key", "webhook: the body is signed with this, HMAC-SHA256 in X-Reputed-Signature.",
     R"({ file = "/etc/reputed/ops.hmac" })", read_hidden<&Settings::hmac_key>,
     show_hidden<&Settings::hmac_key>},
    resend_row,

    text_of<&Settings::smtp, smtp_rule, is_email>("smtp",
                                                  "email: the server, smtp:// or smtps://. Not the one that "
                                                  "is watched: an address that is blocked should not\n"
                                                  "be its own messenger.",
                                                  R"("smtp://mail.example.net:587")"),
    text_of<&Settings::starttls, starttls_rule, is_email>("starttls", "email with smtp://: required or off.",
                                                          R"("required")"),
    text_of<&Settings::username, line_rule, is_remote>(
        "username", "For the server: SMTP AUTH, or basic authentication of alertmanager and webhook.",
        R"("reputed")"),
    {"password", "The file or variable that holds the password of username.",
     R"({ file = "/etc/reputed/ops.password" })", read_hidden<&Settings::password>,
     show_hidden<&Settings::password>},
    text_of<&Settings::from, address_rule, has_mail>("from", "email, sendmail: the sender's address.",
                                                     R"("reputed@example.org")"),
    to_row,
    text_of<&Settings::sendmail, path_rule, is_sendmail>("sendmail", "sendmail: the program.",
                                                         R"("/usr/sbin/sendmail")"),
    text_of<&Settings::ca_file, path_rule, is_remote>(
        "ca_file",
        "PEM file with the authorities to trust instead of the system's; certificates are always verified.",
        R"("/etc/reputed/ca.pem")"),
};

}  // namespace

std::span<const Key<NotifierSettings>> notifier_keys() {
    return rows;
}

}  // namespace reputed::schema
