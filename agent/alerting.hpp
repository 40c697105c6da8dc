#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "agent/dispatcher.hpp"
#include "agent/keeper.hpp"
#include "agent/outbox.hpp"

namespace reputed {

// What the agent remembers on disk and whom it tells: keeper, outbox and dispatcher behind one door. A decision of the
// ledger and the entries of the outbox that it makes are one transaction.
class Alerting {
  public:
    // `ledger_state`: all entries and jobs, for a store that begins anew; it takes the agent's lock, which must not be
    // held by whoever waits for this object. `changed`: there is news to publish.
    Alerting(const Settings& settings, std::function<Batch()> ledger_state, std::function<void()> changed);
    ~Alerting();  // stop()
    Alerting(const Alerting&) = delete;
    Alerting& operator=(const Alerting&) = delete;

    // What was known at the last end; the outbox has taken up its part. Once, before start().
    StoredState open();
    void start();
    void stop();  // sends nothing more, writes what is pending

    // What the ledger decided, in the order of the decisions: to be called under the agent's lock. Waits for no disk.
    void take(Batch&& decided, WallTime now);
    // Until what was taken before is on disk, or there is no disk to wait for; `longest` at most.
    void wait_until_written(std::chrono::milliseconds longest) { keeper_->wait(longest); }
    // Without the agent's lock: it may wait for the threads of notifiers that are gone.
    void configure(const Settings& settings);

    Report report_store(WallTime now) const;
    Report report_notifiers(WallTime now) const;
    // What readers see: the notifiers by name, and the store where one is wanted.
    std::vector<NotifierState> notifier_states() const;
    std::optional<StoreState> store_state() const;
    const std::string& path() const { return path_; }  // of the store; "" = none

  private:
    void submit(Outbox::Changes&& changes, Batch&& batch = {});  // under mutex_
    Batch whole();
    DispatchHooks hooks();

    const std::string path_;
    const std::string instance_;
    const std::function<Batch()> ledger_state_;
    const std::function<void()> changed_;

    mutable std::mutex mutex_;  // after the agent's, where both are taken
    std::string page_;
    std::vector<std::string> modules_;
    std::vector<NotifierSettings> notifiers_;
    Outbox outbox_;
    std::optional<Keeper> keeper_;
    std::optional<Dispatcher> dispatcher_;
};

}  // namespace reputed
