#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace reputed {

// What a receiver's reply, or the MTA's own word on an attempt, comes to. Whether it is for good (hard) or for now
// (soft) is apart from it.
enum class ReplyClass : std::uint8_t {
    delivered,
    mailbox_unknown,   // no such recipient
    mailbox_full,      // over quota
    mailbox_disabled,  // it exists but takes no mail
    domain_unknown,    // the recipient's domain does not exist, or takes no mail
    auth_failed,       // SPF, DKIM, DMARC, or the want of them
    dns_identity,      // PTR, EHLO name, MX or A of ours
    blocklisted,       // a DNS list is why
    reputation,        // the receiver's own opinion of our address or domain
    rate_limited,      // too much, too fast
    greylisted,        // come again
    content,           // the message is taken for spam, phishing or malware
    policy,            // forbidden for another reason
    relay_denied,      // the receiver is not responsible for the recipient, or wants a login
    too_large,
    tls,         // encryption failed or is demanded
    connection,  // no connection, or it was lost
    dns,         // the receiver's host could not be looked up
    protocol,    // the dialogue went wrong
    loop,        // too many hops
    expired,     // given up after too long
    other,
};
inline constexpr std::size_t reply_class_count = static_cast<std::size_t>(ReplyClass::other) + 1;

std::string_view to_string(ReplyClass reply_class);  // "mailbox_unknown": the metric label `class`
std::optional<ReplyClass> parse_reply_class(std::string_view name);
std::array<std::string_view, reply_class_count> reply_class_names();  // in the order of the enum

}  // namespace reputed
