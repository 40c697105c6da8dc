#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "agent/notify/notifier.hpp"
#include "agent/outbox.hpp"

namespace reputed {

// What a dispatcher asks of the one who owns the outbox and its lock. Called from the notifiers' threads, none of them
// while the dispatcher holds a lock.
struct DispatchHooks {
    // Outbox::take(), the changes handed on to be written. When a seal was written, wake() is to be called.
    std::function<std::optional<Message>(const std::string& notifier, WallTime now)> take;
    std::function<void(const Message&, WallTime now)> delivered;
    std::function<void(const Message&, const notify::Delivery&, WallTime now)> failed;
    std::function<void(const Message&)> interrupted;
    std::function<std::optional<WallTime>(const std::string& notifier, WallTime now)> next_due;
    std::function<std::vector<Transition>(const std::string& notifier, WallTime now)> reminders;
    std::function<void(const std::string& notifier, const notify::Delivery&, WallTime now)> reminded;
    std::function<notify::Context(WallTime now)> context;
    std::function<WallTime()> clock;
};

// How it is sent. Both block for at most the notifier's timeout, and end early when stop is requested.
struct Transport {
    std::function<notify::Delivery(const NotifierSettings&, const Message&, const notify::Context&,
                                   const std::stop_token&)>
        deliver;
    std::function<notify::Delivery(const NotifierSettings&, std::span<const Transition>,
                                   const notify::Context&, const std::stop_token&)>
        remind;
};
inline Transport network_transport() {
    return {notify::deliver, notify::remind};
}

// Sends what is due: one thread a notifier, so that one that hangs delays no other. Its methods may be called from any
// thread but its own.
class Dispatcher {
  public:
    Dispatcher(DispatchHooks hooks, Transport transport);
    ~Dispatcher();  // stop()
    Dispatcher(const Dispatcher&) = delete;
    Dispatcher& operator=(const Dispatcher&) = delete;

    // The notifiers from now on. A delivery under way to one that stays ends with the settings that it began with; one
    // to a notifier that is gone ends early. To be called after the outbox was configured. Nothing after stop().
    void configure(const std::vector<NotifierSettings>& notifiers);
    // Something was added or written: every thread looks again.
    void wake();
    // Ends what is being sent early and waits for the threads; nothing is sent after it.
    void stop();

  private:
    struct Worker {
        std::shared_ptr<const NotifierSettings> settings;  // under mutex_
        std::jthread thread;
    };
    void work(const std::string& name, const std::stop_token& stop);
    void send(const NotifierSettings& settings, const Message& message, const std::stop_token& stop);
    void remind(const NotifierSettings& settings, WallTime now, const std::stop_token& stop);
    // Until a wake-up that came after `seen`, stop, or so long.
    void wait(std::chrono::nanoseconds limit, std::uint64_t seen, const std::stop_token& stop);

    const DispatchHooks hooks_;
    const Transport transport_;

    std::mutex control_;  // one configure() or stop() at a time; never taken by a worker
    bool stopped_ = false;

    std::mutex mutex_;  // settings and wake-ups; held for a moment only
    std::condition_variable_any wake_;
    std::uint64_t wake_ups_ = 0;
    std::map<std::string, Worker> workers_;
};

}  // namespace reputed
