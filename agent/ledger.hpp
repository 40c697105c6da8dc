#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "agent/ledger_entry.hpp"
#include "agent/snapshot.hpp"

namespace reputed {

// The memory of findings and of last good values. A check tells what it sees now; the ledger knows since when, and
// keeps what a run could not tell. Not thread-safe: the agent owns the lock.
class Ledger {
  public:
    // What a run changed for the whole agent: findings that no job reported before, or that none reports any more.
    struct Changes {
        std::vector<Finding> opened;
        std::vector<Finding> cleared;
    };

    // Takes one run's report. Findings that it does not repeat are cleared, unless one of its holds covers them.
    Changes record(const JobKey& job, Report&& report, WallTime now);

    // Drops every job that is not in `jobs`, with its findings and series.
    void keep_only(const std::set<JobKey>& jobs);

    // All open findings, worst first, then by code, subject, object. Where several jobs say the same (code, subject,
    // object), they are one: the worst severity, the earliest `since`, the evidence of all.
    std::vector<OpenFinding> findings() const;

    // The series of one job; never null.
    std::shared_ptr<const std::vector<Sample>> samples(const JobKey& job) const;

  private:
    bool drop_reporter(const Finding& finding);  // true when it was the last one

    struct Memory {
        std::vector<OpenFinding> findings;  // by identity
        std::shared_ptr<const std::vector<Sample>> samples;
    };
    std::map<JobKey, Memory> jobs_;
    std::unordered_map<std::string, std::size_t> reporters_;  // jobs that report a finding, by its identity
};

}  // namespace reputed
