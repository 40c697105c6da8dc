#include "checks/mta/log/qmail_head.hpp"

#include <algorithm>
#include <charconv>

#include "checks/mta/log/fields.hpp"
#include "checks/mta/log/text_scan.hpp"

namespace reputed::mta {
namespace {

// "@4000000066f1a2b4123456cc ": the external form of TAI64N; qmail and multilog count Unix time + 2^62 + 10.
std::optional<std::int64_t> take_tai64n(std::string_view& text) {
    constexpr std::size_t length = 25;
    if (text.size() < length || text[0] != '@' || (text.size() > length && text[length] != ' ')) return {};
    std::uint64_t label = 0;
    const auto [end, fault] = std::from_chars(text.data() + 1, text.data() + 17, label, 16);
    constexpr std::uint64_t epoch = (std::uint64_t{1} << 62) + 10;
    if (fault != std::errc() || end != text.data() + 17 || label < epoch || label - epoch > 1ULL << 40)
        return {};
    text.remove_prefix(std::min(text.size(), length + 1));
    return static_cast<std::int64_t>(label - epoch);
}

// "1795255800.123456 "
std::optional<std::int64_t> take_epoch(std::string_view& text) {
    const auto dot = text.substr(0, 12).find('.');
    if (dot == std::string_view::npos || dot < 9) return {};
    std::int64_t seconds = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + dot, seconds);
    if (fault != std::errc() || end != text.data() + dot || seconds < 0) return {};
    const auto blank = text.find_first_not_of("0123456789", dot + 1);
    if (blank == std::string_view::npos || text[blank] != ' ') return {};
    text.remove_prefix(blank + 1);
    return seconds;
}

constexpr std::string_view beside[] = {"rblsmtpd", "tcpserver", "spamdyke"};

bool is_qmail_program(std::string_view program) {
    return program.starts_with("qmail") || program == "splogger" || program == "vpopmail" ||
           std::find(std::begin(beside), std::end(beside), program) != std::end(beside);
}

// How lines of qmail-send, and of what shares its log, begin.
constexpr std::string_view beginnings =
    "delivery |starting delivery |status: |new msg |info msg |end msg |bounce msg |triple bounce: |"
    "double |alert: |warning: |local: |remote: |running|exiting|cannot |unable to|qmail-|CHKUSER |"
    "mail-stats|fatal: |number of deliveries|internal error|hiccup|tcpserver: |rblsmtpd: |spamdyke";

bool is_qmail_text(std::string_view text) {
    return begins_with_any(text, beginnings);
}

// "rblsmtpd: words", "spamdyke[4711]: words".
void take_program(QmailLine& line) {
    for (const auto program : beside) {
        if (!line.text.starts_with(program)) continue;
        const auto colon = line.text.find(": ");
        if (colon == std::string_view::npos || colon > program.size() + 12) return;
        line.program = program;
        line.text.remove_prefix(colon + 2);
        return;
    }
}

}  // namespace

std::optional<QmailLine> QmailHeadReader::read(std::string_view text) {
    QmailLine line;
    line.time = moment(now_);
    line.text = text;
    if (text.empty()) return {};
    if (take_stamp(line.text, line.time) || !is_digit(text[0])) {
        if (is_qmail_text(line.text)) {
            take_program(line);
            return line;
        }
        if (text[0] == '@') return {};
    }
    const auto head = read_syslog(text, stamps_);
    if (!head || !is_qmail_program(head->program)) return {};
    line.time = head->time;
    line.text = head->message;
    if (const auto stamp = take_epoch(line.text)) line.time = *stamp;
    if (std::find(std::begin(beside), std::end(beside), head->program) != std::end(beside))
        line.program = head->program;
    else
        take_program(line);
    return line;
}

bool QmailHeadReader::take_stamp(std::string_view& text, std::int64_t& time) {
    std::optional<std::int64_t> stamp;
    if (text[0] == '@') {
        stamp = take_tai64n(text);
    } else if (is_digit(text[0])) {
        if (text.size() > 19 && text[10] == '_') return take_svlogd_stamp(text, time);
        stamp = take_epoch(text);
        if (!stamp) stamp = stamps_.read(text);
    }
    if (stamp) time = *stamp;
    return stamp.has_value();
}

bool QmailHeadReader::take_svlogd_stamp(std::string_view& text, std::int64_t& time) {
    svlogd_stamp_ = text.substr(0, 19);
    svlogd_stamp_[10] = 'T';
    svlogd_stamp_ += 'Z';
    std::string_view stamp_text = svlogd_stamp_;
    const auto stamp = stamps_.read(stamp_text);
    const auto blank = text.find(' ');
    if (!stamp || blank == std::string_view::npos) return false;
    time = *stamp;
    text.remove_prefix(blank + 1);
    return true;
}

}  // namespace reputed::mta
