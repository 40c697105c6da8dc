#include "agent/outbox.hpp"

#include <algorithm>
#include <memory>
#include <random>
#include <utility>

namespace reputed {

std::uint64_t system_random() {
    std::random_device device;
    return std::uint64_t{device()} << 32 | device();
}

Outbox::Outbox(std::function<std::uint64_t()> random) : random_(std::move(random)) {}

OutboxChannel* Outbox::find(const std::string& notifier) {
    const auto found = channels_.find(notifier);
    return found == channels_.end() ? nullptr : &found->second;
}

const OutboxChannel* Outbox::find(const std::string& notifier) const {
    const auto found = channels_.find(notifier);
    return found == channels_.end() ? nullptr : &found->second;
}

OutboxEntry Outbox::entry_for(const std::string& notifier, const Transition& transition, WallTime now) {
    OutboxEntry entry;
    entry.id = next_id_++;
    entry.notifier = notifier;
    entry.transition = transition.id;
    entry.created = now;
    return entry;
}

void Outbox::remind_of_open(Changes& changes) {
    for (auto& [name, channel] : channels_) {
        if (channel.settings().kind != NotifierKind::alertmanager) continue;
        for (const auto& [episode, transition] : open_) {
            if (channel.knows(episode) || !channel.concerns(*transition)) continue;
            channel.add_told(entry_for(name, *transition, transition->time), transition, changes);
        }
    }
}

Outbox::Changes Outbox::restore(std::vector<OutboxEntry> entries, const std::vector<Transition>& transitions,
                                const std::set<std::uint64_t>& open, std::uint64_t next_id) {
    Changes changes;
    next_id_ = next_id;
    std::map<std::uint64_t, TransitionPointer> by_id;
    for (const auto& transition : transitions) {
        const auto pointer = std::make_shared<const Transition>(transition);
        by_id[transition.id] = pointer;
        if (open.contains(transition.episode) && !transition.silent) open_[transition.episode] = pointer;
    }
    std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
    for (auto& entry : entries) {
        next_id_ = std::max(next_id_, entry.id + 1);
        const auto id = entry.id;
        auto* channel = find(entry.notifier);
        const auto transition = by_id.find(entry.transition);
        if (!channel || transition == by_id.end() ||
            !channel->restore(std::move(entry), transition->second, open_, changes))
            changes.done.push_back(id);
    }
    for (auto& [name, channel] : channels_)
        channel.restored();
    remind_of_open(changes);
    return changes;
}

Outbox::Changes Outbox::configure(std::vector<NotifierSettings> notifiers) {
    Changes changes;
    std::map<std::string, OutboxChannel> next;
    for (auto& settings : notifiers) {
        auto known = channels_.extract(settings.name);
        if (known.empty()) {
            const std::string name = settings.name;
            next.emplace(name, OutboxChannel(std::move(settings)));
        } else {
            known.mapped().set(std::move(settings));
            next.insert(std::move(known));
        }
    }
    std::vector<OutboxEntry> gone;
    for (const auto& [name, channel] : channels_)
        channel.append_entries(gone);
    for (const auto& entry : gone)
        changes.done.push_back(entry.id);
    channels_ = std::move(next);
    remind_of_open(changes);
    return changes;
}

Outbox::Changes Outbox::add(const Transition& transition, WallTime now) {
    Changes changes;
    const auto pointer = std::make_shared<const Transition>(transition);
    const bool ends = transition.kind == TransitionKind::cleared;
    if (ends)
        open_.erase(transition.episode);
    else if (!transition.silent)
        open_[transition.episode] = pointer;
    for (auto& [name, channel] : channels_) {
        const bool tell = !transition.silent && channel.concerns(transition);
        if (ends) channel.end(transition.episode, transition.silent, changes);
        if (tell) channel.add(entry_for(name, transition, now), pointer, open_, now, changes);
    }
    return changes;
}

void Outbox::written(std::span<const OutboxEntry> entries) {
    for (const auto& entry : entries)
        if (auto* channel = find(entry.notifier)) channel->written(entry);
}

Outbox::Due Outbox::take(const std::string& notifier, WallTime now) {
    Due due;
    if (auto* channel = find(notifier)) due.message = channel->take(now, random_, due.sealed);
    return due;
}

std::optional<WallTime> Outbox::next_due(const std::string& notifier, WallTime now) const {
    const auto* channel = find(notifier);
    if (!channel) return {};
    return channel->next_due(now);
}

Outbox::Changes Outbox::delivered(const Message& message, WallTime now) {
    Changes changes;
    if (auto* channel = find(message.notifier)) channel->delivered(message, open_, now, changes);
    return changes;
}

Outbox::Changes Outbox::failed(const Message& message, const std::string& error,
                               std::optional<std::chrono::seconds> retry_after, WallTime now) {
    Changes changes;
    if (auto* channel = find(message.notifier))
        channel->failed(message, error, retry_after, open_, now, random_(), changes);
    return changes;
}

void Outbox::interrupted(const Message& message) {
    if (auto* channel = find(message.notifier)) channel->interrupted(message);
}

std::vector<Transition> Outbox::reminders(const std::string& notifier, WallTime now) const {
    std::vector<Transition> out;
    if (const auto* channel = find(notifier))
        for (const auto& transition : channel->reminders(now))
            out.push_back(*transition);
    return out;
}

void Outbox::reminded(const std::string& notifier, const std::string& error, WallTime now) {
    if (auto* channel = find(notifier)) channel->reminded(error, now);
}

std::map<std::string, Outbox::Figures> Outbox::figures() const {
    std::map<std::string, Figures> out;
    for (const auto& [name, channel] : channels_)
        out.emplace(name, channel.figures());
    return out;
}

std::vector<OutboxEntry> Outbox::entries() const {
    std::vector<OutboxEntry> out;
    for (const auto& [name, channel] : channels_)
        channel.append_entries(out);
    std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
    return out;
}

std::vector<Transition> Outbox::transitions() const {
    std::map<std::uint64_t, TransitionPointer> by_id;
    for (const auto& [episode, transition] : open_)
        by_id.emplace(transition->id, transition);
    for (const auto& [name, channel] : channels_)
        channel.append_transitions(by_id);
    std::vector<Transition> out;
    for (const auto& [id, transition] : by_id)
        out.push_back(*transition);
    return out;
}

}  // namespace reputed
