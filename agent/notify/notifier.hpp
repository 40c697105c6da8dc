#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "agent/outbox.hpp"
#include "config/alert_settings.hpp"

namespace reputed::notify {

struct Context {
    std::string page;      // address of the agent's page as people reach it; "" when unknown
    std::string instance;  // host name of this machine
    WallTime now;
    // Names of senders that other agents watch as well, probed by the same Prometheus: an alert about them alone is the
    // same alert whoever sends it.
    std::vector<std::string> shared_senders = {};
};

struct Delivery {
    bool ok = false;
    std::string error;  // one sentence without secrets: "https://hooks.example answered 500"; "" when ok
    std::optional<std::chrono::seconds> retry_after;
};

// One attempt. Blocks for at most the notifier's timeout; ends early, as failed, when stop is requested.
Delivery deliver(const NotifierSettings& notifier, const Message& message, const Context& context,
                 const std::stop_token& stop);

// Alertmanager forgets alerts that are not repeated: says again which are open. Nothing to do for the other kinds: ok.
Delivery remind(const NotifierSettings& notifier, std::span<const Transition> open, const Context& context,
                const std::stop_token& stop);

}  // namespace reputed::notify
