#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "agent/outbox_entry.hpp"
#include "agent/transition.hpp"
#include "config/alert_settings.hpp"

namespace reputed {

// What one delivery carries.
struct Message {
    std::string notifier;
    std::string key;  // the same in each attempt: the receiver's means to tell a repetition
    std::vector<Transition> transitions;  // oldest first, at least one
    bool digest = false;                  // so many that only their sum is told at length
    int attempt = 1;                      // this one
};

// Which notifier is told what, when. Pure: it is told the time and sends nothing. Not thread-safe.
//
// A transition becomes an entry of each notifier that is to know it. Entries wait until they are on disk (or there is
// no disk), until the group window, the quiet hours and the rate limit allow a message, and then become one: sealed
// under a key, which is written down before the first attempt. One message a notifier is under way at a time, so the
// order holds; a message that fails is repeated with the same content until it is delivered or given up.
class Outbox {
  public:
    // What changed and is to be written.
    struct Changes {
        std::vector<OutboxEntry> entries;
        std::vector<std::uint64_t> done;
    };
    struct Figures {                  // of one notifier
        std::uint64_t waiting = 0;    // entries
        std::uint64_t delivered = 0;  // messages
        std::uint64_t failed = 0;     // attempts
        std::uint64_t dropped = 0;    // entries given up, or too many
        WallTime last_success;        // epoch = never
        WallTime failing_since;       // of the message under way; epoch = it is not failing
        std::string last_error;       // of the same
    };

    explicit Outbox(std::uint64_t seed);

    // What was left at the last end. Entries of notifiers that are configured no more are done with.
    Changes restore(std::vector<OutboxEntry> entries, const std::vector<Transition>& transitions,
                    std::uint64_t next_id);
    // Notifiers that are gone lose their entries.
    Changes configure(std::vector<NotifierSettings> notifiers);

    // A clearing goes to those who were told of the opening, whatever their least severity.
    Changes add(const Transition& transition, WallTime now);
    // These entries are on disk, or there is none: they may be sent.
    void written(std::span<const std::uint64_t> ids);

    // The next message of the notifier that is due, or nothing. A message that is new is returned only after the
    // changes that seal it were reported as written: the first call returns the changes, a later one the message.
    struct Due {
        std::optional<Message> message;
        Changes sealed;
    };
    Due take(const std::string& notifier, WallTime now);
    // When take() is worth another call; nothing while nothing waits.
    std::optional<WallTime> next_due(const std::string& notifier, WallTime now) const;

    Changes delivered(const Message& message, WallTime now);
    // `retry_after`: what the receiver asked for.
    Changes failed(const Message& message, const std::string& error,
                   std::optional<std::chrono::seconds> retry_after, WallTime now);

    // The last told transition of each episode that is open for this notifier: what Alertmanager is reminded of.
    std::vector<Transition> open_for(const std::string& notifier) const;

    std::map<std::string, Figures> figures() const;
    std::vector<OutboxEntry> entries() const;  // all, by id: for a store that begins anew
};

}  // namespace reputed
