#include "checks/mta/queue/sendmail_mailq.hpp"

#include "checks/mta/queue/postfix_mailq.hpp"
#include "checks/mta/queue/sendmail_id.hpp"
#include "checks/mta/queue/text_scan.hpp"

namespace reputed::mta {
namespace {

constexpr std::size_t kept_reason = 1024;

// "(3 requests)" or "(70 requests, only 50 printed)" at the end of `text`: the number, and what stands before.
struct Requests {
    std::string_view directory;
    std::uint64_t count = 0;
};
std::optional<Requests> parse_requests(std::string_view text) {
    const auto open = text.rfind('(');
    if (open == std::string_view::npos || !text.ends_with(')')) return {};
    auto inside = text.substr(open + 1, text.size() - open - 2);
    const auto count = whole_number<std::uint64_t>(next_word(inside));
    // "lost" or "quarantined" may stand between.
    if (!count || inside.find("request") == std::string_view::npos) return {};
    return Requests{trimmed(text.substr(0, open)), *count};
}

constexpr std::string_view total_line = "Total requests:";
constexpr std::string_view empty_line = " is empty";

bool is_heading(std::string_view content) {
    return content.starts_with("-----Q-ID-----") || content.ends_with("Queue status...");
}

// "Mon Nov 18 20:03", in local time and without seconds.
std::optional<std::int64_t> parse_date(std::string_view text, std::time_t now) {
    return parse_mailq_date(std::string(text) + ":00", now);
}

std::string_view until_words(std::string_view text, int words) {
    auto rest = text;
    for (int i = 0; i < words; ++i)
        if (next_word(rest).empty()) return {};
    return text.substr(0, text.size() - rest.size());
}

}  // namespace

std::string sendmail_queue_name(std::string_view directory) {
    while (directory.ends_with('/'))
        directory.remove_suffix(1);
    for (auto rest = directory; !rest.empty();) {
        const auto part = next_field(rest, '/');
        if (part == "mqueue-client") return "clientmqueue";
        if (part.find("mqueue") != std::string_view::npos) return std::string(part.substr(0, 32));
    }
    return "mqueue";
}

SendmailMailqParser::SendmailMailqParser(const QueueContext& context)
    : now_(context.now), tally_({"clientmqueue", "mqueue"}, context) {}

bool SendmailMailqParser::is_signature(std::string_view text) {
    const auto content = trimmed(text);
    return is_heading(content) || parse_requests(content) || content.starts_with(total_line) ||
           (content.starts_with('/') && content.ends_with(empty_line));
}

bool SendmailMailqParser::heading(std::string_view content) {
    if (is_heading(content)) return true;
    if (content == "Mail queue is empty") {
        complete_ = true;
        return true;
    }
    if (content.ends_with(empty_line) && content.starts_with('/')) {
        queue_ = sendmail_queue_name(content.substr(0, content.size() - empty_line.size()));
        complete_ = true;
        return true;
    }
    if (content.starts_with(total_line)) {
        complete_ = whole_number<std::uint64_t>(trimmed(content.substr(total_line.size()))).has_value();
        return complete_;
    }
    if (!content.starts_with('/')) return false;
    const auto requests = parse_requests(content);
    if (!requests) return false;
    queue_ = sendmail_queue_name(requests->directory);
    announced_ += requests->count;
    complete_ = false;
    return true;
}

// ID[MARK] SIZE [PRIORITY[+]] [WEEKDAY] MONTH DAY HH:MM SENDER, the priority and no weekday with -v.
bool SendmailMailqParser::header(std::string_view text) {
    constexpr std::string_view marks = "*X?-";
    auto rest = text;
    auto id = next_word(rest);
    // A mark ends the id, even where a long size follows it without a blank; "X" may also be a digit of it.
    if (const auto mark = id.find_first_of(marks, 3); mark != std::string_view::npos && !is_sendmail_id(id)) {
        const auto at = is_sendmail_id(id.substr(0, mark)) ? mark : id.find_first_of(marks, 8);
        if (at == std::string_view::npos) return false;
        rest = text.substr(static_cast<std::size_t>(id.data() - text.data()) + at + 1);
        id = id.substr(0, at);
    }
    if (!is_sendmail_id(id)) return false;
    auto after = rest;
    auto word = next_word(after);
    if (word.size() == 1 && marks.find(word) != std::string_view::npos) {
        rest = after;  // the mark behind a short id, or set apart
        word = next_word(after);
    }
    Message message;
    message.arrival = sendmail_id_time(id, now_);
    if (word.starts_with('(')) {
        const auto remark = trimmed(rest);
        if (remark == "(job completed)") {
            begin_message();
            in_message_ = false;
            ++gone_;
            return true;
        }
        // "(no control file)", "(permission denied)": there, and nothing else is known.
    } else {
        // -1: there is no data file.
        message.bytes = word == "-1" ? 0 : whole_number<std::uint64_t>(word);
        if (!message.bytes) return false;
        auto date = until_words(after, 4);
        const auto dated = parse_date(trimmed(date), now_);
        if (!dated) {
            // -v: the priority, and a date that does not tell its weekday.
            const auto priority = next_word(after);
            const auto plus = priority.find('+');
            const bool joined = plus != std::string_view::npos && plus + 1 < priority.size();
            if (!whole_number<std::int64_t>(priority.substr(0, plus)) ||
                until_words(after, joined ? 2 : 3).empty())
                return false;
        } else if (!message.arrival) {
            message.arrival = dated;
        }
    }
    begin_message();
    pending_ = message;
    in_message_ = true;
    quarantined_ = false;
    reason_.clear();
    return true;
}

void SendmailMailqParser::begin_message() {
    flush_recipient({});
    if (!pending_) return;
    if (quarantined_) ++quarantine_;
    tally_.message(quarantined_ ? "quarantine" : queue_, pending_->bytes, pending_->arrival);
    pending_.reset();
}

void SendmailMailqParser::flush_recipient(std::string_view reason) {
    if (has_recipient_) tally_.recipients(1, reason.empty() ? reason_ : reason, recipient_);
    has_recipient_ = false;
}

void SendmailMailqParser::detail(std::string_view content) {
    if (content.starts_with("QUARANTINE:")) {
        quarantined_ = true;
        return;
    }
    if (content.starts_with("(---")) return;  // -v: the local user whose .forward it was
    const auto open = content.find('(');
    const auto before = trimmed(content.substr(0, open));
    const bool body_type = before == "8BITMIME" || before == "7BIT";
    if (body_type && open == std::string_view::npos) return;
    if (open != std::string_view::npos && (before.empty() || body_type)) {
        auto reason = content.substr(open + 1);
        if (reason.ends_with(')')) reason.remove_suffix(1);
        if (has_recipient_)
            flush_recipient(reason);
        else
            reason_ = reason.substr(0, kept_reason);
        return;
    }
    begin_message();
    has_recipient_ = true;
    recipient_ = content.substr(0, kept_reason);
}

ListingLine SendmailMailqParser::line(std::string_view text) {
    const auto content = trimmed(text);
    if (content.empty()) return ListingLine::taken;
    if (is_heading(content) || content.front() == '/' || content.starts_with("Total ") ||
        content.starts_with("Mail queue")) {
        if (heading(content)) {
            begin_message();
            in_message_ = false;
            return ListingLine::taken;
        }
    }
    if (header(text)) return ListingLine::taken;
    if (!in_message_ || (text.front() != ' ' && text.front() != '\t')) return ListingLine::garbage;
    detail(content);
    return ListingLine::taken;
}

void SendmailMailqParser::finish() {
    begin_message();
    in_message_ = false;
}

QueueReport SendmailMailqParser::report() const {
    auto report = tally_.report();
    report.mta = "sendmail";
    report.source = "mailq";
    if (quarantine_ > 0) report.frozen = quarantine_;
    if (tally_.messages() > 0 && !complete_)
        report.add_note("the listing ends before its last line, so there may be more");
    else if (announced_ != tally_.messages() + gone_)
        report.add_note("the listing speaks of " + plural(announced_, "message") + " but shows " +
                        std::to_string(tally_.messages()));
    return report;
}

}  // namespace reputed::mta
