#include "checks/mta/log/postfix_log.hpp"

#include <algorithm>
#include <array>

#include "checks/mta/log/fields.hpp"
#include "checks/mta/log/syslog.hpp"
#include "checks/mta/log/text_scan.hpp"
#include "checks/mta/queue/postfix_id.hpp"

namespace reputed::mta {
namespace {

enum class Program : std::uint8_t {
    none,      // not one of Postfix's
    outbound,  // carries mail to other hosts, or says at once that it cannot
    local,     // hands mail over on this machine
    queue,     // the queue manager
    receiver,  // takes mail in and may refuse it
    other,
};

// In the order of how often they write. "qmgr" had other names once. "error" is also what the service "retry" runs.
constexpr std::pair<std::string_view, Program> programs[] = {
    {"smtpd", Program::receiver},
    {"smtp", Program::outbound},
    {"qmgr", Program::queue},
    {"cleanup", Program::receiver},
    {"anvil", Program::other},
    {"postscreen", Program::receiver},
    {"local", Program::local},
    {"lmtp", Program::local},
    {"virtual", Program::local},
    {"pipe", Program::local},
    {"error", Program::outbound},
    {"pickup", Program::other},
    {"bounce", Program::other},
    {"scache", Program::other},
    {"retry", Program::outbound},
    {"discard", Program::local},
    {"dnsblog", Program::other},
    {"tlsproxy", Program::other},
    {"trivial-rewrite", Program::other},
    {"master", Program::other},
    {"proxymap", Program::other},
    {"proxywrite", Program::other},
    {"tlsmgr", Program::other},
    {"verify", Program::other},
    {"flush", Program::other},
    {"showq", Program::other},
    {"spawn", Program::other},
    {"qmqpd", Program::receiver},
    {"oqmgr", Program::queue},
    {"nqmgr", Program::queue},
    {"postlogd", Program::other},
    {"postfix-script", Program::other},
    {"sendmail", Program::other},
    {"postdrop", Program::other},
    {"postqueue", Program::other},
    {"postsuper", Program::other},
    {"postmap", Program::other},
    {"postalias", Program::other},
    {"postmulti", Program::other},
    {"postlog", Program::other},
    {"postcat", Program::other},
    {"postkick", Program::other},
    {"postlock", Program::other},
    {"smtps", Program::other},
};

Program program_of(std::string_view tag) {
    const auto slash = tag.rfind('/');
    if (slash == std::string_view::npos || slash == 0) return Program::none;
    const auto name = tag.substr(slash + 1);
    for (const auto& [known, program] : programs)
        if (known == name) return program;
    return Program::none;
}

// What of a program that delivers is no attempt: connections, TLS, and what concerns one message but is not its end.
bool is_known_remark(std::string_view message) {
    static constexpr std::string_view beginnings[] = {
        "connect to ",
        "Untrusted TLS ",
        "Trusted TLS ",
        "Verified TLS ",
        "Anonymous TLS ",
        "SSL_connect error",
        "warning: ",
        "fatal: ",
        "panic: ",
        "error: ",
        "certificate ",
        "Host offered ",
        "setting up ",
        "server certificate ",
        "name_mask: ",
        "statistics: ",
        "initializing ",
        "mx.",
        "TLS ",
        "dict_",
        "looking for session",
        "reloading ",
        "smtp_",
        "using ",
        "save session ",
        "subject=",
        "fingerprint=",
        "< ",
        "> ",
        "trigger_",
        "daemon started",
    };
    return std::any_of(std::begin(beginnings), std::end(beginnings),
                       [&](std::string_view beginning) { return message.starts_with(beginning); });
}

bool is_known_word_on_message(std::string_view rest) {
    static constexpr std::string_view beginnings[] = {
        "host ",
        "lost connection",
        "conversation with",
        "enabling PIX",
        "Cannot start TLS",
        "TLS ",
        "replace: ",
        "passing ",
        "breaking line",
        "warning: ",
        "Server certificate",
        "SSL_connect",
        "sender ",
        "uid=",
        "message-id=",
        "removed",
        "skipped, ",
        "from=<",
        "pix",
        "disabling ",
        "sent delay notification",
    };
    return std::any_of(std::begin(beginnings), std::end(beginnings),
                       [&](std::string_view beginning) { return rest.starts_with(beginning); });
}

class PostfixLog final : public LogDialect {
  public:
    explicit PostfixLog(std::int64_t now) : stamps_(now) {}

    LineKind line(std::string_view text, LogSink& sink) override {
        const auto head = read_syslog(text, stamps_);
        if (!head) return LineKind::foreign;
        switch (program_of(head->program)) {
            case Program::none:
                return LineKind::foreign;
            case Program::other:
                return LineKind::plain;
            case Program::outbound:
                return delivery(*head, false, sink);
            case Program::local:
                return delivery(*head, true, sink);
            case Program::queue:
                return queue(*head, sink);
            case Program::receiver:
                return receiver(*head, sink);
        }
        return LineKind::foreign;
    }

  private:
    // Which smtp process spoke TLS with whom last: its deliveries to that host are encrypted.
    struct TlsPeer {
        std::uint64_t pid = 0;
        std::uint64_t ip = 0;  // hash
    };

    LineKind delivery(const SyslogLine& head, bool local, LogSink& sink) {
        auto rest = head.message;
        const auto id = take_until(rest, ": ");
        if (!id || !is_postfix_queue_id(*id)) {
            note_tls(head);
            if (is_known_remark(head.message)) return LineKind::plain;
            sink.unknown(head.program);
            return LineKind::unknown;
        }
        if (!rest.starts_with("to=<")) {
            if (is_known_word_on_message(rest)) return LineKind::plain;
            sink.unknown(head.program);
            return LineKind::unknown;
        }
        return attempt(head, *id, rest.substr(4), local, sink);
    }

    LineKind attempt(const SyslogLine& head, std::string_view id, std::string_view rest, bool local,
                     LogSink& sink) {
        DeliveryEvent event;
        event.time = head.time;
        event.local = local;
        event.queue_id = id;
        const auto address = take_address(rest);
        if (!address) return unknown(head, sink);
        event.recipient_domain = address_domain(*address);
        std::string_view status;
        while (rest.starts_with(", ")) {
            rest.remove_prefix(2);
            const auto name = take_until(rest, "=");
            if (!name) return unknown(head, sink);
            if (*name == "status") {
                status = rest.substr(0, rest.find(' '));
                rest.remove_prefix(status.size());
                break;
            }
            if (*name == "orig_to" && rest.starts_with('<')) {
                rest.remove_prefix(1);
                if (!take_address(rest)) return unknown(head, sink);
                continue;
            }
            const auto value = rest.substr(0, rest.find(", "));
            rest.remove_prefix(value.size());
            field(*name, value, event);
        }
        if (rest.starts_with(" (")) rest.remove_prefix(2);
        event.reply = rest.substr(0, rest.ends_with(')') ? rest.size() - 1 : rest.size());
        // sendmail -bv and address verification ask whether an address would do.
        if (status == "deliverable" || status == "undeliverable") return LineKind::plain;
        if (status == "sent")
            event.status = DeliveryStatus::sent;
        else if (status == "deferred" || status == "SOFTBOUNCE")
            event.status = DeliveryStatus::deferred;
        else if (status == "bounced")
            event.status = DeliveryStatus::bounced;
        else if (status == "expired")
            event.status = DeliveryStatus::expired;
        else
            return unknown(head, sink);
        if (tls_seen_ && !local && !event.relay_ip.empty() && event.tls == DeliveryEvent::Tls::unknown)
            event.tls =
                spoke_tls(head.pid, event.relay_ip) ? DeliveryEvent::Tls::yes : DeliveryEvent::Tls::no;
        if (event.status == DeliveryStatus::deferred) remember(event);
        sink.delivery(event);
        return LineKind::event;
    }

    static void field(std::string_view name, std::string_view value, DeliveryEvent& event) {
        if (name == "relay") {
            const auto relay = read_relay(value);
            event.relay_host = relay.host;
            event.relay_ip = relay.ip;
        } else if (name == "delay") {
            event.delay = read_seconds(value);
        } else if (name == "delays") {
            for (auto& part : event.delays) {
                const auto text = value.substr(0, value.find('/'));
                part = read_seconds(text);
                value.remove_prefix(std::min(value.size(), text.size() + 1));
            }
        } else if (name == "dsn") {
            if (is_enhanced_code(value)) event.dsn = value;
        } else if (name == "tls") {
            event.tls = value == "none" ? DeliveryEvent::Tls::no : DeliveryEvent::Tls::yes;
        }
    }

    // "ID: from=<user@example.com>, status=expired, returned to sender"; and deferrals, in versions before 2.3.
    LineKind queue(const SyslogLine& head, LogSink& sink) {
        auto rest = head.message;
        const auto id = take_until(rest, ": ");
        if (!id || !is_postfix_queue_id(*id)) return LineKind::plain;
        if (rest.starts_with("to=<")) return attempt(head, *id, rest.substr(4), false, sink);
        if (!rest.starts_with("from=<")) return LineKind::plain;
        rest.remove_prefix(6);
        if (!take_address(rest)) return LineKind::plain;
        if (rest.starts_with(", size=")) {
            if (auto* last = deferrals_.find(key_of(*id))) last->recipients = 0;
            return LineKind::plain;
        }
        if (!rest.starts_with(", status=expired") && !rest.starts_with(", status=force-expired"))
            return LineKind::plain;
        DeliveryEvent event;
        event.time = head.time;
        event.status = DeliveryStatus::expired;
        event.queue_id = *id;
        event.reply = rest.substr(2);
        if (const auto* last = deferrals_.find(key_of(*id))) {
            event.recipients = std::max(last->recipients, 1U);
            event.local = last->local;
            event.relay_host = last->host.view();
            event.relay_ip = last->ip.view();
            event.recipient_domain = last->domain.view();
        }
        sink.delivery(event);
        deferrals_.forget(key_of(*id));
        return LineKind::event;
    }

    // The queue manager does not say for whom it gives up; the last attempt, right before, does.
    void remember(const DeliveryEvent& event) {
        auto& last = deferrals_.put(key_of(event.queue_id));
        last.recipients += event.recipients;
        last.local = event.local;
        last.host = event.relay_host;
        last.ip = event.relay_ip;
        last.domain = event.recipient_domain;
    }

    // "NOQUEUE: reject: RCPT from host[192.0.2.1]: 554 5.7.1 ...", "ID: milter-reject: END-OF-MESSAGE from ...".
    static LineKind receiver(const SyslogLine& head, LogSink& sink) {
        auto rest = head.message;
        const auto colon = rest.find(": ");
        if (colon == std::string_view::npos || colon > 100) return LineKind::plain;
        rest.remove_prefix(colon + 2);
        if (!rest.starts_with("reject: ") && !rest.starts_with("milter-reject: ") &&
            !rest.starts_with("proxy-reject: "))
            return LineKind::plain;
        if (head.message.substr(0, colon) != "NOQUEUE" && !is_postfix_queue_id(head.message.substr(0, colon)))
            return LineKind::plain;
        RejectEvent event;
        event.time = head.time;
        if (const auto from = rest.find(" from "); from != std::string_view::npos) {
            rest.remove_prefix(from + 6);
            event.client_ip = read_relay(rest.substr(0, rest.find(": "))).ip;
        }
        if (const auto text = rest.find(": "); text != std::string_view::npos) rest.remove_prefix(text + 2);
        event.reply = rest;
        sink.rejected(event);
        return LineKind::event;
    }

    static LineKind unknown(const SyslogLine& head, LogSink& sink) {
        sink.unknown(head.program);
        return LineKind::unknown;
    }

    // "Trusted TLS connection established to mx.example.com[192.0.2.1]:25: TLSv1.3 with cipher ..."
    void note_tls(const SyslogLine& head) {
        constexpr std::string_view words = " TLS connection established to ";
        const auto at = head.message.substr(0, 64).find(words);
        if (at == std::string_view::npos || head.pid.empty()) return;
        const auto peer = head.message.substr(at + words.size());
        const auto ip = read_relay(peer.substr(0, peer.find("]:") + 1)).ip;
        if (ip.empty()) return;
        tls_seen_ = true;
        const auto pid = hash(head.pid);
        tls_peers_[pid % tls_peers_.size()] = {pid, hash(ip)};
    }

    bool spoke_tls(std::string_view pid_text, std::string_view ip) const {
        const auto pid = hash(pid_text);
        const auto& peer = tls_peers_[pid % tls_peers_.size()];
        return peer.pid == pid && peer.ip == hash(ip);
    }

    static std::uint64_t hash(std::string_view text) { return std::hash<std::string_view>()(text); }

    struct LastDeferral {
        std::uint32_t recipients = 0;  // of one attempt, from when the message became active
        bool local = false;
        ShortText<64> host;
        ShortText<46> ip;
        ShortText<64> domain;
    };

    StampReader stamps_;
    RecentTable<LastDeferral, 1024> deferrals_;
    bool tls_seen_ = false;
    std::array<TlsPeer, 1024> tls_peers_;
};

}  // namespace

std::unique_ptr<LogDialect> make_postfix_log(std::int64_t now) {
    return std::make_unique<PostfixLog>(now);
}

bool is_postfix_log_line(std::string_view line) {
    StampReader stamps(0);
    const auto head = read_syslog(line, stamps);
    return head && program_of(head->program) != Program::none;
}

}  // namespace reputed::mta
