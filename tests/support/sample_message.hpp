#pragma once

#include "agent/notify/notifier.hpp"

namespace reputed::test {

// 2026-11-21 19:30:00 UTC.
inline const WallTime half_past_seven{std::chrono::seconds(1'795'289'400)};

inline Transition listing(TransitionKind kind = TransitionKind::opened) {
    Transition transition;
    transition.id = 7;
    transition.episode = 5;
    transition.kind = kind;
    transition.since = half_past_seven;
    transition.time = half_past_seven + std::chrono::seconds(kind == TransitionKind::opened ? 60 : 7500);
    transition.check = "dnsbl";
    transition.before = kind == TransitionKind::changed ? Severity::warning : Severity::ok;
    transition.senders = {"mail"};
    transition.finding = {"dnsbl.listed",
                          "192.0.2.25",
                          "zen.spamhaus.org",
                          Severity::critical,
                          "192.0.2.25 is listed on zen.spamhaus.org: SBL",
                          "25.2.0.192.zen.spamhaus.org A 127.0.0.2; TXT \"spam\"",
                          "Stop the cause first, then ask for removal at the link.",
                          "https://check.spamhaus.org/results/?query=192.0.2.25",
                          false};
    return transition;
}

inline Message message_of(std::vector<Transition> transitions, bool digest = false) {
    return {"ops", "k-42", std::move(transitions), digest, 1};
}

inline notify::Context context() {
    return {"https://mail.example.org/reputed/", "mail.example.org",
            half_past_seven + std::chrono::seconds(90)};
}

}  // namespace reputed::test
