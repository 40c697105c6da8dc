#include "agent/history_options.hpp"

#include <charconv>
#include <ctime>

#include "config/duration.hpp"
#include "config/ip_address.hpp"

namespace reputed {
namespace {

constexpr std::size_t most_rows = 1'000'000;

// Digits only, exactly as many as the text has; -1 otherwise.
int number(std::string_view text) {
    int value = -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() && value >= 0 && text.front() != '-'
               ? value
               : -1;
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (out.ends_with('.')) out.pop_back();
    return out;
}

}  // namespace

std::optional<WallTime> parse_time(std::string_view text, WallTime now) {
    if (const auto ago = parse_duration(text)) return std::max(WallTime{}, now - *ago);
    const bool with_time = text.size() == 20;
    if (!with_time && text.size() != 10) return {};
    std::tm utc{};
    utc.tm_year = number(text.substr(0, 4)) - 1900;
    utc.tm_mon = number(text.substr(5, 2)) - 1;
    utc.tm_mday = number(text.substr(8, 2));
    if (text[4] != '-' || text[7] != '-' || utc.tm_year < 70 || utc.tm_year > 299 || utc.tm_mon < 0 ||
        utc.tm_mday < 1)
        return {};
    if (with_time) {
        utc.tm_hour = number(text.substr(11, 2));
        utc.tm_min = number(text.substr(14, 2));
        utc.tm_sec = number(text.substr(17, 2));
        if (text[10] != 'T' || text[13] != ':' || text[16] != ':' || text[19] != 'Z' || utc.tm_hour < 0 ||
            utc.tm_min < 0 || utc.tm_sec < 0)
            return {};
    }
    std::tm normal = utc;
    const std::time_t seconds = timegm(&normal);
    // A day that the month does not have becomes another one.
    if (normal.tm_mon != utc.tm_mon || normal.tm_mday != utc.tm_mday || normal.tm_hour != utc.tm_hour ||
        normal.tm_min != utc.tm_min || normal.tm_sec != utc.tm_sec)
        return {};
    return std::chrono::system_clock::from_time_t(seconds);
}

std::string human_duration(std::chrono::seconds duration) {
    struct Unit {
        const char* name;
        std::int64_t seconds;
    };
    static constexpr Unit units[] = {{" d", 86'400}, {" h", 3600}, {" min", 60}, {" s", 1}};
    std::int64_t left = duration.count();
    std::string out;
    for (std::size_t i = 0; i < std::size(units); ++i) {
        const auto count = left / units[i].seconds;
        if (count == 0 && i + 1 < std::size(units)) continue;
        out = std::to_string(count) + units[i].name;
        left %= units[i].seconds;
        if (i + 1 == std::size(units)) break;
        const auto rest = left / units[i + 1].seconds;
        if (rest > 0) out += ' ' + std::to_string(rest) + units[i + 1].name;
        break;
    }
    return out;
}

std::optional<HistoryQuery> history_query(const HistoryOptions& options, WallTime now, std::string& problem) {
    HistoryQuery query;
    const auto time = [&](const char* option, const std::string& text, std::optional<WallTime>& into) {
        if (text.empty()) return true;
        into = parse_time(text, now);
        if (!into)
            problem = std::string(option) + " \"" + text +
                      "\": write a duration such as 30d, or a date such as 2026-01-31";
        return into.has_value();
    };
    if (!time("--since", options.since, query.since) || !time("--until", options.until, query.until))
        return {};
    if (!options.ip.empty()) {
        const auto network = IpNetwork::parse(options.ip);
        if (!network) {
            problem = "--ip \"" + options.ip + "\" is no IP address or network";
            return {};
        }
        query.target = network->to_string();
    }
    if (!options.domain.empty()) query.target = lower(options.domain);
    query.list = lower(options.list);
    if (!options.severity.empty()) {
        query.min_severity = parse_severity(options.severity);
        if (!query.min_severity) {
            problem = "--severity \"" + options.severity + "\": write info, unknown, warning or critical";
            return {};
        }
    }
    if (options.limit < 1 || options.limit > most_rows) {
        problem = "--limit " + std::to_string(options.limit) + ": write a number from 1 to 1000000";
        return {};
    }
    query.code = options.code;
    query.check = options.check;
    query.sender = options.sender;
    query.open_only = options.open;
    if (options.drill) query.drill = true;
    query.before = options.before;
    query.limit = options.limit;
    return query;
}

}  // namespace reputed
