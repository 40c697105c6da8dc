#include "checks/mta/log/syslog.hpp"

#include <cstring>
#include <ctime>

#include "checks/mta/log/fields.hpp"

namespace reputed::mta {
namespace {

constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";

// Two digits at `at`; -1 = none.
int two_digits(std::string_view text, std::size_t at) {
    if (text.size() < at + 2 || !is_digit(text[at]) || !is_digit(text[at + 1])) return -1;
    return (text[at] - '0') * 10 + (text[at + 1] - '0');
}

bool is_minute(const std::tm& parts) {
    return parts.tm_mday >= 1 && parts.tm_mday <= 31 && parts.tm_hour >= 0 && parts.tm_hour <= 23 &&
           parts.tm_min >= 0 && parts.tm_min <= 59 && parts.tm_mon >= 0 && parts.tm_mon <= 11;
}

// Local time; nullopt when the day does not exist in that year.
std::optional<std::int64_t> local_minute(std::tm parts) {
    const int day = parts.tm_mday;
    parts.tm_sec = 0;
    parts.tm_isdst = -1;
    const auto time = std::mktime(&parts);
    if (time == -1 || parts.tm_mday != day) return {};
    return time;
}

// The year is not said: the latest such moment up to a day after `now`. Leap days are eight years apart at most.
std::optional<std::int64_t> latest_minute(std::tm parts, std::int64_t now) {
    std::tm today{};
    const std::time_t clock = now;
    localtime_r(&clock, &today);
    for (int year = today.tm_year + 1; year >= today.tm_year - 8; --year) {
        parts.tm_year = year;
        const auto minute = local_minute(parts);
        if (minute && *minute <= now + 86'400) return minute;
    }
    return {};
}

// "Z", "+09:00", "+0900", "-07": seconds east of UTC, taken off; nullopt = no zone there.
std::optional<int> take_zone(std::string_view& text) {
    if (text.starts_with('Z') || text.starts_with('z')) {
        text.remove_prefix(1);
        return 0;
    }
    if (text.empty() || (text[0] != '+' && text[0] != '-')) return {};
    const int hours = two_digits(text, 1);
    if (hours < 0) return {};
    std::size_t length = 3;
    const bool colon = text.size() > 3 && text[3] == ':';
    int minutes = two_digits(text, colon ? 4 : 3);
    if (minutes >= 0)
        length = colon ? 6 : 5;
    else
        minutes = 0;
    const int seconds = hours * 3600 + minutes * 60;
    const bool west = text[0] == '-';
    text.remove_prefix(length);
    return west ? -seconds : seconds;
}

void take_priority(std::string_view& line) {
    if (!line.starts_with('<')) return;
    std::size_t i = 1;
    while (i < line.size() && i < 5 && is_digit(line[i]))
        ++i;
    if (i > 1 && i < line.size() && line[i] == '>') line.remove_prefix(i + 1);
}

std::string_view take_word(std::string_view& text) {
    const auto end = text.find(' ');
    const auto word = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return word;
}

// "postfix/smtp[4711]:" or "postfix/smtp:" at the beginning of `text`.
bool take_tag(std::string_view& text, SyslogLine& line) {
    constexpr std::size_t longest_tag = 128;
    std::size_t i = 0;
    const auto limit = std::min(text.size(), longest_tag);
    while (i < limit && text[i] != '[' && text[i] != ':' && text[i] != ' ')
        ++i;
    if (i == 0 || i >= limit || text[i] == ' ') return false;
    line.program = text.substr(0, i);
    line.pid = {};
    if (text[i] == '[') {
        const auto close = text.find(']', i);
        if (close == std::string_view::npos || close + 1 >= text.size() || text[close + 1] != ':')
            return false;
        line.pid = text.substr(i + 1, close - i - 1);
        i = close + 1;
    }
    text.remove_prefix(i + 1);
    if (text.starts_with(' ')) text.remove_prefix(1);
    return true;
}

// HOST APP PROCID MSGID STRUCTURED-DATA [MSG], RFC 5424 section 6.
bool read_5424(std::string_view text, SyslogLine& line) {
    line.host = take_word(text);
    line.program = take_word(text);
    line.pid = take_word(text);
    if (line.pid == "-") line.pid = {};
    take_word(text);
    if (text.starts_with('[')) {
        bool quoted = false;
        std::size_t i = 0;
        for (; i < text.size(); ++i) {
            if (text[i] == '\\' && quoted)
                ++i;
            else if (text[i] == '"')
                quoted = !quoted;
            else if (text[i] == ']' && !quoted && (i + 1 == text.size() || text[i + 1] != '['))
                break;
        }
        text.remove_prefix(std::min(text.size(), i + 1));
        if (text.starts_with(' ')) text.remove_prefix(1);
    } else if (take_word(text) != "-") {
        return false;
    }
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    line.message = text;
    return !line.program.empty();
}

}  // namespace

std::int64_t moment(std::int64_t now) {
    return now == as_it_grows ? std::time(nullptr) : now;
}

std::optional<int> StampReader::read_seconds(std::string_view& text) {
    const int seconds = text.starts_with(':') ? two_digits(text, 1) : -1;
    if (seconds < 0 || seconds > 60) return {};
    text.remove_prefix(3);
    if (text.size() > 1 && (text[0] == '.' || text[0] == ',') && is_digit(text[1])) {
        std::size_t i = 1;
        while (i < text.size() && is_digit(text[i]))
            ++i;
        text.remove_prefix(i);
    }
    return seconds;
}

std::optional<std::int64_t> StampReader::read_3164(std::string_view& text) {
    constexpr std::size_t minute_length = sizeof "Nov 21 18:10" - 1;
    if (text.size() < minute_length + 4 || text[3] != ' ') return {};
    const auto minute_text = text.substr(0, minute_length);
    if (minute_text_ != minute_text || !minute_local_) {
        const auto month = months.find(text.substr(0, 3));
        if (month == std::string_view::npos || month % 3 != 0 || text[6] != ' ' || text[9] != ':') return {};
        std::tm parts{};
        parts.tm_mon = static_cast<int>(month / 3);
        parts.tm_mday = text[4] == ' ' && is_digit(text[5]) ? text[5] - '0' : two_digits(text, 4);
        parts.tm_hour = two_digits(text, 7);
        parts.tm_min = two_digits(text, 10);
        if (!is_minute(parts)) return {};
        const auto minute = latest_minute(parts, moment(now_));
        if (!minute) return {};
        minute_text_ = minute_text;
        minute_local_ = true;
        minute_ = *minute;
    }
    auto rest = text.substr(minute_length);
    const auto seconds = read_seconds(rest);
    if (!seconds || !rest.starts_with(' ')) return {};
    text = rest.substr(1);
    return minute_ + *seconds;
}

std::optional<std::int64_t> StampReader::read_3339(std::string_view& text) {
    constexpr std::size_t minute_length = sizeof "2026-11-21T18:10" - 1;
    if (text.size() < minute_length + 3) return {};
    auto rest = text.substr(minute_length);
    const auto seconds = read_seconds(rest);
    if (!seconds) return {};
    auto after_zone = rest;
    if (after_zone.starts_with(' ')) after_zone.remove_prefix(1);  // "18:10:00 +0900"
    auto zone = take_zone(after_zone);
    if (zone) rest = after_zone;
    if (!rest.empty() && !rest.starts_with(' ')) return {};

    const auto minute_text = text.substr(0, minute_length);
    if (minute_text_ != minute_text || minute_local_ == zone.has_value()) {
        std::tm parts{};
        const int century = two_digits(text, 0);
        const int year = two_digits(text, 2);
        parts.tm_mon = two_digits(text, 5) - 1;
        parts.tm_mday = two_digits(text, 8);
        parts.tm_hour = two_digits(text, 11);
        parts.tm_min = two_digits(text, 14);
        if (century < 19 || year < 0 || text[4] != '-' || text[7] != '-' ||
            (text[10] != 'T' && text[10] != ' ') || text[13] != ':' || !is_minute(parts))
            return {};
        parts.tm_year = century * 100 + year - 1900;
        const auto minute = zone ? std::optional<std::int64_t>(timegm(&parts)) : local_minute(parts);
        if (!minute) return {};
        minute_text_ = minute_text;
        minute_local_ = !zone;
        minute_ = *minute;
    }
    text = rest.empty() ? rest : rest.substr(1);
    return minute_ + *seconds - zone.value_or(0);
}

std::optional<std::int64_t> StampReader::read(std::string_view& text) {
    if (text.empty()) return {};
    return is_digit(text[0]) ? read_3339(text) : read_3164(text);
}

std::optional<SyslogLine> read_syslog(std::string_view text, StampReader& stamps) {
    SyslogLine line;
    take_priority(text);
    const bool versioned = text.starts_with("1 ");
    if (versioned) text.remove_prefix(2);
    const auto time = stamps.read(text);
    if (!time) return {};
    line.time = *time;
    if (versioned) {
        if (!read_5424(text, line)) return {};
        return line;
    }
    auto tagged = text;
    line.host = take_word(tagged);
    if (!take_tag(tagged, line)) {
        line.host = {};
        tagged = text;
        if (!take_tag(tagged, line)) return {};
    }
    line.message = tagged;
    return line;
}

}  // namespace reputed::mta
