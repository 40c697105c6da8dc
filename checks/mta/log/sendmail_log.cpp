#include "checks/mta/log/sendmail_log.hpp"

#include <algorithm>
#include <optional>

#include "checks/mta/log/fields.hpp"
#include "checks/mta/log/sendmail_attempt.hpp"
#include "checks/mta/log/syslog.hpp"
#include "checks/mta/log/text_scan.hpp"

namespace reputed::mta {
namespace {

// What is said of a message and is no attempt to deliver it, nor a refusal.
constexpr std::string_view remarks =
    "from=|clone |owner|alias|forward|locked|SYSERR|Losing|timeout|collect: |lost input|lost |hold|"
    "done|---|<--|queue|unlink|Fixed MIME|Truncated|Milter|milter|STARTTLS|TLS|tls_|AUTH|auth|"
    "ruleset=|discard|quarantine|removed|SMTP |makeconnection|low on|rejecting|accepting|"
    "Authentication-Warning|Connection rate|Too many|too many|Null connection|runqueue|dropenvelope|"
    "putbody|unexpected|header|Headers too|setsender|savemail|setuid|open|cannot|can't|Cannot|daemon|"
    "invalid|bad|size=|host map|gethostby|smtpquit|version|ctladdr|authinfo|split|mta=|maxaddr|rcpt|"
    "class=|msgid=|attempt to block|possible|buffer|error|Delay|delay|warning|Warning|I/O error|"
    "deliver|mailer|return|reject|event=|macro|loadavg|sendmail|suspicious|ETRN|EXPN|VRFY|NOQUEUE";

// Within a remark that begins with a host or an address.
constexpr std::string_view remark_words =
    " did not issue |: possible SMTP attack|lost input channel|protocol error|reply: |"
    "timeout waiting|unexpected close on |read error| collect: |Protocol error|SMTP|RCPT|exited with";

bool is_sendmail_program(std::string_view program) {
    if (program.starts_with("sendmail")) return true;
    // sm-notify is NFS.
    return program.starts_with("sm-m") || program.starts_with("sm-que") || program.starts_with("sm-client") ||
           program.starts_with("sm-acc");
}

// "6ALIA0ab004711", of Debian's 8.17 too; "AA12345" of old; "NOQUEUE" is none.
bool is_queue_id(std::string_view text) {
    if (text.size() < 5 || text.size() > 24 || text == "NOQUEUE") return false;
    bool digit = false;
    for (const char c : text) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && !is_digit(c)) return false;
        digit = digit || is_digit(c);
    }
    return digit;
}

std::optional<std::string_view> take_queue_id(std::string_view& text) {
    const auto colon = text.substr(0, 32).find(": ");
    if (colon == std::string_view::npos || !is_queue_id(text.substr(0, colon))) return {};
    const auto id = text.substr(0, colon);
    text.remove_prefix(colon + 2);
    return id;
}

class SendmailLog final : public LogDialect {
  public:
    explicit SendmailLog(std::int64_t now) : stamps_(now) {}

    LineKind line(std::string_view text, LogSink& sink) override {
        const auto head = read_syslog(text, stamps_);
        if (!head || !is_sendmail_program(head->program)) return LineKind::foreign;
        auto rest = head->message;
        const auto id = take_queue_id(rest);
        if (!id) {
            if (rest.starts_with("NOQUEUE: ")) rest.remove_prefix(9);
            if (rest.starts_with("STARTTLS=client, ")) note_tls(*head, rest);
            return reject(*head, rest, sink) ? LineKind::event : LineKind::plain;
        }
        if (rest.starts_with("to=")) return attempt(*head, *id, rest.substr(3), sink);
        if (rest.starts_with("from=")) return LineKind::plain;
        if (rest.starts_with("STARTTLS=client, ")) note_tls(*head, rest);
        if (reject(*head, rest, sink)) return LineKind::event;
        if (auto words = rest; take_queue_id(words)) return notice(*head, *id, words, sink);
        return note(*head, rest, sink);
    }

  private:
    // The attempt that a message which is given up failed with last.
    struct LastDeferral {
        std::uint32_t recipients = 1;
        bool local = false;
        ShortText<64> relay_host;
        ShortText<46> relay_ip;
        ShortText<64> domain;
    };
    struct TlsPeer {};

    LineKind attempt(const SyslogLine& head, std::string_view id, std::string_view rest, LogSink& sink) {
        const auto told = sendmail::read_attempt(rest);
        if (!told.stat || told.recipients == 0) return unknown(head, sink);
        const auto status = sendmail::status_of(told);
        if (!status) return LineKind::plain;

        DeliveryEvent event;
        event.time = head.time;
        event.status = *status;
        event.recipients = told.recipients;
        event.queue_id = id;
        event.recipient_domain = address_domain(told.first_recipient);
        const auto relay = sendmail::read_relay(told.relay);
        event.relay_ip = relay.ip;
        event.relay_host = relay.host;
        event.local = sendmail::is_local(head.program, told, relay.ip);
        event.delay = read_duration(told.delay);
        // No host was reached where the domain itself stands for one.
        if (relay.ip.empty() && relay.host == event.recipient_domain) event.relay_host = {};
        sendmail::set_reply(told, event);
        if (!event.local) event.tls = tls_of(head, told);
        if (*status == DeliveryStatus::deferred) remember(id, event);
        sink.delivery(event);
        return LineKind::event;
    }

    void remember(std::string_view id, const DeliveryEvent& event) {
        auto& last = deferrals_.put(key_of(id));
        last.recipients = event.recipients;
        last.local = event.local;
        last.relay_host = event.relay_host;
        last.relay_ip = event.relay_ip;
        last.domain = event.recipient_domain;
    }

    // "6ALIA0ab004711: 6ALIA0ac004712: sender notify: Cannot send message for 5 days". That a copy went to the
    // postmaster is the same end told again.
    LineKind notice(const SyslogLine& head, std::string_view id, std::string_view words, LogSink& sink) {
        const auto kind = take_until(words, ": ");
        if (!kind) return unknown(head, sink);
        if (!words.starts_with("Cannot send message for") && !words.starts_with("Cannot send message within"))
            return LineKind::plain;
        if (*kind == "postmaster notify") return LineKind::plain;
        DeliveryEvent event;
        event.time = head.time;
        event.status = DeliveryStatus::expired;
        event.queue_id = id;
        event.reply = words;
        if (const auto* last = deferrals_.find(key_of(id))) {
            event.recipients = last->recipients;
            event.local = last->local;
            event.relay_host = last->relay_host.view();
            event.relay_ip = last->relay_ip.view();
            event.recipient_domain = last->domain.view();
        }
        sink.delivery(event);
        deferrals_.forget(key_of(id));
        return LineKind::event;
    }

    // "ruleset=check_rcpt, arg1=<a@b>, relay=host [192.0.2.1], reject=550 5.7.1 ...", "Milter: to=<a@b>, reject=451 ...",
    // "<a@example.com>... User unknown" at RCPT. The rulesets for our own connections as a client refuse nobody's mail.
    static bool reject(const SyslogLine& head, std::string_view rest, LogSink& sink) {
        RejectEvent event;
        event.time = head.time;
        const bool ruleset = rest.starts_with("ruleset=");
        if (ruleset || rest.starts_with("Milter: ")) {
            for (const std::string_view name : {"tls_server", "tls_rcpt", "try_tls"})
                if (ruleset && rest.substr(8).starts_with(name)) return false;
            const auto at = rest.find(", reject=");
            if (at == std::string_view::npos) return false;
            const auto before = rest.substr(0, at);
            if (const auto relay = before.rfind("relay="); relay != std::string_view::npos)
                event.client_ip = sendmail::read_relay(before.substr(relay + 6)).ip;
            event.reply = rest.substr(at + 9);
        } else if (rest.starts_with('<')) {
            auto words = rest.substr(1);
            if (!take_address(words) || !words.starts_with("... ")) return false;
            event.reply = words.substr(4);
        } else {
            return false;
        }
        sink.rejected(event);
        return true;
    }

    LineKind note(const SyslogLine& head, std::string_view rest, LogSink& sink) {
        if (begins_with_any(rest, remarks) || contains_any(rest, remark_words)) return LineKind::plain;
        return unknown(head, sink);
    }

    static LineKind unknown(const SyslogLine& head, LogSink& sink) {
        sink.unknown(head.program);
        return LineKind::unknown;
    }

    // "STARTTLS=client, relay=mx.example.com., version=TLSv1.3, verify=OK, ...": one process, one connection after another.
    void note_tls(const SyslogLine& head, std::string_view rest) {
        if (!take_until(rest, ", relay=") || rest.find(", version=") == std::string_view::npos) return;
        const auto host = sendmail::read_relay(front_until(rest, ",")).host;
        if (!host.empty()) tls_peers_.put(key_of(head.pid, host));
    }

    DeliveryEvent::Tls tls_of(const SyslogLine& head, const sendmail::Attempt& told) {
        if (told.tls_verify == "NONE" || told.tls_verify == "NOT") return DeliveryEvent::Tls::no;
        if (!told.tls_verify.empty()) return DeliveryEvent::Tls::yes;
        const auto host = sendmail::read_relay(told.relay).host;
        return !host.empty() && tls_peers_.find(key_of(head.pid, host)) ? DeliveryEvent::Tls::yes
                                                                        : DeliveryEvent::Tls::unknown;
    }

    StampReader stamps_;
    RecentTable<LastDeferral, 1024> deferrals_;
    RecentTable<TlsPeer, 1024> tls_peers_;
};

}  // namespace

std::unique_ptr<LogDialect> make_sendmail_log(std::int64_t now) {
    return std::make_unique<SendmailLog>(now);
}

bool is_sendmail_log_line(std::string_view line) {
    StampReader stamps(0);
    const auto head = read_syslog(line, stamps);
    return head && is_sendmail_program(head->program);
}

}  // namespace reputed::mta
