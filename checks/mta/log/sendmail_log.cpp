#include "checks/mta/log/sendmail_log.hpp"

#include <algorithm>
#include <optional>

#include "checks/mta/log/fields.hpp"
#include "checks/mta/log/syslog.hpp"
#include "checks/mta/log/text_scan.hpp"

namespace reputed::mta {
namespace {

// What is said of a message and is no attempt to deliver it, nor a refusal.
constexpr std::string_view remarks[] = {
    "from=",
    "clone ",
    "owner",
    "alias",
    "forward",
    "locked",
    "SYSERR",
    "Losing",
    "timeout",
    "collect: ",
    "lost input",
    "lost ",
    "hold",
    "done",
    "---",
    "<--",
    "queue",
    "unlink",
    "Fixed MIME",
    "Truncated",
    "Milter",
    "milter",
    "STARTTLS",
    "TLS",
    "tls_",
    "AUTH",
    "auth",
    "ruleset=",
    "discard",
    "quarantine",
    "removed",
    "SMTP ",
    "makeconnection",
    "low on",
    "rejecting",
    "accepting",
    "Authentication-Warning",
    "Connection rate",
    "Too many",
    "too many",
    "Null connection",
    "runqueue",
    "dropenvelope",
    "putbody",
    "unexpected",
    "header",
    "Headers too",
    "setsender",
    "savemail",
    "setuid",
    "open",
    "cannot",
    "can't",
    "Cannot",
    "daemon",
    "invalid",
    "bad",
    "size=",
    "host map",
    "gethostby",
    "smtpquit",
    "version",
    "ctladdr",
    "authinfo",
    "split",
    "mta=",
    "maxaddr",
    "rcpt",
    "class=",
    "msgid=",
    "attempt to block",
    "possible",
    "buffer",
    "error",
    "Delay",
    "delay",
    "warning",
    "Warning",
    "I/O error",
    "deliver",
    "mailer",
    "return",
    "reject",
    "event=",
    "macro",
    "loadavg",
    "sendmail",
    "suspicious",
    "ETRN",
    "EXPN",
    "VRFY",
    "NOQUEUE",
};

// Within a remark that begins with a host or an address.
constexpr std::string_view remark_words[] = {
    " did not issue ",
    ": possible SMTP attack",
    "lost input channel",
    "protocol error",
    "reply: ",
    "timeout waiting",
    "unexpected close on ",
    "read error",
    " collect: ",
    "Protocol error",
    "SMTP",
    "RCPT",
    "exited with",
};

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

struct Recipients {
    std::uint32_t count = 0;
    std::string_view first;
};

// "<a@example.com>,<b@example.com>, ..." or "a@example.com, ..." or "\"|/usr/bin/x y, z\", ...": up to the ", " behind them
// all, which is taken off.
Recipients take_recipients(std::string_view& text) {
    Recipients recipients;
    std::size_t begin = 0;
    std::size_t i = 0;
    bool quoted = false;
    bool angle = false;
    for (; i <= text.size(); ++i) {
        const bool end = i == text.size();
        if (!end && text[i] == '\\') {
            ++i;
            continue;
        }
        if (!end && text[i] == '"') quoted = !quoted;
        if (!end && !quoted && text[i] == '<') angle = true;
        if (!end && !quoted && text[i] == '>') angle = false;
        if (!end && (quoted || angle || text[i] != ',')) continue;
        const auto address = text.substr(begin, std::min(i, text.size()) - begin);
        if (!address.empty()) {
            if (recipients.count++ == 0) recipients.first = address;
        }
        begin = i + 1;
        if (end || (i + 1 < text.size() && text[i + 1] == ' ')) break;
    }
    text.remove_prefix(std::min(text.size(), i + 2));
    return recipients;
}

// A quotation mark or bracket that nothing closes would hide the rest of the line.
Recipients take_recipients_of(std::string_view& text) {
    auto rest = text;
    auto recipients = take_recipients(rest);
    if (rest.empty() && text.find(", ") != std::string_view::npos) {
        rest = text;
        recipients = {1, rest.substr(0, rest.find(", "))};
        rest.remove_prefix(recipients.first.size() + 2);
    }
    text = rest;
    return recipients;
}

struct Attempt {
    Recipients recipients;
    std::string_view delay;
    std::string_view mailer;
    std::string_view relay;
    std::string_view dsn;
    std::string_view reply;
    std::string_view tls_verify;
    std::optional<std::string_view> stat;
};

// The fields of a "to=" line behind the recipients. stat= is the last; reply= holds what the receiver said, with commas.
void read_fields(std::string_view rest, Attempt& attempt) {
    while (!rest.empty()) {
        if (rest.starts_with("stat=")) {
            attempt.stat = rest.substr(5);
            return;
        }
        auto end = rest.find(", ");
        if (rest.starts_with("reply=")) end = rest.rfind(", stat=");
        auto field = rest.substr(0, end);
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 2);
        const auto name = take_until(field, "=");
        if (!name) continue;
        if (*name == "delay")
            attempt.delay = field;
        else if (*name == "mailer")
            attempt.mailer = field;
        else if (*name == "relay")
            attempt.relay = field;
        else if (*name == "dsn")
            attempt.dsn = field;
        else if (*name == "reply")
            attempt.reply = field;
        else if (*name == "tls_verify")
            attempt.tls_verify = field;
    }
}

// "mx.example.com. [192.0.2.1]", "[127.0.0.1] [127.0.0.1]", "[smtp.example.com] [IPv6:2001:db8::1]", "mx.example.com.",
// "host [192.0.2.1] (may be forged)".
Relay read_sendmail_relay(std::string_view text) {
    auto host = text;
    Relay relay;
    if (const auto open = text.rfind('['); open != std::string_view::npos) {
        relay.ip = read_relay(text.substr(open)).ip;
        if (!relay.ip.empty()) host = text.substr(0, open);
    }
    host = host.substr(0, host.find(' '));
    if (host.starts_with('[')) {
        host = front_until(host.substr(1), "]");
        if (host.starts_with("IPv6:") || is_ip_text(host)) host = {};
    }
    while (host.ends_with('.'))
        host.remove_suffix(1);
    relay.host = host;
    return relay;
}

bool is_loopback(std::string_view ip) {
    return ip.starts_with("127.") || ip == "::1" || ip == "0:0:0:0:0:0:0:1";
}

// Mailers that speak SMTP: smtp, esmtp, smtp8, dsmtp, relay; whatever else is defined here (local, prog, *file*,
// cyrusv2, procmail) stays on the machine.
bool is_local_mailer(std::string_view mailer) {
    if (mailer.empty()) return false;
    return mailer.find("smtp") == std::string_view::npos && mailer != "relay" && mailer != "error" &&
           mailer != "*error*" && mailer.find("uucp") == std::string_view::npos;
}

// The submission program hands every message to the MTA on this machine; that is no delivery of ours.
bool is_submission(std::string_view program, std::string_view mailer, std::string_view ip) {
    if (program.starts_with("sm-msp")) return true;
    return mailer == "relay" && is_loopback(ip) && !program.starts_with("sm-mta");
}

// nullopt: nothing was tried.
std::optional<DeliveryStatus> status_of(std::string_view stat, std::string_view dsn) {
    if (stat.starts_with("Sent")) return DeliveryStatus::sent;
    if (stat.starts_with("Deferred") || stat.starts_with("Transient parse error"))
        return DeliveryStatus::deferred;
    if (stat.starts_with("Cannot send message") || stat.starts_with("Message timed out"))
        return DeliveryStatus::expired;
    for (const std::string_view word :
         {"queued", "aliased", "forwarded", "expanded", "discarded", "DISCARD", "quarantine"})
        if (stat.starts_with(word)) return {};
    if (dsn.starts_with('2')) return DeliveryStatus::sent;
    if (dsn.starts_with('4')) return DeliveryStatus::deferred;
    if (dsn.starts_with('5')) return DeliveryStatus::bounced;
    // EX_OSERR and EX_IOERR, which are tried again.
    if (stat.starts_with("Operating system error") || stat.starts_with("I/O error"))
        return DeliveryStatus::deferred;
    return DeliveryStatus::bounced;
}

// "Sent (OK id=1)": "OK id=1"; "Deferred: 451 4.7.1 ...": "451 4.7.1 ..."; others as they are.
std::string_view words_of(std::string_view stat) {
    if (stat.starts_with("Sent")) {
        const auto open = stat.find('(');
        if (open == std::string_view::npos) return {};
        stat.remove_prefix(open + 1);
        if (stat.ends_with(')')) stat.remove_suffix(1);
        return stat;
    }
    if (stat.starts_with("Deferred: ")) return stat.substr(10);
    return stat;
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
        return remark(*head, rest, sink);
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
        Attempt told;
        told.recipients = take_recipients_of(rest);
        read_fields(rest, told);
        if (!told.stat || told.recipients.count == 0) return unknown(head, sink);
        const auto status = status_of(*told.stat, told.dsn);
        if (!status) return LineKind::plain;

        DeliveryEvent event;
        event.time = head.time;
        event.status = *status;
        event.recipients = told.recipients.count;
        event.queue_id = id;
        event.recipient_domain = address_domain(told.recipients.first);
        const auto relay = read_sendmail_relay(told.relay);
        event.relay_ip = relay.ip;
        event.relay_host = relay.host;
        event.local = is_local_mailer(told.mailer) || is_submission(head.program, told.mailer, relay.ip);
        event.delay = read_duration(told.delay);
        event.reply =
            *status != DeliveryStatus::sent && !told.reply.empty() ? told.reply : words_of(*told.stat);
        event.dsn = is_enhanced_code(told.dsn) ? told.dsn : enhanced_code_in(event.reply);
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
                event.client_ip = read_sendmail_relay(before.substr(relay + 6)).ip;
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

    LineKind remark(const SyslogLine& head, std::string_view rest, LogSink& sink) {
        for (const auto beginning : remarks)
            if (rest.starts_with(beginning)) return LineKind::plain;
        for (const auto words : remark_words)
            if (rest.find(words) != std::string_view::npos) return LineKind::plain;
        return unknown(head, sink);
    }

    static LineKind unknown(const SyslogLine& head, LogSink& sink) {
        sink.unknown(head.program);
        return LineKind::unknown;
    }

    // "STARTTLS=client, relay=mx.example.com., version=TLSv1.3, verify=OK, ...": one process, one connection after another.
    void note_tls(const SyslogLine& head, std::string_view rest) {
        if (!take_until(rest, ", relay=") || rest.find(", version=") == std::string_view::npos) return;
        const auto host = read_sendmail_relay(front_until(rest, ",")).host;
        if (!host.empty()) tls_peers_.put(key_of(head.pid, host));
    }

    DeliveryEvent::Tls tls_of(const SyslogLine& head, const Attempt& told) {
        if (told.tls_verify == "NONE" || told.tls_verify == "NOT") return DeliveryEvent::Tls::no;
        if (!told.tls_verify.empty()) return DeliveryEvent::Tls::yes;
        const auto host = read_sendmail_relay(told.relay).host;
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
