#include "checks/mta/queue/postqueue_json.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace reputed::mta {
namespace {

using Json = nlohmann::json;

// One line of `postqueue -j`. Keys it does not know are passed over, so that later versions can add some.
struct Message {
    std::string queue;
    bool has_id = false;
    std::optional<std::uint64_t> bytes;
    std::optional<std::int64_t> arrival;
    // Reason and domain ("@example.com") in order, equal neighbours as one.
    struct Recipients {
        std::string reason;
        std::string domain;
        std::uint64_t count = 1;
    };
    std::vector<Recipients> recipients;

    void recipient(std::string reason, std::string domain) {
        if (!recipients.empty() && recipients.back().reason == reason && recipients.back().domain == domain)
            ++recipients.back().count;
        else
            recipients.push_back({std::move(reason), std::move(domain)});
    }
};

// Fills a Message from SAX events, so that no tree is built. Depth 1 is the message, 2 the list, 3 a
// recipient.
class MessageReader : public nlohmann::json_sax<Json> {
  public:
    explicit MessageReader(Message& message) : message_(message) {}

    bool null() override { return value(); }
    bool boolean(bool) override { return value(); }
    bool number_float(number_float_t, const string_t&) override { return value(); }
    bool binary(binary_t&) override { return value(); }
    bool number_integer(number_integer_t number) override {
        if (depth_ == 1 && key_ == "arrival_time") message_.arrival = number;
        return value();
    }
    bool number_unsigned(number_unsigned_t number) override {
        if (depth_ == 1 && key_ == "arrival_time" && number < (std::uint64_t{1} << 62))
            message_.arrival = static_cast<std::int64_t>(number);
        if (depth_ == 1 && key_ == "message_size") message_.bytes = number;
        return value();
    }
    bool string(string_t& text) override {
        if (depth_ == 1 && key_ == "queue_name") message_.queue = text.substr(0, 32);
        if (depth_ == 1 && key_ == "queue_id") message_.has_id = !text.empty();
        if (in_recipient() && key_ == "delay_reason") reason_ = text.substr(0, 1024);
        if (in_recipient() && key_ == "address" && text.rfind('@') != std::string::npos)
            domain_ = text.substr(text.rfind('@'), 256);
        return value();
    }
    bool start_object(std::size_t) override {
        ++depth_;
        reason_.clear();
        domain_.clear();
        return true;
    }
    bool end_object() override {
        if (in_recipient()) message_.recipient(std::exchange(reason_, {}), std::exchange(domain_, {}));
        --depth_;
        return value();
    }
    bool start_array(std::size_t) override {
        if (depth_ == 1) in_recipients_ = key_ == "recipients";
        ++depth_;
        return true;
    }
    bool end_array() override {
        if (--depth_ == 1) in_recipients_ = false;
        return value();
    }
    bool key(string_t& name) override {
        key_ = name.substr(0, 32);
        return true;
    }
    bool parse_error(std::size_t, const std::string&, const Json::exception&) override { return false; }

  private:
    bool in_recipient() const { return depth_ == 3 && in_recipients_; }
    bool value() {
        key_.clear();
        return true;
    }

    Message& message_;
    int depth_ = 0;
    bool in_recipients_ = false;
    std::string key_;
    std::string reason_;
    std::string domain_;
};

bool is_queue_name(std::string_view name) {
    return !name.empty() &&
           name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") == std::string_view::npos;
}

}  // namespace

void PostqueueParser::feed(std::string_view bytes) {
    lines_.feed(bytes, [this](std::string_view text, bool whole) { line(text, whole); });
}

void PostqueueParser::line(std::string_view text, bool whole) {
    if (!whole) {
        ++garbage_;
    } else if (text.starts_with('{')) {
        garbage_ += json_line(text) ? 0 : 1;
    } else if (mailq_.line(text) == MailqParser::Line::garbage) {
        ++garbage_;
    } else if (text.find_first_not_of(" \t\r") != std::string_view::npos) {
        ++mailq_lines_;
    }
}

bool PostqueueParser::json_line(std::string_view text) {
    // Only ASCII matters here, and one stray byte in a reply must not cost the message.
    std::string ascii(text);
    for (auto& c : ascii)
        if (static_cast<unsigned char>(c) >= 0x80) c = '?';
    Message message;
    MessageReader reader(message);
    if (!Json::sax_parse(ascii, &reader) || !message.has_id || !is_queue_name(message.queue)) return false;
    json_.message(message.queue, message.bytes, message.arrival);
    for (const auto& [reason, domain, count] : message.recipients)
        json_.recipients(count, reason, domain);
    return true;
}

QueueResult PostqueueParser::finish(const std::string& what) {
    lines_.finish([this](std::string_view text, bool whole) { line(text, whole); });
    mailq_.finish();
    if (json_.messages() == 0 && mailq_lines_ == 0 && garbage_ > 0)
        return QueueError{what, "nothing in its " + plural(garbage_, "line") + " is a Postfix queue listing",
                          "save the output of postqueue -j or postqueue -p"};
    if (json_.messages() > 0 && mailq_lines_ > 0)
        return QueueError{what, "it holds both postqueue -j and postqueue -p output", "save one of them"};

    const bool text_form = mailq_lines_ > 0;
    auto report = text_form ? mailq_.report() : json_.report();
    if (!text_form) report.by_queue["corrupt"] = {};
    report.mta = "postfix";
    report.source = text_form ? "postqueue -p" : "postqueue -j";
    if (text_form && !mailq_.complete())
        report.note = "the listing ends before its last line, so there may be more";
    else if (text_form && mailq_.announced() != mailq_.messages())
        report.note = "the listing speaks of " + plural(mailq_.announced().value_or(0), "message") +
                      " but shows " + std::to_string(mailq_.messages());
    else if (!text_form && json_.messages() == 0)
        report.note = "the input is empty: so is the queue, unless postqueue failed";
    if (garbage_ > 0) {
        if (!report.note.empty()) report.note += "; ";
        report.note += plural(garbage_, "line") + " could not be read";
    }
    return report;
}

QueueResult read_postqueue(ListingFile& file, const QueueContext& context) {
    PostqueueParser parser(context);
    for (auto piece = file.next(); !piece.empty(); piece = file.next())
        parser.feed(piece);
    if (!file.error().empty()) return QueueError{file.name(), file.error(), ""};
    return parser.finish(file.name());
}

}  // namespace reputed::mta
