#include "agent/alerting.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <unistd.h>

#include "agent/notify_report.hpp"
#include "agent/store_files.hpp"

namespace reputed {
namespace {

std::string host_name() {
    char name[256] = {};
    return gethostname(name, sizeof name - 1) == 0 ? name : "";
}

std::vector<std::string> module_names(const Settings& settings) {
    std::vector<std::string> names;
    for (const auto& module : settings.modules)
        names.push_back(module.name);
    return names;
}

}  // namespace

Alerting::Alerting(const Settings& settings, std::function<Batch()> ledger_state,
                   std::function<void()> changed)
    : path_(default_store_path(settings.store)),
      instance_(host_name()),
      ledger_state_(std::move(ledger_state)),
      changed_(std::move(changed)),
      page_(settings.web.public_url),
      modules_(module_names(settings)),
      notifiers_(settings.notifiers),
      outbox_(system_random) {
    keeper_.emplace(path_, settings.store,
                    Keeper::Callbacks{[this] { return whole(); },
                                      [this](std::span<const OutboxEntry> entries) {
                                          {
                                              const std::lock_guard lock(mutex_);
                                              outbox_.written(entries);
                                          }
                                          if (dispatcher_) dispatcher_->wake();
                                      },
                                      [this] {
                                          if (changed_) changed_();
                                      }});
}

Alerting::~Alerting() {
    stop();
}

StoredState Alerting::open() {
    StoredState state = keeper_->open();
    std::set<std::uint64_t> open_episodes;
    for (const auto& entry : state.entries)
        if (entry.episode != 0) open_episodes.insert(entry.episode);
    const std::lock_guard lock(mutex_);
    submit(outbox_.configure(notifiers_));
    submit(outbox_.restore(std::move(state.outbox), state.transitions, open_episodes, state.next_outbox));
    return state;
}

void Alerting::start() {
    keeper_->start();
    dispatcher_.emplace(hooks(), network_transport());
    dispatcher_->configure(notifiers_);
}

void Alerting::stop() {
    if (dispatcher_) dispatcher_->stop();
    keeper_->stop();
}

void Alerting::submit(Outbox::Changes&& changes, Batch&& batch) {
    batch.outbox.insert(batch.outbox.end(), std::make_move_iterator(changes.entries.begin()),
                        std::make_move_iterator(changes.entries.end()));
    batch.delivered.insert(batch.delivered.end(), changes.done.begin(), changes.done.end());
    if (!batch.empty()) keeper_->submit(std::move(batch));
}

void Alerting::take(Batch&& decided, WallTime now) {
    bool told = false;
    {
        const std::lock_guard lock(mutex_);
        Outbox::Changes changes;
        for (const auto& transition : decided.transitions) {
            auto more = outbox_.add(transition, now);
            changes.entries.insert(changes.entries.end(), more.entries.begin(), more.entries.end());
            changes.done.insert(changes.done.end(), more.done.begin(), more.done.end());
            told = true;
        }
        submit(std::move(changes), std::move(decided));
    }
    if (told && dispatcher_) dispatcher_->wake();
}

void Alerting::configure(const Settings& settings) {
    {
        const std::lock_guard lock(mutex_);
        page_ = settings.web.public_url;
        modules_ = module_names(settings);
        notifiers_ = settings.notifiers;
        submit(outbox_.configure(notifiers_));
    }
    keeper_->configure(settings.store);
    if (dispatcher_) dispatcher_->configure(settings.notifiers);
}

Batch Alerting::whole() {
    Batch batch = ledger_state_();
    const std::lock_guard lock(mutex_);
    batch.outbox = outbox_.entries();
    batch.transitions = outbox_.transitions();
    batch.whole = true;
    return batch;
}

DispatchHooks Alerting::hooks() {
    DispatchHooks hooks;
    hooks.take = [this](const std::string& notifier, WallTime now) {
        const std::lock_guard lock(mutex_);
        auto due = outbox_.take(notifier, now);
        submit(std::move(due.sealed));
        return std::move(due.message);
    };
    hooks.delivered = [this](const Message& message, WallTime now) {
        const std::lock_guard lock(mutex_);
        submit(outbox_.delivered(message, now));
    };
    hooks.failed = [this](const Message& message, const notify::Delivery& delivery, WallTime now) {
        const std::lock_guard lock(mutex_);
        submit(outbox_.failed(message, delivery.error, delivery.retry_after, now));
    };
    hooks.interrupted = [this](const Message& message) {
        const std::lock_guard lock(mutex_);
        outbox_.interrupted(message);
    };
    hooks.next_due = [this](const std::string& notifier, WallTime now) {
        const std::lock_guard lock(mutex_);
        return outbox_.next_due(notifier, now);
    };
    hooks.reminders = [this](const std::string& notifier, WallTime now) {
        const std::lock_guard lock(mutex_);
        return outbox_.reminders(notifier, now);
    };
    hooks.reminded = [this](const std::string& notifier, const notify::Delivery& delivery, WallTime now) {
        const std::lock_guard lock(mutex_);
        outbox_.reminded(notifier, delivery.ok ? "" : delivery.error, now);
    };
    hooks.context = [this](WallTime now) {
        const std::lock_guard lock(mutex_);
        return notify::Context{page_, instance_, now, modules_};
    };
    hooks.clock = [] { return std::chrono::system_clock::now(); };
    return hooks;
}

Report Alerting::report_store(WallTime now) const {
    return store_report(keeper_->health(), now);
}

std::vector<NotifierState> Alerting::notifier_states() const {
    const std::lock_guard lock(mutex_);
    const auto figures = outbox_.figures();
    std::vector<NotifierState> out;
    for (const auto& notifier : notifiers_) {
        const auto found = figures.find(notifier.name);
        if (found == figures.end()) continue;
        const auto& each = found->second;
        const bool message = each.failing_since != WallTime{};
        out.push_back({notifier.name, std::string(to_string(notifier.kind)), each.waiting, each.last_success,
                       message ? each.failing_since : each.reminders_failing_since,
                       message ? each.last_error : each.last_reminder_error});
    }
    std::sort(out.begin(), out.end(),
              [](const NotifierState& a, const NotifierState& b) { return a.name < b.name; });
    return out;
}

std::optional<StoreState> Alerting::store_state() const {
    const auto health = keeper_->health();
    if (health.state == StoreHealth::State::off) return {};
    return StoreState{health.state == StoreHealth::State::ok, path_, health.since, health.reason,
                      health.size_bytes};
}

Report Alerting::report_notifiers(WallTime now) const {
    const std::lock_guard lock(mutex_);
    return notify_report(outbox_.figures(), now);
}

}  // namespace reputed
