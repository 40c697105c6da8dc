#include "checks/mta/queue/exim_mailq.hpp"

#include "checks/mta/queue/exim_id.hpp"
#include "checks/mta/queue/text_scan.hpp"

namespace reputed::mta {
namespace {

constexpr std::string_view frozen_mark = "*** frozen ***";

// "25m", "3h", "2d": rounded time on the queue, in seconds.
std::optional<std::int64_t> parse_age(std::string_view word) {
    if (word.size() < 2 || word.size() > 8) return {};
    const auto count = whole_number<std::int64_t>(word.substr(0, word.size() - 1));
    if (!count || *count < 0) return {};
    switch (word.back()) {
        case 'm':
            return *count * 60;
        case 'h':
            return *count * 3600;
        case 'd':
            return *count * 86'400;
        default:
            return {};
    }
}

// "950", "2.9K", "12M".
std::optional<std::uint64_t> parse_size(std::string_view word) {
    if (word.empty() || word.size() > 12) return {};
    double unit = 1;
    if (word.back() == 'K') unit = 1024;
    if (word.back() == 'M') unit = 1024.0 * 1024;
    if (word.back() == 'G') unit = 1024.0 * 1024 * 1024;
    if (unit > 1) word.remove_suffix(1);
    if (word.empty() || word.find_first_not_of("0123456789.") != std::string_view::npos) return {};
    const auto value = whole_number<double>(word);
    if (!value || *value * unit > 1e15 || (unit == 1 && word.find('.') != std::string_view::npos)) return {};
    return static_cast<std::uint64_t>(*value * unit + 0.5);
}

}  // namespace

// [AGE] [SIZE] ID [<SENDER>] [(LOGIN)] [*** frozen ***]; the size is blank where the data file is missing.
std::optional<EximMailqParser::Header> EximMailqParser::parse_header(std::string_view text, std::time_t now) {
    Header header;
    auto rest = text;
    auto word = next_word(rest);
    const auto age = parse_age(word);
    if (age) word = next_word(rest);
    if (const auto size = parse_size(word)) {
        header.rounded = *size >= 1024;
        header.bytes = size;
        word = next_word(rest);
    }
    if (!is_exim_id(word)) return {};
    const auto sender = trimmed(rest);
    if (!sender.empty() && sender.front() != '<' && !sender.starts_with("***")) return {};
    header.told = age || !sender.empty();
    header.frozen = sender.ends_with(frozen_mark);
    header.arrival = exim_id_time(word);
    if (!header.arrival && age) header.arrival = now - *age;
    return header;
}

bool EximMailqParser::is_header(std::string_view text) {
    return parse_header(text, 0).has_value();
}

void EximMailqParser::begin_message() {
    if (!pending_) return;
    tally_.message(pending_->frozen ? "frozen" : "input", pending_->bytes, pending_->arrival);
    if (pending_->frozen) ++frozen_;
    if (pending_->rounded) estimated_ = true;
    if (!pending_->told) ++without_recipients_;
    pending_.reset();
}

ListingLine EximMailqParser::line(std::string_view text) {
    const auto content = trimmed(text);
    if (content.empty()) {
        begin_message();
        in_message_ = false;
        return ListingLine::taken;
    }
    if (auto header = parse_header(text, now_)) {
        begin_message();
        pending_ = header;
        in_message_ = true;
        only_count_ = false;
        return ListingLine::taken;
    }
    if (!in_message_) {
        const auto count = whole_number<std::uint64_t>(content);
        if (!count || count_ || !only_count_) return ListingLine::garbage;
        count_ = count;
        return ListingLine::taken;
    }
    if (content.starts_with("***")) {
        if (content.starts_with("*** spool")) ++unreadable_;
        if (pending_ && content.ends_with(frozen_mark)) pending_->frozen = true;
        return ListingLine::taken;
    }
    if (text.front() != ' ' && text.front() != '\t') return ListingLine::garbage;
    begin_message();
    const bool delivered = content.starts_with("D ") || content.starts_with("+D ");
    if (!delivered) tally_.recipients(1);
    return ListingLine::taken;
}

QueueReport EximMailqParser::report() const {
    auto report = tally_.report();
    report.mta = "exim";
    report.source = "exim -bp";
    report.waiting.reset();
    report.frozen = frozen_;
    report.estimated = estimated_;
    if (count_ && only_count_) {
        report = {};
        report.mta = "exim";
        report.source = "exim -bpc";
        report.total.messages = count_;
        report.by_queue = {{"input", {}}, {"frozen", {}}};
        return report;
    }
    if (without_recipients_ > 0) {
        report.total.recipients.reset();
        for (auto& [name, figures] : report.by_queue)
            figures.recipients.reset();
        // A listing of ids does not show what is frozen either.
        report.frozen.reset();
        report.by_queue["input"].messages.reset();
        report.by_queue["frozen"].messages.reset();
    }
    if (unreadable_ > 0) report.add_note(plural(unreadable_, "message") + " that Exim itself cannot read");
    return report;
}

}  // namespace reputed::mta
