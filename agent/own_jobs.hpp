#pragma once

#include "agent/ledger_entry.hpp"

// What the agent watches of itself. Such a job belongs to no check: it looks at what all of them share.
namespace reputed {

inline const JobKey resolver_job{"resolver", "resolver"};  // judged by all that was asked
inline const JobKey store_job{"store", "store"};
inline const JobKey notify_job{"notify", "notify"};

inline bool is_own(const JobKey& job) {
    return job == resolver_job || job == store_job || job == notify_job;
}

}  // namespace reputed
