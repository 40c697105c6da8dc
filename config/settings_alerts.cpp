#include <algorithm>

#include "config/settings_keys.hpp"
#include "config/text.hpp"
#include "config/utc.hpp"

// [alerts], [[severity]], [[mute]] and [store].
namespace reputed::schema {

namespace {

constexpr std::int64_t second = 1'000;
constexpr std::int64_t day = 24 * 60 * 60 * second;

std::string any_text(std::string&) {
    return "";
}

std::string code_rule(std::string& text) {
    if (text.empty() ||
        (text.find('.') != std::string::npos &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_.") == std::string::npos))
        return "";
    return in_quotes(text) + R"( is no code of a finding: write it like "dnsbl.listed")";
}

std::string name_rule(std::string& text) {
    text = lower(text);
    return "";
}

std::string path_rule(std::string& text) {
    if (text.empty() || text.front() == '/') return "";
    return in_quotes(text) + " must be an absolute path";
}

void read_severity(const toml::node& node, std::string_view name, SeverityRule& rule, Reader& reader) {
    const auto* text = reader.text(node, name);
    if (!text) return;
    auto fault = one_of(*text, "severity", {std::begin(severity_names), std::end(severity_names)});
    if (fault.empty())
        rule.severity = *parse_severity(*text);
    else
        reader.problem(node.source(), std::move(fault));
}

// The end of a mute: a date, which is its last day, or a point of time with its offset.
void read_until(const toml::node& node, std::string_view name, MuteRule& rule, Reader& reader) {
    using std::chrono::system_clock;
    // The clock counts nanoseconds, from 1677 to 2262: a mute until the year 9999 is one for good.
    const auto days_of = [](const toml::date& date) {
        return std::chrono::sys_days(
            std::chrono::year_month_day(std::chrono::year(std::clamp<int>(date.year, 1970, 2261)),
                                        std::chrono::month(date.month), std::chrono::day(date.day)));
    };
    if (const auto* date = node.as_date()) {
        rule.until = days_of(date->get()) + std::chrono::days(1);
    } else if (const auto* moment = node.as_date_time()) {
        const auto& value = moment->get();
        const auto minutes = value.offset ? value.offset->minutes : std::int16_t{0};
        rule.until = days_of(value.date) + std::chrono::hours(value.time.hour) +
                     std::chrono::minutes(value.time.minute) + std::chrono::seconds(value.time.second) -
                     std::chrono::minutes(minutes);
    } else {
        reader.wrong_type(node, name, "a date such as 2027-01-31 or a time such as 2027-01-31T12:00:00Z");
    }
}

std::string show_until(const MuteRule& rule) {
    return rule.until ? rfc3339(*rule.until) : "";
}

constexpr Key<AlertSettings> alert_rows[] = {
    integer_key<&AlertSettings::confirm, 1, 10>(
        "confirm", "Runs in a row that must see a finding before it opens, 1 to 10."),
    integer_key<&AlertSettings::clear, 1, 10>(
        "clear", "Runs in a row that must not see it before it clears, 1 to 10."),
    duration_key<&AlertSettings::confirm_after, second, day>(
        "confirm_after",
        "How soon a check runs again to confirm what changed, 1s to 1d; not before a tenth of its interval, "
        "nor after\n"
        "the whole."),
    duration_key<&AlertSettings::unknown_after, second, 7 * day>(
        "unknown_after",
        "How long a check must have been unable to tell before that is a finding, 1s to 7d."),
    integer_key<&AlertSettings::flap_count, 2, 100>("flap_count",
                                                    "A finding that opens so often within flap_window is "
                                                    "flapping, 2 to 100: it is told once more, and then not\n"
                                                    "before it has been away for as long as calm."),
    duration_key<&AlertSettings::flap_window, 60 * second, 30 * day>(
        "flap_window", "The window in which openings are counted, 1m to 30d."),
    duration_key<&AlertSettings::calm, second, 30 * day>(
        "calm", "How long a flapping finding must be away before it clears, 1s to 30d."),
    duration_key<&AlertSettings::forget, 60 * second, 365 * day>(
        "forget",
        "A finding about which no run could tell for so long is given up, 1m to 365d: its list may have gone "
        "for good."),
    flag_key<&AlertSettings::notify_initial>(
        "notify_initial",
        "Whether that is told which the first run of a check finds. It is shown in any case."),
};

constexpr Key<SeverityRule> severity_rows[] = {
    optional_text_key<&SeverityRule::code, code_rule>("code", "The code of the finding.",
                                                      R"("dnsbl.listed")"),
    optional_text_key<&SeverityRule::subject, any_text>(
        "subject", "What it is about: an address, a domain, a list.", R"("192.0.2.25")"),
    optional_text_key<&SeverityRule::object, name_rule>("list", "The list, of findings about listings.",
                                                        R"("dnsbl-3.uceprotect.net")"),
    {"severity", "info, unknown, warning, critical, or ok for no finding at all.", R"("info")", read_severity,
     [](const SeverityRule& rule) { return toml_quoted(to_string(rule.severity)); }},
};

constexpr Key<MuteRule> mute_rows[] = {
    optional_text_key<&MuteRule::sender, any_text>("sender", "The sender's name.", R"("mail.example.org")"),
    optional_text_key<&MuteRule::list, name_rule>("list", "The list.", R"("dnsbl-2.uceprotect.net")"),
    optional_text_key<&MuteRule::code, code_rule>("code", "The code of the finding.", R"("dnsbl.listed")"),
    {"until", "The last day, or the end as a time; left out, it is for good.", "2027-01-31", read_until,
     show_until},
    optional_text_key<&MuteRule::reason, any_text>("reason", "For those who wonder later.",
                                                   R"("removal requested")"),
};

constexpr Key<StoreSettings> store_rows[] = {
    text_key<&StoreSettings::path, path_rule>("path",
                                              "The SQLite file. \"\" means reputed.db in $STATE_DIRECTORY or "
                                              "/var/lib/reputed, where one of them can be\n"
                                              "written to; else all is forgotten at the end."),
    duration_key<&StoreSettings::retention, day, 3650 * day>("retention",
                                                             "How long history is kept, 1d to 3650d."),
    integer_key<&StoreSettings::max_size, 8, 65536>(
        "max_size", "The most that the file may take in MiB, 8 to 65536; the oldest history goes first."),
};

}  // namespace

std::span<const Key<AlertSettings>> alert_keys() {
    return alert_rows;
}
std::span<const Key<SeverityRule>> severity_keys() {
    return severity_rows;
}
std::span<const Key<MuteRule>> mute_keys() {
    return mute_rows;
}
std::span<const Key<StoreSettings>> store_keys() {
    return store_rows;
}

void read_severities(const toml::node& node, std::vector<SeverityRule>& rules, Reader& reader) {
    read_items(node, "severity", severity_keys(), rules, reader, [](const toml::table& table) -> std::string {
        if (!table.contains("severity")) return R"(needs a "severity")";
        if (table.size() < 2) return "would change every finding: give it code, subject or list";
        return "";
    });
}

void read_mutes(const toml::node& node, std::vector<MuteRule>& rules, Reader& reader) {
    read_items(node, "mute", mute_keys(), rules, reader, [](const toml::table& table) -> std::string {
        if (table.contains("sender") || table.contains("list") || table.contains("code")) return "";
        return "would mute everything: give it sender, list or code";
    });
}

}  // namespace reputed::schema
