#pragma once

#include <map>
#include <memory>
#include <set>
#include <vector>

#include "agent/ledger_entry.hpp"
#include "agent/sender_addresses.hpp"

namespace reputed {

// The last good values of each job's series. Not thread-safe: the agent owns the lock.
class Series {
  public:
    // Takes one run's samples; those that it could not tell keep the value that they had.
    void record(const JobKey& job, std::vector<Sample>&& samples);
    void keep_only(const std::set<JobKey>& jobs);
    // Drops the series of addresses that no sender has: of all jobs, or of one.
    void keep_only(SenderAddresses& addresses);
    void keep_only(SenderAddresses& addresses, const JobKey& job);
    // The series of one job; never null.
    std::shared_ptr<const std::vector<Sample>> of(const JobKey& job) const;

  private:
    using Samples = std::shared_ptr<const std::vector<Sample>>;
    static void keep_only(SenderAddresses& addresses, Samples& samples);

    std::map<JobKey, Samples> jobs_;
};

}  // namespace reputed
