#include "checks/mta/log/qmail_log.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>

#include "checks/mta/log/fields.hpp"
#include "checks/mta/log/qmail_head.hpp"
#include "checks/mta/log/text_scan.hpp"

namespace reputed::mta {
namespace {

std::optional<std::uint64_t> take_number(std::string_view& text) {
    std::uint64_t number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (fault != std::errc()) return {};
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return number;
}

// The address that stands behind or before fixed words of qmail-remote.
std::string_view receiver_ip(std::string_view words) {
    for (const std::string_view before : {"onnected to ", "Giving up on "}) {
        const auto at = words.find(before);
        if (at == std::string_view::npos) continue;
        auto ip = front_until(words.substr(at + before.size()), " /");
        while (ip.ends_with('.'))
            ip.remove_suffix(1);
        if (is_ip_text(ip)) return ip;
    }
    for (const std::string_view after : {" accepted message", " does not like recipient", " failed "}) {
        const auto at = words.find(after);
        if (at == std::string_view::npos) continue;
        const auto front = words.substr(0, at);
        const auto begin = front.find_last_of(" /");
        const auto ip = begin == std::string_view::npos ? front : front.substr(begin + 1);
        if (is_ip_text(ip)) return ip;
    }
    return {};
}

// A '/' stood for the end of a line of a reply where the next begins with a reply code again; others are the text's own
// ("https://").
void join_reply_lines(std::string& words) {
    for (std::size_t i = 0; i + 4 < words.size(); ++i)
        if (words[i] == '/' && is_digit(words[i + 1]) && is_digit(words[i + 2]) && is_digit(words[i + 3]) &&
            (words[i + 4] == ' ' || words[i + 4] == '-'))
            words[i] = ' ';
}

// "did 1+0+0": files, forwards and programs.
bool is_local_result(std::string_view words) {
    return take_until(words, "did ") && take_number(words) && words.starts_with('+');
}

class QmailLog final : public LogDialect {
  public:
    explicit QmailLog(std::int64_t now) : heads_(now) {}

    LineKind line(std::string_view text, LogSink& sink) override {
        const auto head = heads_.read(text);
        if (!head) return LineKind::foreign;
        text = head->text;
        if (text.starts_with("delivery ")) return delivery(text.substr(9), head->time, sink);
        if (text.starts_with("starting delivery ")) {
            start(text.substr(18));
        } else if (text.starts_with("info msg ")) {
            text.remove_prefix(9);
            if (const auto message = take_number(text)) arrivals_.put(*message | number_flag) = head->time;
        } else if (reject(*head, sink)) {
            return LineKind::event;
        }
        return LineKind::plain;
    }

  private:
    static constexpr std::uint64_t number_flag = std::uint64_t{1} << 63;  // 0 is the key of an empty place

    struct Open {
        std::uint64_t message = 0;
        bool local = false;
        ShortText<128> domain;
    };

    // "5: msg 4711 to remote user@example.com"
    void start(std::string_view text) {
        const auto number = take_number(text);
        if (!number || !text.starts_with(": msg ")) return;
        text.remove_prefix(6);
        const auto message = take_number(text);
        if (!message || !text.starts_with(" to ")) return;
        text.remove_prefix(4);
        auto& open = open_.put(*number | number_flag);
        open.message = *message;
        open.local = text.starts_with("local ");
        if (!take_until(text, " ")) text = {};
        // indimail writes the name of the queue behind it.
        open.domain = address_domain(text.substr(0, text.find(' ')));
    }

    // "5: success: 192.0.2.1_accepted_message./Remote_host_said:_250_OK/"
    LineKind delivery(std::string_view text, std::int64_t time, LogSink& sink) {
        const auto number = take_number(text);
        if (!number || !text.starts_with(": ")) return unknown(sink);
        text.remove_prefix(2);
        DeliveryEvent event;
        event.time = time;
        if (text.starts_with("report mangled, will defer")) {
            event.status = DeliveryStatus::deferred;
            words_ = text;
        } else {
            const auto result = take_until(text, ": ");
            if (!result) return unknown(sink);
            if (*result == "success")
                event.status = DeliveryStatus::sent;
            else if (*result == "deferral")
                event.status = DeliveryStatus::deferred;
            else if (*result == "failure")
                event.status = DeliveryStatus::bounced;
            else
                return unknown(sink);
            read_words(text);
        }
        if (event.status == DeliveryStatus::bounced && contains(words_, "has been in the queue too long"))
            event.status = DeliveryStatus::expired;
        describe(event);
        const auto key = *number | number_flag;
        if (const auto* open = open_.find(key)) {
            fill_message(*open, event);
            sink.delivery(event);
            open_.forget(key);
        } else {
            // A log that begins within a delivery does not say where it goes; "did 1+0+0" is qmail-local's.
            event.local = is_local_result(words_);
            sink.delivery(event);
        }
        return LineKind::event;
    }

    void fill_message(const Open& open, DeliveryEvent& event) {
        event.local = open.local;
        event.recipient_domain = open.domain.view();
        const auto [end, fault] =
            std::to_chars(queue_id_.data(), queue_id_.data() + queue_id_.size(), open.message);
        event.queue_id = {queue_id_.data(), static_cast<std::size_t>(end - queue_id_.data())};
        const auto* arrival = arrivals_.find(open.message | number_flag);
        if (arrival && event.time >= *arrival) event.delay = static_cast<float>(event.time - *arrival);
    }

    // Blanks were logged as '_', line ends as '/'.
    void read_words(std::string_view text) {
        words_ = text;
        std::replace(words_.begin(), words_.end(), '_', ' ');
        const auto last = words_.rfind('/');
        // indimail writes the name of the queue behind the last '/'.
        if (last != std::string::npos &&
            (last + 1 == words_.size() || words_.compare(last + 1, 6, " queue") == 0))
            words_.resize(last);
        join_reply_lines(words_);
    }

    // What the receiver said is what follows "Remote host said: "; the rest is qmail's own.
    void describe(DeliveryEvent& event) const {
        const std::string_view words = words_;
        event.relay_ip = receiver_ip(words);
        constexpr std::string_view said = "emote host said: ";
        const auto at = words.find(said);
        if (at == std::string_view::npos || event.status == DeliveryStatus::expired) {
            event.reply = words;
        } else {
            event.reply = words.substr(at + said.size());
            const auto end = event.reply.find("/Giving up on ");
            event.reply = event.reply.substr(0, end);
        }
        event.dsn = enhanced_code_in(event.reply);
    }

    // "rblsmtpd: 192.0.2.1 pid 4711: 451 ...", "tcpserver: deny 4711 host:192.0.2.9:25 client:192.0.2.1::4242",
    // "spamdyke[4711]: DENIED_RBL_MATCH from: a@b to: c@d origin_ip: 192.0.2.1 ...", "CHKUSER rejected rcpt: from <...>
    // remote <helo:host:192.0.2.1> rcpt <...> : words", "qmail-smtpd: ... reject ...".
    static bool reject(const QmailLine& line, LogSink& sink) {
        auto text = line.text;
        RejectEvent event;
        event.time = line.time;
        event.reply = text;
        if (line.program == "rblsmtpd") {
            const auto ip = take_until(text, " pid ");
            if (!ip || !take_until(text, ": ")) return false;
            event.client_ip = *ip;
            event.reply = text;
        } else if (line.program == "tcpserver") {
            const auto client = text.rfind(' ');
            if (!text.starts_with("deny ") || client == std::string_view::npos) return false;
            text.remove_prefix(client + 1);
            take_until(text, ":");
            event.client_ip = text.substr(0, text.rfind("::"));
        } else if (line.program == "spamdyke") {
            if (!text.starts_with("DENIED_")) return false;
            if (take_until(text, "origin_ip: ")) event.client_ip = front_until(text, " ");
        } else if (text.starts_with("CHKUSER rejected ") ||
                   (text.starts_with("qmail-smtpd") && contains(text, "reject"))) {
            if (const auto words = text.rfind(" : "); words != std::string_view::npos)
                event.reply = text.substr(words + 3);
            if (take_until(text, "remote <")) {
                const auto remote = front_until(text, ">");
                event.client_ip = remote.substr(remote.rfind(':') + 1);
            }
        } else {
            return false;
        }
        if (!is_ip_text(event.client_ip)) event.client_ip = {};
        sink.rejected(event);
        return true;
    }

    static LineKind unknown(LogSink& sink) {
        sink.unknown("qmail-send");
        return LineKind::unknown;
    }

    QmailHeadReader heads_;
    // Deliveries are numbered in turn, and qmail runs 255 of them at once, patched ones some thousands.
    RecentTable<Open, 4096> open_;
    RecentTable<std::int64_t, 8192> arrivals_;
    std::string words_;
    std::array<char, 20> queue_id_;
};

}  // namespace

std::unique_ptr<LogDialect> make_qmail_log(std::int64_t now) {
    return std::make_unique<QmailLog>(now);
}

bool is_qmail_log_line(std::string_view line) {
    // Not every line that qmail could have written, but those that only it writes.
    const auto head = QmailHeadReader(0).read(line);
    if (!head) return false;
    for (const std::string_view own :
         {"starting delivery ", "new msg ", "info msg ", "end msg ", "bounce msg ", "status: local "})
        if (head->text.starts_with(own)) return true;
    if (!head->text.starts_with("delivery ")) return false;
    return contains(head->text, ": success: ") || contains(head->text, ": deferral: ") ||
           contains(head->text, ": failure: ");
}

}  // namespace reputed::mta
