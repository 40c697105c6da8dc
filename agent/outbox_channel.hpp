#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/outbox_entry.hpp"
#include "agent/outbox_timing.hpp"
#include "agent/transition.hpp"
#include "config/alert_settings.hpp"

namespace reputed {

// What one delivery carries.
struct Message {
    std::string notifier;
    std::string key;  // 32 hex digits, the same in each attempt: the receiver's means to tell a repetition
    std::vector<Transition> transitions;  // oldest first, 1 to 1,000
    bool digest = false;                  // so many that only their sum is told at length
    int attempt = 1;                      // this one
};

// What changed and is to be written. An id is in one of both only.
struct OutboxChanges {
    std::vector<OutboxEntry> entries;
    std::vector<std::uint64_t> done;
};

struct OutboxFigures {                 // of one notifier
    std::uint64_t waiting = 0;         // entries
    std::uint64_t delivered = 0;       // messages
    std::uint64_t failed = 0;          // attempts
    std::uint64_t dropped = 0;         // entries given up, or too many
    WallTime last_success;             // epoch = never
    WallTime last_dropped;             // epoch = never
    WallTime failing_since;            // the first failure after the last success; epoch = it is not failing
    std::string last_error;            // while it is failing; without secrets
    WallTime reminders_failing_since;  // the same of Alertmanager's reminders
    std::string last_reminder_error;
};

using TransitionPointer = std::shared_ptr<const Transition>;
// The last transition of each open episode that was for telling.
using OpenEpisodes = std::map<std::uint64_t, TransitionPointer>;

// One notifier's part of the outbox: what waits, the message under way, and the open episodes that it was told of.
class OutboxChannel {
  public:
    explicit OutboxChannel(NotifierSettings settings) : settings_(std::move(settings)) {}

    const NotifierSettings& settings() const { return settings_; }
    void set(NotifierSettings settings) { settings_ = std::move(settings); }

    // Whether it is to be told: by severity and senders, or since it knows of the episode. A drill is for everybody.
    bool concerns(const Transition& transition) const;
    // It was told of the episode, or is about to be.
    bool knows(std::uint64_t episode) const;

    // By rising ids. Returns false when nobody needs the entry any more.
    bool restore(OutboxEntry entry, TransitionPointer transition, const OpenEpisodes& open,
                 OutboxChanges& changes);
    void restored();

    void add(OutboxEntry entry, TransitionPointer transition, const OpenEpisodes& open, WallTime now,
             OutboxChanges& changes);
    // An entry that counts as delivered: Alertmanager is told of it by the next reminder.
    void add_told(OutboxEntry entry, TransitionPointer transition, OutboxChanges& changes);
    // Forgets an episode that ended. `in_silence`: what was not sent of it goes too.
    void end(std::uint64_t episode, bool in_silence, OutboxChanges& changes);
    void written(const OutboxEntry& entry);

    std::optional<WallTime> next_due(WallTime now) const;
    // See Outbox::take().
    std::optional<Message> take(WallTime now, const std::function<std::uint64_t()>& random,
                                OutboxChanges& sealed);
    void delivered(const Message& message, const OpenEpisodes& open, WallTime now, OutboxChanges& changes);
    void failed(const Message& message, const std::string& error,
                std::optional<std::chrono::seconds> retry_after, const OpenEpisodes& open, WallTime now,
                std::uint64_t random, OutboxChanges& changes);
    void interrupted(const Message& message);
    void reminded(const std::string& error, WallTime now);

    std::vector<TransitionPointer> reminders(WallTime now) const;
    OutboxFigures figures() const;
    void append_entries(std::vector<OutboxEntry>& out) const;
    void append_transitions(std::map<std::uint64_t, TransitionPointer>& out) const;

  private:
    static constexpr std::chrono::minutes ended_reminders_for{15};

    struct Waiting {
        OutboxEntry entry;
        TransitionPointer transition;
        bool written = false;  // as it is here
    };
    using WaitingById = std::map<std::uint64_t, Waiting>;
    struct Told {
        OutboxEntry entry;
        TransitionPointer transition;
    };
    struct Sealed {  // the message under way
        std::string key;
        std::vector<std::uint64_t> ids;
        bool digest = false;
        int failures = 0;
        WallTime wait_begun;  // of the wait for the next attempt
        std::chrono::milliseconds wait{0};
        bool being_sent = false;
    };
    struct Ended {
        TransitionPointer transition;
        WallTime told;
    };

    bool is_severe(const Waiting& waiting) const;
    const Waiting* first_severe() const;
    std::optional<WallTime> sealed_due(WallTime now) const;
    std::optional<WallTime> sealing_due(WallTime now) const;
    std::vector<std::uint64_t> choose(WallTime now) const;
    void seal(std::vector<std::uint64_t> ids, std::string key, OutboxChanges& changes);
    void adopt_sealed();
    Message message() const;
    bool is_under_way(const Message& message) const;
    void drop(std::uint64_t id, const OpenEpisodes& open, WallTime now, OutboxChanges& changes);
    void keep_told(Waiting&& waiting, OutboxChanges& changes);
    void remember_end(TransitionPointer transition, WallTime now);
    void forget_ends_of(const Finding& finding);
    Waiting extract(std::uint64_t id);

    NotifierSettings settings_;
    WaitingById waiting_;  // those of the message under way too
    std::map<std::uint64_t, std::size_t> waiting_of_episode_;
    std::map<std::uint64_t, Told> told_;  // by episode
    std::vector<Ended> ended_;            // alertmanager: told lately
    std::optional<Sealed> sealed_;
    RateWindow sent_;
    OutboxFigures figures_;
};

}  // namespace reputed
