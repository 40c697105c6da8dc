#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "checks/mta/log/event.hpp"
#include "checks/mta/log/fields.hpp"

// The line that Sendmail writes of an attempt: "to=<a@example.com>, ..., stat=Sent (OK)".
namespace reputed::mta::sendmail {

struct Attempt {
    std::uint32_t recipients = 0;
    std::string_view first_recipient;
    std::string_view delay;
    std::string_view mailer;
    std::string_view relay;
    std::string_view dsn;
    std::string_view reply;
    std::string_view tls_verify;
    std::optional<std::string_view> stat;
};
// `rest` is what follows "to=".
Attempt read_attempt(std::string_view rest);

// "mx.example.com. [192.0.2.1]", "[127.0.0.1] [127.0.0.1]", "[smtp.example.com] [IPv6:2001:db8::1]", "mx.example.com.",
// "host [192.0.2.1] (may be forged)".
Relay read_relay(std::string_view text);

// Whether the mailer, or the submission program that `program` is, keeps the message on this machine.
bool is_local(std::string_view program, const Attempt& attempt, std::string_view relay_ip);

// nullopt: nothing was tried.
std::optional<DeliveryStatus> status_of(const Attempt& attempt);

// Sets event.reply and event.dsn, by event.status.
void set_reply(const Attempt& attempt, DeliveryEvent& event);

}  // namespace reputed::mta::sendmail
