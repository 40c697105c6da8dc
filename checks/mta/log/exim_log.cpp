#include "checks/mta/log/exim_log.hpp"

#include <algorithm>
#include <string>

#include "checks/mta/log/exim_refusal.hpp"
#include "checks/mta/log/exim_text.hpp"
#include "checks/mta/log/fields.hpp"
#include "checks/mta/log/syslog.hpp"
#include "checks/mta/log/text_scan.hpp"

namespace reputed::mta {
namespace {

using exim::Place;

// Remarks on a message that are no attempt to deliver it. Those on single hosts ("H=mx [192.0.2.1]: SMTP error ...") come
// before the line that says what became of the address.
constexpr std::string_view remarks =
    "Completed|H=|U=|SMTP |LMTP |*|Frozen|frozen|Message |Unfrozen|unfrozen|cancelled by|removed by|"
    "Spool |no immediate delivery|no recipients|no IP address|host |lookup of host|Remote host|"
    "remote host|TLS |TLS: |X=|DKIM|ARC|DMARC|SPF|PDKIM|Warning|warning|error|Error|malware|spam|"
    "demime|retry|Retry|<|address|recipient|sender|Sender|Delivery|delivery|failed|Failed|"
    "Format error|Neutral|all |a user |DSN|DANE|PRDR|Connection|connection|discarded|discarding|"
    "routing|Router|router|Transport|transport|removed|marked|edited|new |returned|queued|unable to|"
    "Unable to|could not|cannot|rewrite|rejected|temporarily rejected|moved|forced|set |save|"
    "unrecognized|SMTPUTF8|Could not|no host|the |body|header";

// Of remarks that begin with an address.
constexpr std::string_view remarks_on_addresses =
    ": error ignored|: errors ignored|: discarded|transport output: ";

bool is_exim_program(std::string_view program) {
    return program.starts_with("exim");
}

// "[4711] " of log_selector +pid.
void take_pid(std::string_view& text) {
    if (!text.starts_with('[')) return;
    const auto end = text.find_first_not_of("0123456789", 1);
    if (end == std::string_view::npos || end == 1 || !text.substr(end).starts_with("] ")) return;
    text.remove_prefix(end + 2);
}

// A long entry goes to syslog in parts: "[1/2] ", or "[1\2] " when cut at a line end. False: not its first part.
bool take_part_number(std::string_view& text) {
    if (!text.starts_with('[')) return true;
    const auto end = text.find("] ");
    const auto slash = text.find_first_of("/\\");
    if (end == std::string_view::npos || slash == std::string_view::npos || slash > end || end > 12)
        return true;
    const auto number = text.substr(1, slash - 1);
    if (number.empty() || number.find_first_not_of("0123456789") != std::string_view::npos) return true;
    text.remove_prefix(end + 2);
    return number == "1";
}

bool is_final_by_age(std::string_view words) {
    return contains(words, "retry timeout exceeded") || contains(words, "been failing for a long time") ||
           contains(words, "after a long failure period");
}

// The words on why come after " host mx.example.com [192.0.2.1]: " in versions before 4.88.
void take_host_in_words(std::string_view words, DeliveryEvent& event) {
    auto at = words.find(": host ");
    if (at == std::string_view::npos) return;
    const auto rest = words.substr(at + 7);
    const auto relay = read_relay(rest.substr(0, rest.find(']') + 1));
    if (relay.ip.empty() || contains(relay.host, " ")) return;
    event.relay_host = relay.host;
    event.relay_ip = relay.ip;
}

// What was said when an address failed or must wait: " DT=0.5s" at the end is no part of it.
std::string_view without_duration(std::string_view words) {
    const auto at = words.rfind(" DT=");
    return at != std::string_view::npos && !contains(words.substr(at + 1), " ") ? words.substr(0, at) : words;
}

class EximLog final : public LogDialect {
  public:
    explicit EximLog(std::int64_t now) : stamps_(now) {}

    LineKind line(std::string_view text, LogSink& sink) override {
        // "2026-11-21 18:10:00" is Exim's own; few syslogs have a blank there.
        if (text.size() > 10 && is_digit(text[0]) && text[10] == ' ') {
            auto rest = text;
            const auto time = stamps_.read(rest);
            if (!time) return LineKind::foreign;
            take_pid(rest);
            if (auto peek = rest; exim::take_message_id(peek).empty())
                if (const auto head = read_syslog(text, stamps_); head && is_exim_program(head->program))
                    return syslog_entry(*head, sink);
            return entry(rest, *time, sink);
        }
        const auto head = read_syslog(text, stamps_);
        if (!head || !is_exim_program(head->program)) return LineKind::foreign;
        return syslog_entry(*head, sink);
    }

  private:
    LineKind syslog_entry(const SyslogLine& head, LogSink& sink) {
        auto rest = head.message;
        if (!take_part_number(rest)) return LineKind::plain;
        auto time = head.time;
        if (!rest.empty() && is_digit(rest[0]))
            if (const auto stamp = stamps_.read(rest)) time = *stamp;
        take_pid(rest);
        return entry(rest, time, sink);
    }

    LineKind entry(std::string_view text, std::int64_t time, LogSink& sink) {
        const auto id = exim::take_message_id(text);
        if (id.empty()) return without_message(text, time, sink);
        if (text.size() > 3 && text[2] == ' ') {
            auto rest = text.substr(3);
            const auto flag = text.substr(0, 2);
            if (flag == "<=") return arrival(id, time);
            if (flag == "=>" || flag == "->" || flag == ">>") return delivered(id, rest, time, sink);
            if (flag == "**") return failed(id, rest, time, sink);
            if (flag == "==") return deferred(id, rest, time, sink);
        }
        if (const auto refusal = exim::read_refusal(text)) return reject(*refusal, time, sink);
        if (begins_with_any(text, remarks) || contains_any(text, remarks_on_addresses))
            return LineKind::plain;
        return unknown(sink);
    }

    // Ids carry the time in UTC and stamps are local to the machine that wrote them: what is between them at an arrival,
    // in quarters of an hour, is its zone against ours.
    LineKind arrival(std::string_view id, std::int64_t time) {
        constexpr std::int64_t quarter = 900;
        const auto away = time - exim::message_id_time(id);
        const auto rounded = (away + (away >= 0 ? quarter / 2 : -quarter / 2)) / quarter * quarter;
        zone_offset_ = std::abs(rounded) <= 93'600 ? rounded : 0;
        return LineKind::plain;
    }

    float age(std::string_view id, std::int64_t time) const {
        constexpr std::int64_t oldest = std::int64_t{60} * 86'400;
        const auto seconds = time - zone_offset_ - exim::message_id_time(id);
        return seconds >= -1 && seconds < oldest ? static_cast<float>(std::max<std::int64_t>(seconds, 0))
                                                 : unknown_seconds;
    }

    LineKind delivered(std::string_view id, std::string_view rest, std::int64_t time, LogSink& sink) {
        if (rest.starts_with("blackhole (")) return LineKind::plain;  // an ACL discarded it all
        const auto subject = exim::take_subject(rest);
        bool colon = false;
        const auto fields = exim::take_fields(rest, colon);
        if (fields.transport.empty() && fields.router.empty() && !subject.path) return unknown(sink);
        DeliveryEvent event;
        begin(event, id, time, subject, fields);
        event.local = subject.path || is_local_delivery(fields);
        event.tls = fields.cipher.empty() ? DeliveryEvent::Tls::no : DeliveryEvent::Tls::yes;
        if (event.local) event.tls = DeliveryEvent::Tls::unknown;
        event.reply = exim::unescaped(fields.confirmation, buffer_);
        event.dsn = leading_enhanced_code(event.reply);
        sink.delivery(event);
        return LineKind::event;
    }

    // A transport that has a host and is not said to be local (LMTP on this machine) speaks SMTP.
    static bool is_local_delivery(const exim::Fields& fields) {
        const auto place = exim::place_of_transport(fields.transport);
        if (fields.ip.empty()) return place != Place::away;
        const bool loopback = fields.ip.starts_with("127.") || fields.ip == "::1";
        return contains(fields.transport, "lmtp") || (place == Place::here && loopback);
    }

    LineKind failed(std::string_view id, std::string_view rest, std::int64_t time, LogSink& sink) {
        const auto subject = exim::take_subject(rest);
        bool colon = false;
        const auto fields = exim::take_fields(rest, colon);
        if (!colon && !rest.empty()) return unknown(sink);
        DeliveryEvent event;
        begin(event, id, time, subject, fields);
        event.status = is_final_by_age(rest) ? DeliveryStatus::expired : DeliveryStatus::bounced;
        place_failure(event, subject, fields, rest);
        // That an address is given up names neither router nor host; the attempt before did.
        const auto* last = deferrals_.find(key_of(id, subject.address));
        if (last && fields.router.empty() && fields.transport.empty()) {
            event.local = last->local;
            event.relay_host = last->host.view();
            event.relay_ip = last->ip.view();
        }
        return not_delivered(event, rest, sink);
    }

    // "user@example.com R=dnslookup T=remote_smtp defer (-44) H=mx.example.com [192.0.2.1]: SMTP error ...", with the
    // words of errno behind the number where it is positive, and the host there or before.
    LineKind deferred(std::string_view id, std::string_view rest, std::int64_t time, LogSink& sink) {
        const auto subject = exim::take_subject(rest);
        bool colon = false;
        auto fields = exim::take_fields(rest, colon);
        for (const std::string_view kind : {"routing ", "transporting "})
            if (rest.starts_with(kind)) rest.remove_prefix(kind.size());
        const auto number = take_until(rest, "defer (");
        if (!number || !number->empty() || !take_until(rest, ")")) return unknown(sink);
        if (rest.starts_with(": ")) rest.remove_prefix(2);
        if (const auto at = rest.find(" H=");
            at != std::string_view::npos && fields.host.empty() && !contains(rest.substr(0, at), ": ")) {
            const auto errno_words = rest.substr(0, at);
            rest.remove_prefix(at);
            const auto host = exim::take_fields(rest, colon);
            fields.host = host.host;
            fields.ip = host.ip;
            fields.interface_ip = host.interface_ip;
            fields.interface_ip = host.interface_ip;
            if (rest.empty()) {
                rest = errno_words;
            } else if (!errno_words.empty()) {
                words_.assign(errno_words).append(": ").append(rest);
                rest = words_;
            }
        }
        DeliveryEvent event;
        begin(event, id, time, subject, fields);
        event.status = DeliveryStatus::deferred;
        place_failure(event, subject, fields, rest);
        auto& last = deferrals_.put(key_of(id, subject.address));
        last.local = event.local;
        last.host = event.relay_host;
        last.ip = event.relay_ip;
        return not_delivered(event, rest, sink);
    }

    void begin(DeliveryEvent& event, std::string_view id, std::int64_t time, const exim::Subject& subject,
               const exim::Fields& fields) const {
        event.time = time;
        event.queue_id = id;
        if (!subject.path) event.recipient_domain = address_domain(subject.address);
        event.relay_host = fields.host;
        event.relay_ip = fields.ip;
        event.source_ip = fields.interface_ip;
        event.delay = read_duration(fields.queue_time);
        if (!(event.delay >= 0)) event.delay = age(id, time);
        if (!fields.cipher.empty()) event.tls = DeliveryEvent::Tls::yes;
    }

    static void place_failure(DeliveryEvent& event, const exim::Subject& subject, const exim::Fields& fields,
                              std::string_view words) {
        if (event.relay_ip.empty()) take_host_in_words(words, event);
        auto place = exim::place_of_transport(fields.transport);
        if (fields.transport.empty()) place = exim::place_of_router(fields.router);
        event.local = place == Place::here;
        if (event.relay_ip.empty())
            event.local = event.local || subject.path;
        else
            event.local = event.local && is_local_delivery(fields);
    }

    LineKind not_delivered(DeliveryEvent& event, std::string_view words, LogSink& sink) {
        words = without_duration(words);
        event.reply = exim::unescaped(words, buffer_);
        event.dsn = enhanced_code_in(event.reply);
        sink.delivery(event);
        return LineKind::event;
    }

    LineKind without_message(std::string_view text, std::int64_t time, LogSink& sink) {
        if (const auto refusal = exim::read_refusal(text)) return reject(*refusal, time, sink);
        return LineKind::plain;
    }

    LineKind reject(const exim::Refusal& refusal, std::int64_t time, LogSink& sink) {
        RejectEvent event;
        event.time = time;
        event.client_ip = refusal.client_ip;
        event.reply = exim::unescaped(refusal.words, buffer_);
        sink.rejected(event);
        return LineKind::event;
    }

    static LineKind unknown(LogSink& sink) {
        sink.unknown("exim");
        return LineKind::unknown;
    }

    StampReader stamps_;
    std::int64_t zone_offset_ = 0;
    struct LastDeferral {
        bool local = false;
        ShortText<128> host;
        ShortText<46> ip;
    };
    RecentTable<LastDeferral, 1024> deferrals_;
    std::string words_;
    std::string buffer_;
};

}  // namespace

std::unique_ptr<LogDialect> make_exim_log(std::int64_t now) {
    return std::make_unique<EximLog>(now);
}

bool is_exim_log_line(std::string_view line) {
    StampReader stamps(0);
    if (const auto head = read_syslog(line, stamps); head && is_exim_program(head->program)) return true;
    if (line.size() < 11 || !is_digit(line[0]) || line[10] != ' ' || !stamps.read(line)) return false;
    take_pid(line);
    if (!exim::take_message_id(line).empty()) return true;
    return line.starts_with("Start queue run: pid=") ||
           (line.starts_with("cwd=") && contains(line, " args: ")) ||
           (line.starts_with("cwd=") && contains(line, " args: ")) ||
           line.starts_with("End queue run: pid=") ||
           (line.starts_with("exim ") && contains(line, " daemon started: pid="));
}

}  // namespace reputed::mta
