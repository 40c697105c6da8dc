#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "agent/store.hpp"

namespace reputed {

// What each job asked to be given back at its next run, as it is kept in memory and in the store. Not thread-safe: the
// agent owns the lock.
class JobMemories {
  public:
    // "" where there is none.
    std::string of(const JobKey& job) const;
    // What is longer than a part of the store may be is forgotten.
    void keep(const JobKey& job, std::string&& memory);
    void keep_only(const std::set<JobKey>& jobs);

    std::vector<StoredPart> take_changes();
    std::vector<StoredPart> state() const;
    // False: the part is none of these.
    bool restore(StoredPart& part);

  private:
    std::map<JobKey, std::string> memories_;
    std::set<JobKey> changed_;
};

}  // namespace reputed
