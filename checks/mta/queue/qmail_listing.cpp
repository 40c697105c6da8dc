#include "checks/mta/queue/qmail_listing.hpp"

#include "checks/mta/queue/text_scan.hpp"

namespace reputed::mta {
namespace {

constexpr std::string_view total_text = "messages in queue: ";
constexpr std::string_view todo_text = "messages in queue but not yet preprocessed: ";

// Takes "26 Aug 2026 09:14:02 GMT" off the front of `text`.
std::optional<std::int64_t> take_date(std::string_view& text) {
    constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
    std::tm moment{};
    const auto day = whole_number<int>(next_word(text));
    const auto month = next_word(text);
    const auto year = whole_number<int>(next_word(text));
    const auto clock = next_word(text);
    const auto at = months.find(month);
    if (!day || *day < 1 || *day > 31 || month.size() != 3 || at == std::string_view::npos || at % 3 != 0)
        return {};
    if (!year || *year < 1990 || *year > 2200 || clock.size() != 8 || clock[2] != ':' || clock[5] != ':')
        return {};
    const auto hour = whole_number<int>(clock.substr(0, 2));
    const auto minute = whole_number<int>(clock.substr(3, 2));
    const auto second = whole_number<int>(clock.substr(6, 2));
    if (!hour || *hour < 0 || *hour > 23 || !minute || *minute < 0 || *minute > 59 || !second ||
        *second < 0 || *second > 60 || next_word(text) != "GMT")
        return {};
    moment.tm_mday = *day;
    moment.tm_mon = static_cast<int>(at / 3);
    moment.tm_year = *year - 1900;
    moment.tm_hour = *hour;
    moment.tm_min = *minute;
    moment.tm_sec = *second;
    return timegm(&moment);
}

std::optional<std::uint64_t> count_behind(std::string_view text, std::string_view label) {
    if (!text.starts_with(label)) return {};
    return whole_number<std::uint64_t>(trimmed(text.substr(label.size())));
}

}  // namespace

std::optional<QmailParser::Message> QmailParser::parse_header(std::string_view text) {
    Message message;
    const auto arrival = take_date(text);
    if (!arrival) return {};
    message.arrival = *arrival;
    const auto id = next_word(text);
    const auto bytes = whole_number<std::uint64_t>(next_word(text));
    const auto sender = trimmed(text);
    if (!id.starts_with('#') || !whole_number<std::uint64_t>(id.substr(1)) || !bytes) return {};
    if (!sender.starts_with('<')) return {};
    message.bytes = *bytes;
    message.bouncing = sender.ends_with(">  bouncing");
    return message;
}

bool QmailParser::is_header(std::string_view text) {
    return parse_header(text).has_value();
}

bool QmailParser::is_count(std::string_view text) {
    return count_behind(text, total_text) || count_behind(text, todo_text);
}

ListingLine QmailParser::line(std::string_view text) {
    const auto content = trimmed(text);
    if (content.empty()) return ListingLine::taken;
    if (const auto total = count_behind(content, total_text)) {
        total_ = total;
        return ListingLine::taken;
    }
    if (const auto todo = count_behind(content, todo_text)) {
        todo_ = todo;
        return ListingLine::taken;
    }
    if (content.starts_with("warning: trouble with #") || content.starts_with("fatal: ")) {
        end_message();
        ++troubles_;
        listed_ = true;
        return ListingLine::taken;
    }
    if (auto header = parse_header(content)) {
        end_message();
        message_ = header;
        listed_ = true;
        return ListingLine::taken;
    }
    if (!message_ || (text.front() != ' ' && text.front() != '\t')) return ListingLine::garbage;
    auto rest = content;
    auto channel = next_word(rest);
    const bool done = channel == "done";
    if (done) channel = next_word(rest);
    if (channel != "local" && channel != "remote") return ListingLine::garbage;
    if (!done) ++(channel == "local" ? message_->local : message_->remote);
    return ListingLine::taken;
}

void QmailParser::end_message() {
    if (!message_) return;
    all_.message("all", message_->bytes, message_->arrival);
    all_.recipients(message_->local + message_->remote);
    if (message_->bouncing) ++bouncing_;
    if (message_->local > 0) {
        queues_.message("local", message_->bytes, message_->arrival);
        queues_.recipients(message_->local);
    }
    if (message_->remote > 0) {
        queues_.message("remote", message_->bytes, message_->arrival);
        queues_.recipients(message_->remote);
    }
    message_.reset();
}

QueueReport QmailParser::report() const {
    QueueReport report;
    if (listed_ || !total_) {
        report = queues_.report();
        const auto all = all_.report();
        report.total = all.total;
        report.total_ages = all.total_ages;
        report.by_queue["bounce"].messages = bouncing_;
        report.source = "qmail-qread";
    } else {
        report.source = "qmail-qstat";
        report.by_queue = {{"local", {}}, {"remote", {}}, {"bounce", {}}};
    }
    report.mta = "qmail";
    report.waiting.reset();
    report.by_queue["todo"].messages = todo_;
    // Mail that is not preprocessed is missing in qmail-qread.
    if (total_ && total_ != report.total.messages) {
        report.total = {.messages = total_, .recipients = {}, .bytes = {}, .oldest_arrival = {}};
        report.total_ages.reset();
    }
    if (!listed_ && total_ == std::uint64_t{0})
        report.total = {.messages = 0, .recipients = 0, .bytes = 0, .oldest_arrival = {}};
    if (!listed_ && !total_ && todo_) report.total = {};
    if (troubles_ > 0) report.add_note(plural(troubles_, "message") + " that qmail-qread could not read");
    return report;
}

}  // namespace reputed::mta
