#include <charconv>

#include "checks/reputation/feedback/abuseipdb.hpp"
#include "checks/reputation/feedback/fetch.hpp"
#include "checks/reputation/feedback/json_reader.hpp"

namespace reputed::feedback::abuseipdb {
namespace {

std::optional<int> digits(std::string_view text) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || text.find('-') != text.npos) return {};
    return value;
}

// "Z", "+09:00"
std::optional<std::chrono::minutes> offset_of(std::string_view text) {
    if (text == "Z" || text == "z") return std::chrono::minutes(0);
    if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return {};
    const auto hours = digits(text.substr(1, 2));
    const auto minutes = digits(text.substr(4, 2));
    if (!hours || !minutes || *hours > 23 || *minutes > 59) return {};
    const std::chrono::minutes offset(*hours * 60 + *minutes);
    return text[0] == '-' ? -offset : offset;
}

std::optional<std::int64_t> count_of(const JsonValue& value) {
    const auto count = value.integer();
    return count && *count >= 0 ? count : std::nullopt;
}

}  // namespace

std::optional<WallTime> parse_rfc3339(std::string_view text) {
    if (text.size() < 20 || text.size() > 40 || text[4] != '-' || text[7] != '-' || text[13] != ':' ||
        text[16] != ':' || (text[10] != 'T' && text[10] != 't' && text[10] != ' '))
        return {};
    const auto year = digits(text.substr(0, 4));
    const auto month = digits(text.substr(5, 2));
    const auto day = digits(text.substr(8, 2));
    const auto hour = digits(text.substr(11, 2));
    const auto minute = digits(text.substr(14, 2));
    const auto second = digits(text.substr(17, 2));
    if (!year || !month || !day || !hour || !minute || !second) return {};
    auto rest = text.substr(19);
    if (rest.starts_with('.')) {
        const auto end = rest.find_first_not_of("0123456789", 1);
        if (end == 1 || end == rest.npos) return {};
        rest.remove_prefix(end);
    }
    const auto offset = offset_of(rest);
    const std::chrono::year_month_day date{std::chrono::year(*year),
                                           std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    // A leap second is the one after it (RFC 3339 section 5.7).
    if (!offset || !date.ok() || *hour > 23 || *minute > 59 || *second > 60) return {};
    // Counted in seconds, of which there are enough for each year: the clock's nanoseconds end in 2262.
    const std::chrono::sys_seconds time = std::chrono::sys_days(date) + std::chrono::hours(*hour) +
                                          std::chrono::minutes(*minute) + std::chrono::seconds(*second) -
                                          *offset;
    return possible_time(time.time_since_epoch().count());
}

std::optional<Answer> read_answer(std::string_view body, const IpAddress& address, std::string& problem) {
    const auto fail = [&](std::string_view what) {
        problem = what;
        return std::nullopt;
    };
    const auto json = JsonTree::parse(body);
    if (!json) return fail("the answer is not JSON");
    const auto data = json->root()["data"];
    if (!data.is_object()) return fail("the answer has no data");
    if (const auto asked = data["ipAddress"]) {
        const auto text = asked.text();
        const auto told = text ? IpAddress::parse(*text) : std::nullopt;
        if (!told || told->unmapped() != address.unmapped())
            return fail("the answer is about another address");
    }
    Answer answer;
    const auto score = data["abuseConfidenceScore"].integer();
    if (!score || *score < 0 || *score > 100)
        return fail("abuseConfidenceScore is not a number from 0 to 100");
    answer.score = static_cast<int>(*score);
    const auto reports = count_of(data["totalReports"]);
    if (!reports) return fail("totalReports is not a count");
    answer.reports = *reports;
    if (const auto reporters = data["numDistinctUsers"]) {
        const auto count = count_of(reporters);
        if (!count) return fail("numDistinctUsers is not a count");
        answer.reporters = *count;
    }
    if (const auto last = data["lastReportedAt"]) {
        const auto text = last.text();
        answer.last_report = text ? parse_rfc3339(*text) : std::nullopt;
        if (!answer.last_report) return fail("lastReportedAt is not a time");
    }
    answer.allowed = data["isWhitelisted"].boolean().value_or(false);
    answer.is_public = data["isPublic"].boolean().value_or(true);
    return answer;
}

}  // namespace reputed::feedback::abuseipdb
