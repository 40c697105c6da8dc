#pragma once

#include <string>
#include <utility>
#include <vector>

#include "agent/notify/message_text.hpp"

// The bodies that services take. Each is the same in every attempt at the same message.
namespace reputed::notify {

struct Payload {
    std::string content_type = "application/json";
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers = {};
    std::string path = {};  // to be appended to that of the URL
};

// As the notifier's format wants it; README.md documents the schema of `json`.
Payload payload_for(const NotifierSettings& notifier, const Message& message, const Context& context);

// format = "json": see README.md.
std::string json_body(const Message& message, const Context& context);
Payload chat_payload(const NotifierSettings& notifier, const Message& message, const Context& context);
Payload template_payload(const NotifierSettings& notifier, const Message& message, const Context& context);

// What POST /api/v2/alerts of Alertmanager takes. An open alert ends by itself four times `resend` after `now` unless
// it is repeated. A change of severity ends the alert of the severity before, since labels are an alert's identity.
std::string alerts_body(const std::vector<const Transition*>& transitions, const NotifierSettings& notifier,
                        const Context& context);
// The label alertname: "ReputedDnsblListed" for dnsbl.listed.
std::string alert_name(const std::string& code);

}  // namespace reputed::notify
