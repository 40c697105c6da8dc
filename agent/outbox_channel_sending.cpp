// The half of a channel that makes messages of what waits, and follows the one under way.
#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <set>

#include "agent/outbox_channel.hpp"

namespace reputed {
namespace {

constexpr std::size_t most_in_a_message = 1'000;
constexpr std::size_t most_ended = 10'000;
// A leap of the clock alone must not give anything up.
constexpr int fewest_attempts = 3;

std::string make_key(const std::function<std::uint64_t()>& random) {
    char text[33];
    const auto high = random();
    std::snprintf(text, sizeof text, "%016" PRIx64 "%016" PRIx64, high, random());
    return text;
}

bool is_same_finding(const Finding& a, const Finding& b) {
    return a.code == b.code && a.subject == b.subject && a.object == b.object && a.drill == b.drill;
}

}  // namespace

// Who was woken by the worse severity wants to hear that it is milder, too. A drill waits for nothing: somebody watches.
bool OutboxChannel::is_severe(const Waiting& waiting) const {
    const auto& transition = *waiting.transition;
    if (transition.finding.drill) return true;
    const auto severity = transition.kind == TransitionKind::changed
                              ? std::max(transition.finding.severity, transition.before)
                              : transition.finding.severity;
    return severity >= settings_.quiet_below;
}

const OutboxChannel::Waiting* OutboxChannel::first_severe() const {
    for (const auto& [id, waiting] : waiting_) {
        if (!waiting.written) break;
        if (is_severe(waiting)) return &waiting;
    }
    return nullptr;
}

// Quiet hours hold a message that failed before they began, too, unless something severe is in it or behind it.
std::optional<WallTime> OutboxChannel::sealed_due(WallTime now) const {
    const bool written = std::all_of(sealed_->ids.begin(), sealed_->ids.end(),
                                     [&](std::uint64_t id) { return waiting_.at(id).written; });
    if (!written || sealed_->being_sent) return {};
    const auto due = end_of_wait(sealed_->wait_begun, sealed_->wait, now);
    if (first_severe()) return due;
    return std::max(due, quiet_end(settings_.quiet_hours, now));
}

std::optional<WallTime> OutboxChannel::sealing_due(WallTime now) const {
    if (waiting_.empty() || !waiting_.begin()->second.written) return {};
    const auto grouped = [&](const Waiting& first) {
        return end_of_wait(first.entry.created, settings_.group_wait, now);
    };
    WallTime due = quiet_end(settings_.quiet_hours, now);
    if (due <= now)
        due = grouped(waiting_.begin()->second);
    else if (const auto* severe = first_severe())
        due = std::min(due, grouped(*severe));
    return std::max(due, sent_.free_at(settings_.rate_limit, now));
}

std::optional<WallTime> OutboxChannel::next_due(WallTime now) const {
    return sealed_ ? sealed_due(now) : sealing_due(now);
}

// The written entries, oldest first; in quiet hours the severe ones, each behind what its episode has waiting. What is
// real and what is a drill never share a message: the oldest of them says which it is to be.
std::vector<std::uint64_t> OutboxChannel::choose(WallTime now) const {
    const bool quiet = is_quiet(settings_.quiet_hours, now);
    std::map<std::uint64_t, std::uint64_t> last_severe;  // id, by episode
    if (quiet)
        for (const auto& [id, waiting] : waiting_)
            if (waiting.written && is_severe(waiting)) last_severe[waiting.transition->episode] = id;
    std::vector<std::uint64_t> ids;
    for (const auto& [id, waiting] : waiting_) {
        if (!waiting.written || ids.size() == most_in_a_message) break;
        if (quiet) {
            const auto last = last_severe.find(waiting.transition->episode);
            if (last == last_severe.end() || last->second < id) continue;
        }
        const bool drill = waiting.transition->finding.drill;
        if (!ids.empty() && drill != waiting_.at(ids.front()).transition->finding.drill) continue;
        ids.push_back(id);
    }
    return ids;
}

void OutboxChannel::seal(std::vector<std::uint64_t> ids, std::string key, OutboxChanges& changes) {
    for (const auto id : ids) {
        auto& waiting = waiting_.at(id);
        waiting.entry.message_key = key;
        waiting.written = false;
        changes.entries.push_back(waiting.entry);
    }
    Sealed sealed;
    sealed.key = std::move(key);
    sealed.digest = ids.size() > static_cast<std::size_t>(settings_.digest_over);
    sealed.ids = std::move(ids);
    sealed_ = std::move(sealed);
}

// Goes on with a message of before the last end.
void OutboxChannel::adopt_sealed() {
    for (const auto& [id, waiting] : waiting_) {
        const auto& entry = waiting.entry;
        if (entry.message_key.empty()) continue;
        if (!sealed_) {
            Sealed sealed;
            sealed.key = entry.message_key;
            sealed.failures = entry.attempts;
            // How long the wait was to be is not known: not longer than this.
            sealed.wait_begun = entry.next_try - longest_retry_delay;
            sealed.wait = longest_retry_delay;
            sealed_ = std::move(sealed);
        }
        if (entry.message_key == sealed_->key) sealed_->ids.push_back(id);
    }
    if (sealed_) sealed_->digest = sealed_->ids.size() > static_cast<std::size_t>(settings_.digest_over);
}

Message OutboxChannel::message() const {
    Message message;
    message.notifier = settings_.name;
    message.key = sealed_->key;
    message.digest = sealed_->digest;
    message.attempt = sealed_->failures + 1;
    for (const auto id : sealed_->ids)
        message.transitions.push_back(*waiting_.at(id).transition);
    return message;
}

std::optional<Message> OutboxChannel::take(WallTime now, const std::function<std::uint64_t()>& random,
                                           OutboxChanges& sealed) {
    const auto due = next_due(now);
    if (!due || *due > now) return {};
    if (!sealed_) {
        auto ids = choose(now);
        if (!ids.empty()) seal(std::move(ids), make_key(random), sealed);
        return {};
    }
    sealed_->being_sent = true;
    return message();
}

bool OutboxChannel::is_under_way(const Message& message) const {
    return sealed_ && sealed_->key == message.key;
}

void OutboxChannel::remember_end(TransitionPointer transition, WallTime now) {
    std::erase_if(ended_, [&](const Ended& ended) {
        return ended.told > now || now - ended.told >= ended_reminders_for;
    });
    if (ended_.size() < most_ended) ended_.push_back({std::move(transition), now});
}

void OutboxChannel::forget_ends_of(const Finding& finding) {
    std::erase_if(ended_,
                  [&](const Ended& ended) { return is_same_finding(ended.transition->finding, finding); });
}

void OutboxChannel::delivered(const Message& message, const OpenEpisodes& open, WallTime now,
                              OutboxChanges& changes) {
    if (!is_under_way(message)) return;
    const auto ids = std::move(sealed_->ids);
    sealed_.reset();
    for (const auto id : ids) {
        Waiting waiting = extract(id);
        if (settings_.kind == NotifierKind::alertmanager) {
            if (waiting.transition->kind == TransitionKind::cleared)
                remember_end(waiting.transition, now);
            else
                forget_ends_of(waiting.transition->finding);
        }
        if (waiting.transition->kind != TransitionKind::cleared && open.contains(waiting.transition->episode))
            keep_told(std::move(waiting), changes);
        else
            changes.done.push_back(id);
    }
    sent_.add(now);
    ++figures_.delivered;
    figures_.last_success = now;
    figures_.failing_since = {};
    figures_.last_error.clear();
    adopt_sealed();
}

void OutboxChannel::failed(const Message& message, const std::string& error,
                           std::optional<std::chrono::seconds> retry_after, const OpenEpisodes& open,
                           WallTime now, std::uint64_t random, OutboxChanges& changes) {
    if (!is_under_way(message)) return;
    sealed_->being_sent = false;
    ++sealed_->failures;
    ++figures_.failed;
    figures_.last_error = error.substr(0, OutboxEntry::longest_error);
    if (figures_.failing_since == WallTime{}) figures_.failing_since = now;

    const auto newest = waiting_.at(sealed_->ids.back()).entry.created;
    if (sealed_->failures >= fewest_attempts && now - newest >= settings_.give_up) {
        const auto ids = std::move(sealed_->ids);
        sealed_.reset();
        for (const auto id : ids)
            drop(id, open, now, changes);
        adopt_sealed();
        return;
    }
    sealed_->wait_begun = now;
    sealed_->wait = retry_delay(sealed_->failures, retry_after, random);
    auto& first = waiting_.at(sealed_->ids.front()).entry;
    first.attempts = sealed_->failures;
    first.next_try = now + sealed_->wait;
    first.last_error = figures_.last_error;
    changes.entries.push_back(first);
}

void OutboxChannel::interrupted(const Message& message) {
    if (is_under_way(message)) sealed_->being_sent = false;
}

}  // namespace reputed
