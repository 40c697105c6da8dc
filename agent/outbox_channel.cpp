#include "agent/outbox_channel.hpp"

#include <algorithm>

namespace reputed {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_waiting = 10'000;

bool names_one_of(const std::vector<std::string>& wanted, const std::vector<std::string>& names) {
    return std::any_of(names.begin(), names.end(), [&](const auto& name) {
        return std::find(wanted.begin(), wanted.end(), name) != wanted.end();
    });
}

}  // namespace

bool OutboxChannel::knows(std::uint64_t episode) const {
    return told_.contains(episode) || waiting_of_episode_.contains(episode);
}

bool OutboxChannel::concerns(const Transition& transition) const {
    if (knows(transition.episode)) return true;
    const auto severity = transition.finding.severity;
    if (transition.kind == TransitionKind::cleared) return false;
    if (transition.finding.drill) return true;
    if (transition.kind == TransitionKind::changed && severity <= transition.before) return false;
    return severity >= settings_.min_severity && (settings_.senders.empty() || transition.senders.empty() ||
                                                  names_one_of(settings_.senders, transition.senders));
}

bool OutboxChannel::restore(OutboxEntry entry, TransitionPointer transition, const OpenEpisodes& open,
                            OutboxChanges& changes) {
    const auto episode = transition->episode;
    if (!entry.told) {
        ++waiting_of_episode_[episode];
        const auto id = entry.id;
        waiting_.insert_or_assign(id, Waiting{std::move(entry), std::move(transition), true});
        return true;
    }
    if (!open.contains(episode)) return false;
    const auto before = told_.find(episode);
    if (before != told_.end()) changes.done.push_back(before->second.entry.id);
    told_.insert_or_assign(episode, Told{std::move(entry), std::move(transition)});
    return true;
}

void OutboxChannel::restored() {
    adopt_sealed();
    if (!sealed_ || sealed_->failures == 0) return;
    const auto& first = waiting_.at(sealed_->ids.front()).entry;
    figures_.failing_since = first.created;
    figures_.last_error = first.last_error;
}

void OutboxChannel::add(OutboxEntry entry, TransitionPointer transition, const OpenEpisodes& open,
                        WallTime now, OutboxChanges& changes) {
    changes.entries.push_back(entry);
    ++waiting_of_episode_[transition->episode];
    const auto id = entry.id;
    waiting_.insert_or_assign(id, Waiting{std::move(entry), std::move(transition), false});
    if (waiting_.size() <= most_waiting) return;
    const auto oldest = std::find_if(waiting_.begin(), waiting_.end(),
                                     [](const auto& each) { return each.second.entry.message_key.empty(); });
    if (oldest != waiting_.end()) drop(oldest->first, open, now, changes);
}

void OutboxChannel::add_told(OutboxEntry entry, TransitionPointer transition, OutboxChanges& changes) {
    entry.told = true;
    changes.entries.push_back(entry);
    const auto episode = transition->episode;
    told_.insert_or_assign(episode, Told{std::move(entry), std::move(transition)});
}

void OutboxChannel::end(std::uint64_t episode, bool in_silence, OutboxChanges& changes) {
    const auto told = told_.find(episode);
    if (told != told_.end()) {
        changes.done.push_back(told->second.entry.id);
        told_.erase(told);
    }
    if (!in_silence || !waiting_of_episode_.contains(episode)) return;
    std::vector<std::uint64_t> unsent;
    for (const auto& [id, waiting] : waiting_)
        if (waiting.transition->episode == episode && waiting.entry.message_key.empty()) unsent.push_back(id);
    for (const auto id : unsent) {
        extract(id);
        changes.done.push_back(id);
    }
}

void OutboxChannel::written(const OutboxEntry& entry) {
    const auto found = waiting_.find(entry.id);
    // An earlier version may be reported late, by a store that was begun anew: the seal is what counts.
    if (found != waiting_.end() && found->second.entry.message_key == entry.message_key)
        found->second.written = true;
}

OutboxChannel::Waiting OutboxChannel::extract(std::uint64_t id) {
    Waiting waiting = std::move(waiting_.extract(id).mapped());
    const auto count = waiting_of_episode_.find(waiting.transition->episode);
    if (--count->second == 0) waiting_of_episode_.erase(count);
    return waiting;
}

void OutboxChannel::keep_told(Waiting&& waiting, OutboxChanges& changes) {
    const auto before = told_.find(waiting.transition->episode);
    if (before != told_.end()) {
        const auto id = before->second.entry.id;
        std::erase_if(changes.entries, [&](const OutboxEntry& entry) { return entry.id == id; });
        changes.done.push_back(id);
    }
    OutboxEntry entry;
    entry.id = waiting.entry.id;
    entry.notifier = std::move(waiting.entry.notifier);
    entry.transition = waiting.entry.transition;
    entry.created = waiting.entry.created;
    add_told(std::move(entry), std::move(waiting.transition), changes);
}

// An Alertmanager learns what is open from the reminders all the same.
void OutboxChannel::drop(std::uint64_t id, const OpenEpisodes& open, WallTime now, OutboxChanges& changes) {
    Waiting waiting = extract(id);
    ++figures_.dropped;
    figures_.last_dropped = now;
    if (settings_.kind == NotifierKind::alertmanager && waiting.transition->kind != TransitionKind::cleared &&
        open.contains(waiting.transition->episode))
        keep_told(std::move(waiting), changes);
    else
        changes.done.push_back(id);
}

std::vector<TransitionPointer> OutboxChannel::reminders(WallTime now) const {
    std::vector<TransitionPointer> out;
    for (const auto& [episode, told] : told_)
        out.push_back(told.transition);
    for (const auto& ended : ended_)
        if (ended.told <= now && now - ended.told < ended_reminders_for) out.push_back(ended.transition);
    return out;
}

void OutboxChannel::reminded(const std::string& error, WallTime now) {
    if (error.empty()) {
        figures_.reminders_failing_since = {};
        figures_.last_success = now;
    } else if (figures_.reminders_failing_since == WallTime{}) {
        figures_.reminders_failing_since = now;
    }
    figures_.last_reminder_error = error.substr(0, OutboxEntry::longest_error);
}

OutboxFigures OutboxChannel::figures() const {
    OutboxFigures figures = figures_;
    figures.waiting = waiting_.size();
    return figures;
}

void OutboxChannel::append_entries(std::vector<OutboxEntry>& out) const {
    for (const auto& [id, waiting] : waiting_)
        out.push_back(waiting.entry);
    for (const auto& [episode, told] : told_)
        out.push_back(told.entry);
}

void OutboxChannel::append_transitions(std::map<std::uint64_t, TransitionPointer>& out) const {
    for (const auto& [id, waiting] : waiting_)
        out.emplace(waiting.transition->id, waiting.transition);
    for (const auto& [episode, told] : told_)
        out.emplace(told.transition->id, told.transition);
}

}  // namespace reputed
