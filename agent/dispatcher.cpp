#include "agent/dispatcher.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace reputed {
namespace {

using namespace std::chrono_literals;

// Waits are cut to this, since the clock may be set meanwhile.
constexpr std::chrono::nanoseconds longest_wait = 30s;
constexpr std::chrono::nanoseconds shortest_wait = 1ms;
// A reminder holds as many as a message.
constexpr std::size_t most_in_a_reminder = 1'000;

// What it says is not known to be without secrets.
template <typename Send>
notify::Delivery attempt(const Send& send) {
    try {
        return send();
    } catch (const std::exception&) {
        return {false, "it could not be composed: an internal error", {}};
    }
}

}  // namespace

Dispatcher::Dispatcher(DispatchHooks hooks, Transport transport)
    : hooks_(std::move(hooks)), transport_(std::move(transport)) {}

Dispatcher::~Dispatcher() {
    stop();
}

void Dispatcher::configure(const std::vector<NotifierSettings>& notifiers) {
    const std::lock_guard control(control_);
    if (stopped_) return;
    std::map<std::string, Worker> gone;
    {
        const std::lock_guard lock(mutex_);
        gone.swap(workers_);
        for (const auto& settings : notifiers) {
            auto known = gone.extract(settings.name);
            auto& worker =
                known.empty() ? workers_[settings.name] : workers_.insert(std::move(known)).position->second;
            worker.settings = std::make_shared<const NotifierSettings>(settings);
            if (!worker.thread.joinable())
                worker.thread = std::jthread(
                    [this, name = settings.name](const std::stop_token& stop) { work(name, stop); });
        }
    }
    wake();
    for (auto& [name, worker] : gone)
        worker.thread.request_stop();
    // Joined here, without the lock, which a worker needs to see that it is to end.
}

void Dispatcher::wake() {
    {
        const std::lock_guard lock(mutex_);
        ++wake_ups_;
    }
    wake_.notify_all();
}

void Dispatcher::stop() {
    const std::lock_guard control(control_);
    stopped_ = true;
    std::map<std::string, Worker> gone;
    {
        const std::lock_guard lock(mutex_);
        gone.swap(workers_);
    }
    for (auto& [name, worker] : gone)
        worker.thread.request_stop();
}

void Dispatcher::wait(std::chrono::nanoseconds limit, std::uint64_t seen, const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop, std::max(limit, shortest_wait), [&] { return wake_ups_ != seen; });
}

void Dispatcher::work(const std::string& name, const std::stop_token& stop) {
    std::optional<WallTime> reminded;
    while (!stop.stop_requested()) {
        std::shared_ptr<const NotifierSettings> settings;
        std::uint64_t seen = 0;
        {
            const std::lock_guard lock(mutex_);
            const auto worker = workers_.find(name);
            if (worker == workers_.end()) return;
            settings = worker->second.settings;
            seen = wake_ups_;
        }
        const auto now = hooks_.clock();
        if (const auto message = hooks_.take(name, now)) {
            send(*settings, *message, stop);
            continue;
        }
        std::chrono::nanoseconds limit = longest_wait;
        if (const auto due = hooks_.next_due(name, now))
            limit = std::min<std::chrono::nanoseconds>(limit, *due - now);
        if (settings->kind == NotifierKind::alertmanager) {
            if (!reminded || now >= *reminded + settings->resend || now < *reminded) {
                remind(*settings, now, stop);
                reminded = now;
                continue;
            }
            limit = std::min<std::chrono::nanoseconds>(limit, *reminded + settings->resend - now);
        }
        wait(limit, seen, stop);
    }
}

void Dispatcher::send(const NotifierSettings& settings, const Message& message, const std::stop_token& stop) {
    const auto context = hooks_.context(hooks_.clock());
    const auto delivery = attempt([&] { return transport_.deliver(settings, message, context, stop); });
    const auto now = hooks_.clock();
    if (delivery.ok)
        hooks_.delivered(message, now);
    else if (stop.stop_requested())
        hooks_.interrupted(message);
    else
        hooks_.failed(message, delivery, now);
}

void Dispatcher::remind(const NotifierSettings& settings, WallTime now, const std::stop_token& stop) {
    const auto all = hooks_.reminders(settings.name, now);
    if (all.empty()) return;
    const auto context = hooks_.context(now);
    notify::Delivery delivery{true, "", {}};
    for (std::size_t begin = 0; begin < all.size() && delivery.ok; begin += most_in_a_reminder) {
        const auto part = std::span(all).subspan(begin, std::min(most_in_a_reminder, all.size() - begin));
        delivery = attempt([&] { return transport_.remind(settings, part, context, stop); });
    }
    if (!stop.stop_requested()) hooks_.reminded(settings.name, delivery, hooks_.clock());
}

}  // namespace reputed
