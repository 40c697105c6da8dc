#pragma once

#include <array>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "agent/alerting.hpp"
#include "agent/drill.hpp"
#include "agent/job_memories.hpp"
#include "agent/ledger.hpp"
#include "agent/picture.hpp"
#include "agent/probe_targets.hpp"
#include "agent/resolver_watch.hpp"
#include "agent/runtime.hpp"
#include "agent/schedule.hpp"
#include "agent/series.hpp"
#include "agent/snapshot.hpp"
#include "agent/watched_days.hpp"

namespace reputed {

// The running agent: takes jobs when they are due, runs them on a few workers, keeps what they report in the ledger.
// It owns timing, failures and logging; the checks only return data.
class Agent {
  public:
    // `changed` is called from a worker after each run, without any lock held.
    Agent(Runtime runtime, std::span<const Check> checks, std::function<void()> changed);
    ~Agent();  // stop()
    Agent(const Agent&) = delete;
    Agent& operator=(const Agent&) = delete;

    // Takes up what was known at the last end, and writes and tells from now on. At most once, before start().
    void remember();
    // Where; "" = nowhere.
    std::string store_path() const;

    void start(unsigned workers);  // once
    void stop();                   // ends running jobs early and waits for the workers; nothing runs after it

    // Uses another configuration from now on: jobs that stay keep their memory, and their place unless the senders are
    // others: then all run soon, so that new targets are looked at and removed ones vanish.
    void reload(Runtime runtime);
    void reload_failed();

    // What others ask for through /probe, and when take_up_probes() has something to do.
    ProbeTargets& probes() { return probes_; }
    // Watches from now on what probes() says; false when that is nothing else than before.
    bool take_up_probes(Schedule::Time now, WallTime wall);
    std::shared_ptr<const Settings> settings() const;  // in use, with the senders that are probed
    std::shared_ptr<const ActiveLists> lists() const;

    // Runs the job that is due at `now`, in the calling thread; false when none is. For tests in virtual time, which
    // begins when the agent is made.
    bool run_due(Schedule::Time now, WallTime wall);

    // Runs every job once, now, on so many threads, and waits for all. `progress` is called with (done, all), from any
    // of them but never concurrently. Not together with start().
    void run_all(unsigned workers, const std::function<void(std::uint64_t, std::uint64_t)>& progress);

    std::shared_ptr<const Snapshot> snapshot(WallTime now) const;

  private:
    struct Statistics {
        std::uint64_t runs = 0;
        std::uint64_t failures = 0;
        WallTime last_run;
        WallTime last_success;
        std::chrono::duration<double> last_duration{0};
        Severity verdict = Severity::unknown;
        WallTime written;  // when its row was last given to the store
    };
    void set_jobs(bool other_targets);
    void use_probed_senders();
    void run_for_new_addresses(bool many, Schedule::Time now);
    void keep_only(const std::set<JobKey>& keys);
    void work(const std::stop_token& stop);
    void run(const JobKey& key, const Runtime& runtime, const std::stop_token& stop, Schedule::Time begun,
             WallTime wall);
    Report look_at_resolver();
    Report draw_picture(const Runtime& runtime, WallTime wall);
    void mark_day(const Settings& settings, WallTime wall);
    void look_for_drill(const Runtime& runtime, WallTime wall);
    void take_report(const JobKey& key, const Runtime& runtime, Report&& report, Schedule::Time begun,
                     WallTime wall);
    Report run_check(const JobKey& key, const Runtime& runtime, const std::stop_token& stop, WallTime wall);
    void publish(Ledger::Changes&& changes, WallTime now, const JobKey* job = nullptr);
    void log_decided();
    StoredJob stored(const JobKey& key) const;
    std::string memory_of(const JobKey& key) const;
    void write_budget();
    void restore_parts(std::vector<StoredPart>&& parts);
    Batch ledger_state() const;
    const Check* find_check(std::string_view name) const;

    const std::span<const Check> checks_;
    const std::function<void()> changed_;
    const WallTime started_;

    mutable std::mutex mutex_;
    std::condition_variable wake_;
    Runtime runtime_;
    Schedule schedule_;
    Ledger ledger_;
    Series series_;
    std::vector<Transition>
        decided_;  // and not logged yet: the log may be slow, and nobody waits for it here
    JobMemories memories_;
    ResolverWatch resolver_watch_;
    Picture picture_;  // of reputation_job alone
    std::shared_ptr<const Reputations> reputations_ = picture_.reputations();
    // Swapped whole when a day is marked: readers keep theirs.
    std::shared_ptr<const WatchedDays> watched_ = std::make_shared<const WatchedDays>();
    std::vector<StoredPart> watched_changes_;
    DrillWatch drill_;
    ProbeTargets probes_;
    std::array<std::uint64_t, 3> transition_counts_{};  // by kind, without drills
    std::map<JobKey, Statistics> statistics_;
    std::map<std::string, RemovedJobs> removed_;  // by check
    bool last_reload_ok_ = true;
    WallTime last_good_reload_;

    std::stop_source stop_;
    std::vector<std::thread> workers_;
    std::unique_ptr<Alerting> alerting_;  // null: nothing is kept or told
    bool alerting_stopped_ = false;
};

// The family that the agent counts by itself.
std::vector<const MetricInfo*> transition_metrics();

}  // namespace reputed
