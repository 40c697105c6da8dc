#include "config/reply_class.hpp"

namespace reputed {

std::array<std::string_view, reply_class_count> reply_class_names() {
    return {"delivered",      "mailbox_unknown",
            "mailbox_full",   "mailbox_disabled",
            "domain_unknown", "auth_failed",
            "dns_identity",   "blocklisted",
            "reputation",     "rate_limited",
            "greylisted",     "content",
            "policy",         "relay_denied",
            "too_large",      "tls",
            "connection",     "dns",
            "protocol",       "loop",
            "expired",        "other"};
}

std::string_view to_string(ReplyClass reply_class) {
    return reply_class_names()[static_cast<std::size_t>(reply_class)];
}

std::optional<ReplyClass> parse_reply_class(std::string_view name) {
    const auto names = reply_class_names();
    for (std::size_t i = 0; i < names.size(); ++i)
        if (names[i] == name) return static_cast<ReplyClass>(i);
    return {};
}

}  // namespace reputed
