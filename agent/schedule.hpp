#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "agent/ledger.hpp"

namespace reputed {

// When each job runs next. Pure: it is told the time and never waits. First runs are spread, and each interval is
// stretched or shortened a little, so that jobs of one interval do not come to run all at once.
class Schedule {
  public:
    using Time = std::chrono::steady_clock::time_point;

    struct Job {
        JobKey key;
        std::chrono::seconds interval{0};
        // Where in its interval it runs from its second run on, 0 up to 1, for jobs that shall take turns; none: that many
        // seconds after its last run.
        std::optional<double> turn{};
    };

    explicit Schedule(std::uint64_t seed) : random_(seed) {}

    // Replaces the jobs. One that was there keeps its place, except that a shorter interval brings it forward. One that
    // runs is still running when it is taken away and given back meanwhile. `anew`: all of them have something else to
    // look at, and run as if for the first time; one that runs, once more when it has finished.
    void set_jobs(const std::vector<Job>& jobs, Time now, bool anew = false);

    // The job that has been due for longest, now counted as running; none while nothing is due.
    std::optional<JobKey> take_due(Time now);

    // When the next job that is not running falls due; none when there is none.
    std::optional<Time> next_due() const;

    // The job has run; begun at `begun`. Unknown keys are ignored: the configuration may have changed meanwhile.
    void finished(const JobKey& key, Time begun, Time now);

    // The job shall run again `wait` after `begun`, but not before a tenth of its interval. Never puts it off.
    void hurry(const JobKey& key, Time begun, std::chrono::seconds wait);

    // The job shall run at `due` or before, however short its interval makes that. One that runs now runs once
    // more, since it may have begun before what it is to see. Never puts it off.
    void run_by(const JobKey& key, Time due);

    // The job could not begin at `begun` and tries again within ten minutes, each time after another while: those that
    // wait for the same come to it in turn. Never puts it off.
    void try_again(const JobKey& key, Time begun);

    std::optional<Time> due(const JobKey& key) const;

  private:
    struct Entry {
        std::chrono::seconds interval{0};
        Time due;
        std::optional<double> turn;
        bool again = false;  // what it looks at changed while it ran
    };
    std::uint64_t random();
    Time next_after(const Entry& entry, Time begun) const;
    void bring_forward(std::map<JobKey, Entry>::iterator job, Time due);

    std::map<JobKey, Entry> jobs_;
    std::set<std::pair<Time, JobKey>> waiting_;  // those of jobs_ that do not run, in the order they fall due
    std::set<JobKey> running_;                   // taken and not finished, still in jobs_ or not
    std::uint64_t random_;
    std::optional<Time> turns_from_;  // from which turns are counted
};

}  // namespace reputed
