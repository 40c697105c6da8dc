#include "checks/mta/log/opensmtpd_log.hpp"

#include <algorithm>
#include <optional>

#include "checks/mta/log/fields.hpp"
#include "checks/mta/log/syslog.hpp"
#include "checks/mta/log/text_scan.hpp"

namespace reputed::mta {
namespace {

bool is_opensmtpd_program(std::string_view program) {
    return program == "smtpd" || program == "opensmtpd";
}

bool is_hex(std::string_view text) {
    return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// "5df87c9ffd0e785d " at the front, taken off; "" = none.
std::string_view take_session(std::string_view& text) {
    constexpr std::size_t length = 16;
    if (text.size() <= length || text[length] != ' ' || !is_hex(text.substr(0, length))) return {};
    const auto session = text.substr(0, length);
    text.remove_prefix(length + 1);
    return session;
}

// What the delivery part tells beside its attempts.
constexpr std::string_view mta_remarks =
    "connecting|connected|disconnected|tls|error|server-cert|cert-check|starttls|auth|stop|ciphers|"
    "cipher|tls-session|bad-input|greeting|closed";

// The fields of an attempt in any of the three forms.
struct Attempt {
    std::string_view evpid;
    std::string_view to;
    std::string_view source;
    std::string_view relay;
    std::string_view delay;
    std::string_view result;
    std::optional<std::string_view> stat;
};

void set_field(std::string_view name, std::string_view value, Attempt& attempt) {
    if (name == "evpid")
        attempt.evpid = value;
    else if (name == "to")
        attempt.to = value;
    else if (name == "source")
        attempt.source = value;
    else if (name == "relay")
        attempt.relay = value;
    else if (name == "delay")
        attempt.delay = value;
    else if (name == "result")
        attempt.result = value;
}

// NAME=<address>, NAME="text" or NAME=word, with `between` between two of them. stat= is the last, with quotation marks
// within it as they are.
void read_fields(std::string_view rest, std::string_view between, Attempt& attempt) {
    while (!rest.empty()) {
        const auto name = take_until(rest, "=");
        if (!name) return;
        if (*name == "stat") {
            if (rest.starts_with('"')) {
                rest.remove_prefix(1);
                if (rest.ends_with('"')) rest.remove_suffix(1);
            }
            attempt.stat = rest;
            return;
        }
        std::string_view value;
        if (rest.starts_with('<')) {
            rest.remove_prefix(1);
            value = take_address(rest).value_or(std::string_view());
        } else if (rest.starts_with('"')) {
            rest.remove_prefix(1);
            value = take_until(rest, "\"").value_or(std::string_view());
        } else {
            value = rest.substr(0, rest.find(between));
            rest.remove_prefix(value.size());
        }
        set_field(*name, value, attempt);
        const auto next = rest.find(between);
        rest.remove_prefix(next == std::string_view::npos ? rest.size() : next + between.size());
    }
}

// "192.0.2.1 (mx.example.com)"; a domain alone where no host was reached.
Relay read_opensmtpd_relay(std::string_view text) {
    Relay relay;
    auto ip = front_until(text, " ");
    if (ip.starts_with('[')) ip = front_until(ip.substr(1), "]");
    if (ip.starts_with("IPv6:")) ip.remove_prefix(5);
    if (!is_ip_text(ip)) return relay;
    relay.ip = ip;
    if (!take_until(text, "(")) return relay;
    const auto host = front_until(text, ")");
    if (!is_ip_text(host) && !host.starts_with('<') && !host.starts_with('[')) relay.host = host;
    return relay;
}

std::optional<DeliveryStatus> status_of(std::string_view result, std::string_view stat) {
    if (result == "Ok") return DeliveryStatus::sent;
    if (result == "TempFail") return DeliveryStatus::deferred;
    if (result == "Expire" || result == "Expired") return DeliveryStatus::expired;
    if (result == "PermFail" || result == "Loop")
        return stat.starts_with("Envelope expired") ? DeliveryStatus::expired : DeliveryStatus::bounced;
    return {};
}

class OpensmtpdLog final : public LogDialect {
  public:
    explicit OpensmtpdLog(std::int64_t now) : now_(now), stamps_(now) {}

    LineKind line(std::string_view text, LogSink& sink) override {
        auto time = moment(now_);
        auto rest = text;
        if (const auto head = read_syslog(text, stamps_)) {
            if (!is_opensmtpd_program(head->program)) return LineKind::foreign;
            time = head->time;
            rest = head->message;
        } else if (!is_bare(text)) {
            return LineKind::foreign;
        }
        if (rest.starts_with("info: ")) rest.remove_prefix(6);
        const auto session = take_session(rest);
        if (session.empty()) return old_form(rest, time, sink);
        if (rest.starts_with("mta ")) return mta(session, rest.substr(4), time, sink);
        if (rest.starts_with("mda ")) return mda(rest.substr(4), time, sink);
        if (rest.starts_with("smtp ")) return smtp(session, rest.substr(5), time, sink);
        return LineKind::plain;
    }

    // Without the head of a syslog, as `smtpd -d` and `journalctl -o cat` give it.
    static bool is_bare(std::string_view text) {
        if (text.starts_with("info: ")) text.remove_prefix(6);
        if (text.starts_with("relay: ") || text.starts_with("delivery: "))
            return text.find(" for ") != std::string_view::npos &&
                   text.find(" stat=") != std::string_view::npos;
        if (take_session(text).empty()) return false;
        return text.starts_with("mta ") || text.starts_with("mda ") || text.starts_with("smtp ");
    }

  private:
    struct Outgoing {
        bool tls = false;
        bool lmtp = false;
        bool connected = false;
        ShortText<46> ip;
        ShortText<128> host;
    };
    // Why a session with a host failed before any message was on its way.
    struct Failure {
        std::int64_t time = 0;
        bool connected = false;
        ShortText<46> ip;
        ShortText<128> host;
        ShortText<512> reason;
    };

    LineKind mta(std::string_view session, std::string_view rest, std::int64_t time, LogSink& sink) {
        if (rest.starts_with("event=")) rest.remove_prefix(6);
        const auto verb = front_until(rest, " ");
        if (verb == "delivery") {
            rest.remove_prefix(std::min(rest.size(), verb.size() + 1));
            Attempt told;
            read_fields(rest, " ", told);
            const auto* outgoing = outgoing_.find(key_of(session));
            DeliveryEvent event;
            if (outgoing) {
                event.local = outgoing->lmtp;
                event.tls = outgoing->tls ? DeliveryEvent::Tls::yes : DeliveryEvent::Tls::no;
            }
            return attempt(told, event, time, sink);
        }
        if (verb == "connecting") connecting(outgoing_.put(key_of(session)), rest);
        if (verb == "connected") outgoing_.put(key_of(session)).connected = true;
        if (verb == "error") remember_failure(session, rest, time);
        if (verb == "tls" || verb == "starttls") outgoing_.put(key_of(session)).tls = true;
        if (begins_with_any(verb, mta_remarks)) return LineKind::plain;
        return unknown(sink);
    }

    // "connecting address=smtp+tls://192.0.2.1:25 host=mx.example.com"
    static void connecting(Outgoing& outgoing, std::string_view rest) {
        outgoing = {};
        if (!take_until(rest, "address=")) return;
        outgoing.lmtp = rest.starts_with("lmtp:");
        outgoing.tls = rest.starts_with("smtps:");
        if (!take_until(rest, "://")) return;
        auto address = front_until(rest, " ");
        address = address.substr(0, address.rfind(':'));
        outgoing.ip = client_address(address);
        if (take_until(rest, "host=") && !rest.starts_with('<')) outgoing.host = front_until(rest, " ");
    }

    // "error reason=BANNER rejected: 554 ...": under the host's name and the domains that it is in, where the attempt that
    // comes to its end afterwards says no more than "Network error on destination MXs".
    void remember_failure(std::string_view session, std::string_view rest, std::int64_t time) {
        const auto* outgoing = outgoing_.find(key_of(session));
        if (!outgoing || outgoing->host.view().empty() || !take_until(rest, "reason=")) return;
        Failure failure{time, outgoing->connected, outgoing->ip, outgoing->host, {}};
        failure.reason = rest;
        auto name = outgoing->host.view();
        for (int labels = 0; labels < 4 && name.find('.') != std::string_view::npos; ++labels) {
            failures_.put(key_of(name)) = failure;
            take_until(name, ".");
        }
    }

    void find_reason(DeliveryEvent& event, std::int64_t time) {
        constexpr std::int64_t at_most_before = 900;
        const auto* failure = failures_.find(key_of(event.recipient_domain));
        if (!failure || time - failure->time > at_most_before) return;
        event.reply = failure->reason.view();
        if (!failure->connected) return;
        event.relay_host = failure->host.view();
        event.relay_ip = failure->ip.view();
    }

    LineKind mda(std::string_view rest, std::int64_t time, LogSink& sink) {
        if (rest.starts_with("event=")) rest.remove_prefix(6);
        if (!rest.starts_with("delivery ")) return unknown(sink);
        Attempt told;
        read_fields(rest.substr(9), " ", told);
        DeliveryEvent event;
        event.local = true;
        return attempt(told, event, time, sink);
    }

    LineKind attempt(const Attempt& told, DeliveryEvent& event, std::int64_t time, LogSink& sink) {
        const auto stat = told.stat.value_or(std::string_view());
        if (told.result == "Remove" || told.result == "Removed") return LineKind::plain;
        const auto status = status_of(told.result, stat);
        if (!status) return unknown(sink);
        event.time = time;
        event.status = *status;
        event.queue_id = told.evpid;
        event.recipient_domain = address_domain(told.to);
        const auto relay = read_opensmtpd_relay(told.relay);
        event.relay_host = relay.host;
        event.relay_ip = relay.ip;
        const auto source = read_opensmtpd_relay(told.source);
        event.source_ip = source.ip;
        event.delay = read_duration(told.delay);
        event.reply = stat;
        if (relay.ip.empty() && stat == "Network error on destination MXs") find_reason(event, time);
        event.dsn = enhanced_code_in(event.reply);
        if (relay.ip.empty()) event.tls = DeliveryEvent::Tls::unknown;
        sink.delivery(event);
        return LineKind::event;
    }

    LineKind smtp(std::string_view session, std::string_view rest, std::int64_t time, LogSink& sink) {
        if (rest.starts_with("event=")) rest.remove_prefix(6);
        if (rest.starts_with("connected ")) {
            if (take_until(rest, "address=")) clients_.put(key_of(session)) = client_address(rest);
            return LineKind::plain;
        }
        if (!rest.starts_with("failed-command ")) return LineKind::plain;
        RejectEvent event;
        event.time = time;
        if (const auto at = rest.find("address="); at < rest.find("command=\""))
            event.client_ip = client_address(rest.substr(at + 8));
        else if (const auto* client = clients_.find(key_of(session)))
            event.client_ip = client->view();
        if (!take_until(rest, "command=\"")) return LineKind::plain;
        const auto result = rest.rfind("\" result=\"");
        if (result == std::string_view::npos) return LineKind::plain;
        const auto command = rest.substr(0, result);
        event.reply = rest.substr(result + 10);
        if (event.reply.ends_with('"')) event.reply.remove_suffix(1);
        return failed_command(command, event, sink);
    }

    // That a command is not known, or a password wrong, refuses no mail.
    static LineKind failed_command(std::string_view command, const RejectEvent& event, LogSink& sink) {
        const bool of_mail =
            command.empty() || command.starts_with("MAIL") || command.starts_with("RCPT") ||
            command.starts_with("DATA") || command.starts_with("EHLO") || command.starts_with("HELO") ||
            command.starts_with('.') || command.starts_with("mail") || command.starts_with("rcpt") ||
            command.starts_with("data") || command.starts_with("ehlo") || command.starts_with("helo");
        if (!of_mail || (!event.reply.starts_with('4') && !event.reply.starts_with('5')))
            return LineKind::plain;
        sink.rejected(event);
        return LineKind::event;
    }

    static std::string_view client_address(std::string_view text) {
        auto address = front_until(text, " ");
        if (address.starts_with('[')) address = front_until(address.substr(1), "]");
        if (address.starts_with("IPv6:")) address.remove_prefix(5);
        return is_ip_text(address) ? address : std::string_view();
    }

    // "relay: TempFail for f6e94209918f7e7b: session=..., from=<...>, ..., stat=...", and still today "relay: Expire for
    // ..." when an envelope is given up; "smtp-in: Failed command on session 5df87c9ffd0e785d: "RCPT TO:<a@b>" => 550 ...".
    LineKind old_form(std::string_view rest, std::int64_t time, LogSink& sink) {
        const bool relay = rest.starts_with("relay: ");
        if (relay || rest.starts_with("delivery: ")) {
            rest.remove_prefix(relay ? 7 : 10);
            Attempt told;
            const auto result = take_until(rest, " for ");
            const auto evpid = take_until(rest, ": ");
            if (!result || !evpid || !is_hex(*evpid)) return unknown(sink);
            read_fields(rest, ", ", told);
            told.result = *result;
            told.evpid = *evpid;
            DeliveryEvent event;
            event.local = !relay;
            return attempt(told, event, time, sink);
        }
        if (!rest.starts_with("smtp-in: ")) return LineKind::plain;
        return old_smtp(rest.substr(9), time, sink);
    }

    LineKind old_smtp(std::string_view rest, std::int64_t time, LogSink& sink) {
        if (rest.starts_with("New session ")) {
            rest.remove_prefix(12);
            const auto session = front_until(rest, " ");
            const auto open = rest.find('[');
            if (open != std::string_view::npos)
                clients_.put(key_of(session)) = client_address(rest.substr(open));
            return LineKind::plain;
        }
        if (!rest.starts_with("Failed command on session ")) return LineKind::plain;
        rest.remove_prefix(26);
        const auto session = take_until(rest, ": \"");
        const auto arrow = rest.rfind("\" => ");
        if (!session || arrow == std::string_view::npos) return LineKind::plain;
        RejectEvent event;
        event.time = time;
        if (const auto* client = clients_.find(key_of(*session))) event.client_ip = client->view();
        event.reply = rest.substr(arrow + 5);
        return failed_command(rest.substr(0, arrow), event, sink);
    }

    static LineKind unknown(LogSink& sink) {
        sink.unknown("smtpd");
        return LineKind::unknown;
    }

    std::int64_t now_;
    StampReader stamps_;
    RecentTable<Outgoing, 1024> outgoing_;
    RecentTable<ShortText<46>, 1024> clients_;
    RecentTable<Failure, 256> failures_;
};

}  // namespace

std::unique_ptr<LogDialect> make_opensmtpd_log(std::int64_t now) {
    return std::make_unique<OpensmtpdLog>(now);
}

bool is_opensmtpd_log_line(std::string_view line) {
    StampReader stamps(0);
    const auto head = read_syslog(line, stamps);
    return head ? is_opensmtpd_program(head->program) : OpensmtpdLog::is_bare(line);
}

}  // namespace reputed::mta
