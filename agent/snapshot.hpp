#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/reputation.hpp"
#include "checks/check.hpp"

// What readers (web, metrics, command line) see of the agent: one immutable picture, swapped whole.
namespace reputed {

using WallTime = std::chrono::system_clock::time_point;

struct OpenFinding {
    Finding finding;
    std::string check;
    WallTime since;
    WallTime last_seen;       // the last run that saw it; older than the job's last run: held, could not tell
    WallTime last_good = {};  // the last run that could tell whether it is there
    std::uint64_t rounds = 1;  // runs that saw it
    bool flapping = false;     // told no more until it has been away for a while
    bool muted = false;
};

struct JobState {
    std::string check;
    std::string subject;
    std::uint64_t runs = 0;
    std::uint64_t failures = 0;  // runs that ended in an exception
    WallTime last_run;           // epoch = never
    WallTime last_success;       // epoch = never
    std::chrono::duration<double> last_duration{0};
    WallTime next_run;
    Severity verdict = Severity::unknown;  // of the last run; unknown before the first
    // The last run's samples, with values that it could not tell kept from earlier runs. Never null.
    std::shared_ptr<const std::vector<Sample>> samples;
};

// What the jobs of a check did that a reload took away: totals over a check's jobs must not fall.
struct RemovedJobs {
    std::string check;
    std::uint64_t runs = 0;
    std::uint64_t failures = 0;
};

// One histogram series of the agent's own.
struct HistogramSample {
    const MetricInfo* metric = nullptr;            // its type is not looked at
    std::vector<std::string> values;               // one a label
    std::vector<double> upper_bounds;              // rising, +Inf left out
    std::vector<std::uint64_t> cumulative_counts;  // one an upper bound
    double sum = 0;
    std::uint64_t count = 0;
};

// How one notifier does.
struct NotifierState {
    std::string name;
    std::string kind;
    std::uint64_t waiting = 0;  // transitions
    WallTime last_success;      // epoch = never since the start
    WallTime failing_since;     // epoch = it is not failing
    std::string last_error;     // while it is failing; without secrets
};

// The agent's memory on disk.
struct StoreState {
    bool on_disk = false;
    std::string path;
    WallTime since;      // of being there, or not
    std::string reason;  // why it is not there; without secrets
    std::uint64_t size_bytes = 0;
};

class WatchedDays;

struct Snapshot {
    WallTime made;
    WallTime started;
    std::shared_ptr<const Settings> settings;
    std::shared_ptr<const ActiveLists> lists;
    std::vector<OpenFinding> findings;     // worst first, then by code, subject, object
    std::vector<OpenFinding> drills;       // open ones that are made up; in none of the others
    std::vector<OpenFinding> unconfirmed;  // seen, but not often enough yet to count; same order
    std::vector<JobState> jobs;            // by check, then subject
    std::vector<RemovedJobs> removed;      // by check; only checks that lost jobs
    std::shared_ptr<const Reputations> reputations = std::make_shared<const Reputations>();
    std::shared_ptr<const WatchedDays> watched;  // null: nobody marks days
    std::vector<NotifierState> notifiers;        // by name
    std::optional<StoreState> store;             // nothing where none is wanted

    // The agent's own counters and gauges (DNS queries, configuration reloads, ...).
    std::vector<Sample> own;
    std::vector<HistogramSample> own_histograms;

    bool ready = false;  // every job has run once
    bool last_reload_ok = true;
    WallTime last_good_reload;  // when the configuration in use was read

    Severity verdict() const;  // worst of the findings; drills are none
};

}  // namespace reputed
