#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "agent/outbox_channel.hpp"
#include "agent/outbox_entry.hpp"
#include "agent/transition.hpp"
#include "config/alert_settings.hpp"

namespace reputed {

// 64 bits from the system: what a daemon gives its outbox.
std::uint64_t system_random();

// Which notifier is told what, when. Pure: it is told the time and sends nothing. Not thread-safe.
//
// A transition becomes an entry of each notifier that is to know it. Entries wait until they are on disk (or there is
// no disk), until the group window, the quiet hours and the rate limit allow a message, and then become one: sealed
// under a key, which is written down before the first attempt. One message a notifier is under way at a time, so the
// order holds; a message that fails is repeated with the same content until it is delivered or given up.
//
// A drill and what is real are never told in one message, and no quiet hours hold a drill.
//
// In quiet hours what is severe goes ahead of what waits, together with what its own episode has waiting: only then, and
// between drills and what is real, ids are not delivered in their order.
//
// All changes, and the transitions that they name, must be written in the order in which they were returned.
class Outbox {
  public:
    using Changes = OutboxChanges;
    using Figures = OutboxFigures;

    // `random`: 64 random bits a call, for keys and for jitter.
    explicit Outbox(std::function<std::uint64_t()> random);

    // Once, after configure(): what was left at the last end. `transitions`: those that the entries name, and the last
    // one of each open episode that was not silent; by id. `open`: the episodes that are open. Entries of notifiers
    // that are configured no more are done with.
    Changes restore(std::vector<OutboxEntry> entries, const std::vector<Transition>& transitions,
                    const std::set<std::uint64_t>& open, std::uint64_t next_id);
    // Notifiers that are gone lose their entries. A new one is told what comes after; an Alertmanager, which shows a
    // state, is reminded of everything that is open and concerns it.
    Changes configure(std::vector<NotifierSettings> notifiers);

    // Openings and changes go by severity and senders. A clearing, and any change of an episode that a notifier knows,
    // goes to those who were told of it or are about to be, whatever their least severity.
    Changes add(const Transition& transition, WallTime now);
    // The entries are on disk as they are here, or there is no disk: they may be sent.
    void written(std::span<const OutboxEntry> entries);

    // The next message of the notifier that is due, or nothing. A message that is new is returned only after the
    // changes that seal it were reported as written: the first call returns the changes, a later one the message.
    // Nothing while a message is being sent: until delivered(), failed() or interrupted().
    struct Due {
        std::optional<Message> message;
        Changes sealed;
    };
    Due take(const std::string& notifier, WallTime now);
    // When take() is worth another call; nothing while nothing waits, or for something else than time.
    std::optional<WallTime> next_due(const std::string& notifier, WallTime now) const;

    Changes delivered(const Message& message, WallTime now);
    // `retry_after`: what the receiver asked for.
    Changes failed(const Message& message, const std::string& error,
                   std::optional<std::chrono::seconds> retry_after, WallTime now);
    // We ended the attempt ourselves: it counts for nothing, and the message is due as before.
    void interrupted(const Message& message);

    // What Alertmanager is reminded of: the last told transition of each episode that is open for this notifier, and
    // the clearings that it was told within the last 15 minutes, unless the same opened again.
    std::vector<Transition> reminders(const std::string& notifier, WallTime now) const;
    // How a reminder went; "" = well.
    void reminded(const std::string& notifier, const std::string& error, WallTime now);

    std::map<std::string, Figures> figures() const;
    // All, by id, for a store that begins anew: what restore() takes.
    std::vector<OutboxEntry> entries() const;
    std::vector<Transition> transitions() const;

  private:
    OutboxChannel* find(const std::string& notifier);
    const OutboxChannel* find(const std::string& notifier) const;
    OutboxEntry entry_for(const std::string& notifier, const Transition& transition, WallTime now);
    void remind_of_open(Changes& changes);

    std::function<std::uint64_t()> random_;
    std::map<std::string, OutboxChannel> channels_;
    OpenEpisodes open_;
    std::uint64_t next_id_ = 1;
};

}  // namespace reputed
