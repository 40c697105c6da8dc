#include "checks/mta/queue/postfix_showq.hpp"

#include <charconv>
#include <utility>

namespace reputed::mta {
namespace {

constexpr std::size_t max_name = 100;
constexpr std::size_t max_value = std::size_t{64} << 10;
constexpr std::size_t kept_reason = 1024;
constexpr std::string_view showq_protocol = "mail_queue_list_protocol";

template <class Number>
std::optional<Number> number(std::string_view text) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return {};
    return value;
}

bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= max_name &&
           text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
}

}  // namespace

bool ShowqParser::fail(std::string why) {
    if (problem_.empty()) problem_ = std::move(why);
    return false;
}

bool ShowqParser::feed(std::string_view bytes) {
    if (!problem_.empty()) return false;
    if (form_ == Form::undecided) {
        const auto end = bytes.find_first_of(std::string_view("\0\n", 2));
        pending_.append(bytes.substr(0, end == std::string_view::npos ? end : end + 1));
        if (pending_.size() > max_name + 1) return fail("it does not speak Postfix's queue protocol");
        if (end == std::string_view::npos) return true;
        if (!decide()) return false;
        bytes.remove_prefix(end + 1);
    }
    return form_ == Form::text ? feed_text(bytes) : feed_attributes(bytes);
}

// The first name or line tells which form it is.
bool ShowqParser::decide() {
    const auto first = std::exchange(pending_, {});
    if (first.back() == '\0') {
        form_ = Form::attributes;
        return feed_attributes(first);
    }
    form_ = Form::text;
    const bool heading = first.starts_with('-') && first.find("Queue ID") != std::string::npos;
    if (!heading && !first.starts_with("Mail queue is empty"))
        return fail("it does not speak Postfix's queue protocol");
    return feed_text(first);
}

bool ShowqParser::feed_text(std::string_view bytes) {
    bool good = true;
    lines_.feed(bytes, [&](std::string_view text, bool) {
        // Cut lines are long reasons; nothing that is counted is as long.
        if (mailq_.line(text) == MailqParser::Line::garbage)
            good = fail("its listing has a line of an unknown form");
    });
    return good;
}

bool ShowqParser::feed_attributes(std::string_view bytes) {
    while (!bytes.empty()) {
        if (done_) return fail("it says more after the end of the listing");
        const auto end = bytes.find('\0');
        const auto part = bytes.substr(0, end);
        if (pending_.size() + part.size() > (expect_value_ ? max_value : max_name))
            return fail(expect_value_ ? "an attribute is longer than 64 KiB"
                                      : "an attribute name is too long");
        if (end == std::string_view::npos) {
            pending_.append(part);
            return true;
        }
        bool good = false;
        if (pending_.empty()) {
            good = token(part);
        } else {
            pending_.append(part);
            good = token(std::exchange(pending_, {}));
        }
        if (!good) return false;
        bytes.remove_prefix(end + 1);
    }
    return true;
}

bool ShowqParser::token(std::string_view text) {
    if (expect_value_) {
        expect_value_ = false;
        in_record_ = true;
        return attribute(text);
    }
    if (text.empty()) return end_of_record();
    if (!is_name(text)) return fail("an attribute name is malformed");
    name_ = text;
    expect_value_ = true;
    return true;
}

// Attributes of an unknown name are passed over: later versions may add some.
bool ShowqParser::attribute(std::string_view value) {
    if (name_ == "protocol") {
        if (!protocol_allowed_ || value != showq_protocol)
            return fail("it speaks another protocol than showq's");
        protocol_record_ = true;
    } else if (name_ == "queue_name") {
        if (!is_name(value)) return fail("a queue name is malformed");
        queue_ = value;
    } else if (name_ == "queue_id") {
        has_id_ = !value.empty();
    } else if (name_ == "time") {
        time_ = number<std::int64_t>(value);
        if (!time_) return fail("an arrival time is not a number");
    } else if (name_ == "size") {
        size_ = number<std::uint64_t>(value);
        if (!size_) return fail("a message size is not a number");
    } else if (name_ == "recipient") {
        if (!begin_message()) return false;
        flush_recipient();
        has_recipient_ = true;
        recipient_ = value.substr(0, kept_reason);
    } else if (name_ == "reason") {
        if (!has_recipient_) return fail("a reason comes without its recipient");
        reason_ = value.substr(0, kept_reason);
    }
    protocol_allowed_ = false;
    return true;
}

bool ShowqParser::begin_message() {
    if (counted_) return true;
    if (queue_.empty() || !has_id_ || !time_ || !size_)
        return fail("a message comes without its queue, id, arrival time or size");
    tally_.message(queue_, size_, time_);
    counted_ = true;
    return true;
}

void ShowqParser::flush_recipient() {
    if (has_recipient_) tally_.recipients(1, reason_, recipient_);
    has_recipient_ = false;
    reason_.clear();
}

bool ShowqParser::end_of_record() {
    if (!in_record_) {
        done_ = true;
        return true;
    }
    if (!protocol_record_) {
        if (!begin_message()) return false;
        flush_recipient();
    }
    in_record_ = protocol_record_ = counted_ = has_id_ = false;
    queue_.clear();
    time_.reset();
    size_.reset();
    return true;
}

bool ShowqParser::finish() {
    if (!problem_.empty()) return false;
    if (form_ == Form::undecided) return fail("it closed the connection without an answer");
    if (form_ == Form::attributes) return done_ || fail("its answer ends in the middle");
    bool good = true;
    lines_.finish([&](std::string_view text, bool) { good = mailq_.line(text) == MailqParser::Line::taken; });
    if (!good) return fail("its listing has a line of an unknown form");
    mailq_.finish();
    if (!mailq_.complete()) return fail("its answer ends in the middle");
    if (mailq_.announced() != mailq_.messages())
        return fail("its closing line counts other messages than it listed");
    return true;
}

QueueReport ShowqParser::report() const {
    auto report = form_ == Form::text ? mailq_.report() : tally_.report();
    report.by_queue["corrupt"] = {};
    report.mta = "postfix";
    report.source = "showq socket";
    return report;
}

}  // namespace reputed::mta
