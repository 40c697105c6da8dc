#include "checks/mta/log/sendmail_attempt.hpp"

#include <algorithm>

#include "checks/mta/log/text_scan.hpp"

namespace reputed::mta::sendmail {
namespace {

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

// The fields of a "to=" line behind the recipients. stat= is the last; reply= holds what the receiver said, with commas.
void read_fields(std::string_view rest, Attempt& attempt) {
    while (!rest.empty()) {
        if (rest.starts_with("stat=")) {
            attempt.stat = rest.substr(5);
            return;
        }
        auto end = rest.find(", ");
        if (rest.starts_with("reply=")) end = rest.find(", stat=");
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

}  // namespace

Attempt read_attempt(std::string_view rest) {
    Attempt attempt;
    const auto recipients = take_recipients_of(rest);
    attempt.recipients = recipients.count;
    attempt.first_recipient = recipients.first;
    read_fields(rest, attempt);
    return attempt;
}

Relay read_relay(std::string_view text) {
    auto host = text;
    Relay relay;
    if (const auto open = text.rfind('['); open != std::string_view::npos) {
        relay.ip = mta::read_relay(text.substr(open)).ip;
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

bool is_local(std::string_view program, const Attempt& attempt, std::string_view relay_ip) {
    return is_local_mailer(attempt.mailer) || is_submission(program, attempt.mailer, relay_ip);
}

std::optional<DeliveryStatus> status_of(const Attempt& attempt) {
    const auto stat = attempt.stat.value_or(std::string_view());
    const auto dsn = attempt.dsn;
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

// On a connection that is used again, Sendmail 8.17 writes dsn= and reply= of the message before beside a recipient that
// is deferred. stat= is right, and names the receiver's reply or a reason of Sendmail's own; for others it has no more than
// the kind of failure.
void set_reply(const Attempt& attempt, DeliveryEvent& event) {
    const auto stat = attempt.stat.value_or(std::string_view());
    const auto words = words_of(stat);
    const bool sent = event.status == DeliveryStatus::sent;
    const bool deferred = event.status == DeliveryStatus::deferred;
    const char digit = sent ? '2' : deferred ? '4' : '5';
    const bool said_in_stat = sent || stat.starts_with("Deferred: ");
    event.reply = !said_in_stat && attempt.reply.starts_with(digit) ? attempt.reply : words;
    if (deferred) event.dsn = leading_enhanced_code(words);
    if (event.dsn.empty() && attempt.dsn.starts_with(digit) && is_enhanced_code(attempt.dsn))
        event.dsn = attempt.dsn;
    if (event.dsn.empty()) event.dsn = enhanced_code_in(event.reply);
}

}  // namespace reputed::mta::sendmail
