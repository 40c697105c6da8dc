#include "checks/mta/queue/postfix_mailq.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "checks/mta/queue/postfix_id.hpp"

namespace reputed::mta {
namespace {

constexpr std::string_view blanks = " \t";

// Takes the next word off the front of `text`; "" at the end.
std::string_view next_word(std::string_view& text) {
    const auto begin = std::min(text.find_first_not_of(blanks), text.size());
    const auto end = std::min(text.find_first_of(blanks, begin), text.size());
    const auto word = text.substr(begin, end - begin);
    text.remove_prefix(end);
    return word;
}

std::string_view trim(std::string_view text) {
    const auto begin = text.find_first_not_of(" \t\r");
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

template <class Number>
std::optional<Number> number(std::string_view text) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return {};
    return value;
}

int position(std::string_view word, std::string_view names) {
    if (word.size() != 3) return -1;
    const auto at = names.find(word);
    return at == std::string_view::npos || at % 3 != 0 ? -1 : static_cast<int>(at / 3);
}

}  // namespace

std::optional<std::int64_t> parse_mailq_date(std::string_view text, std::time_t now) {
    const int weekday = position(next_word(text), "SunMonTueWedThuFriSat");
    const int month = position(next_word(text), "JanFebMarAprMayJunJulAugSepOctNovDec");
    const auto day = number<int>(next_word(text));
    const auto clock = next_word(text);
    if (weekday < 0 || month < 0 || !day || *day < 1 || *day > 31 || !trim(text).empty()) return {};
    if (clock.size() != 8 || clock[2] != ':' || clock[5] != ':') return {};
    const auto hour = number<unsigned>(clock.substr(0, 2));
    const auto minute = number<unsigned>(clock.substr(3, 2));
    const auto second = number<unsigned>(clock.substr(6, 2));
    if (!hour || *hour > 23 || !minute || *minute > 59 || !second || *second > 60) return {};

    std::tm today{};
    if (localtime_r(&now, &today) == nullptr) return {};
    // 29 February falls on one weekday once in 28 years; anything older than a few years is not a queue's
    // date anyway.
    for (int back = 0; back < 12; ++back) {
        std::tm moment{};
        moment.tm_year = today.tm_year - back;
        moment.tm_mon = month;
        moment.tm_mday = *day;
        moment.tm_hour = static_cast<int>(*hour);
        moment.tm_min = static_cast<int>(*minute);
        moment.tm_sec = static_cast<int>(*second);
        moment.tm_isdst = -1;
        const auto time = std::mktime(&moment);
        if (time == -1 || time > now + 86'400) continue;
        if (moment.tm_wday == weekday && moment.tm_mon == month) return time;
    }
    return {};
}

MailqParser::Line MailqParser::line(std::string_view text) {
    if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
    const auto content = trim(text);
    if (content.empty()) {
        end_message();
        return Line::taken;
    }
    if (text.front() == '-') return closing(content);
    if (content == "Mail queue is empty") {
        complete_ = true;
        announced_ = 0;
        return Line::taken;
    }
    // Long reasons are not indented, and may have lost their end to a bound on the line. Recipients never
    // begin so.
    if (in_message_ && content.front() == '(') {
        reason_ = content.substr(1, content.size() - (content.back() == ')' ? 2 : 1));
        if (!counted_ && mark_ == 0) begin_message('d', bytes_, arrival_);
        return Line::taken;
    }
    if (blanks.find(text.front()) == std::string_view::npos) return header(text);
    if (!in_message_) return Line::garbage;
    if (!counted_) begin_message(mark_, bytes_, arrival_);
    tally_.recipients(1, reason_, content);
    return Line::taken;
}

// ID[*|!][#] SIZE WEEKDAY MONTH DAY TIME SENDER
MailqParser::Line MailqParser::header(std::string_view text) {
    auto rest = text;
    auto id = next_word(rest);
    char mark = 0;
    while (!id.empty() && (id.back() == '*' || id.back() == '!' || id.back() == '#')) {
        if (id.back() != '#') mark = id.back();
        id.remove_suffix(1);
    }
    const auto bytes = number<std::uint64_t>(next_word(rest));
    if (!is_postfix_queue_id(id) || !bytes) return Line::garbage;
    const auto date = rest;
    for (int word = 0; word < 4; ++word)
        if (next_word(rest).empty()) return Line::garbage;
    const auto dated = parse_mailq_date(date.substr(0, date.size() - rest.size()), now_);
    const auto named = postfix_id_time(id);

    end_message();
    in_message_ = true;
    counted_ = false;
    mark_ = mark;
    bytes_ = bytes;
    // The name counts in UTC; the date depends on the time zone of whoever made the listing.
    arrival_ = named ? named : dated;
    return Line::taken;
}

// "-Queue ID- --Size-- ..." above the list, "-- 3 Kbytes in 7 Requests." below it.
MailqParser::Line MailqParser::closing(std::string_view text) {
    if (text.find("Queue ID") != std::string_view::npos) return Line::taken;
    auto rest = text;
    if (next_word(rest) != "--") return Line::garbage;
    const auto size = number<std::uint64_t>(next_word(rest));
    const auto unit = next_word(rest);
    const auto in = next_word(rest);
    const auto count = number<std::uint64_t>(next_word(rest));
    const auto request = next_word(rest);
    if (!size || !unit.starts_with("Kbyte") || in != "in" || !count || !request.starts_with("Request"))
        return Line::garbage;
    end_message();
    complete_ = true;
    announced_ = count;
    return Line::taken;
}

void MailqParser::begin_message(char mark, std::optional<std::uint64_t> bytes,
                                std::optional<std::int64_t> arrival) {
    std::string_view queue = "unmarked";
    if (mark == '*') queue = "active";
    if (mark == '!') queue = "hold";
    if (mark == 'd') queue = "deferred";
    tally_.message(queue, bytes, arrival);
    counted_ = true;
    ++messages_;
}

void MailqParser::end_message() {
    if (in_message_ && !counted_) begin_message(mark_, bytes_, arrival_);
    in_message_ = false;
    reason_.clear();
}

QueueReport MailqParser::report() const {
    auto report = tally_.report();
    const bool all_placed = !report.by_queue.contains("unmarked");
    for (const auto* queue : {"maildrop", "incoming"}) {
        auto& figures = report.by_queue[queue];
        if (!all_placed) continue;
        figures = {.messages = 0, .recipients = 0, .bytes = 0, .oldest_arrival = {}};
        report.ages.try_emplace(queue);
    }
    report.by_queue["corrupt"] = {};
    return report;
}

}  // namespace reputed::mta
