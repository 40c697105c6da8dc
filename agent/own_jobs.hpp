#pragma once

#include <chrono>

#include "agent/ledger_entry.hpp"

// What the agent watches of itself. Such a job belongs to no check: it looks at what all of them share.
namespace reputed {

inline const JobKey resolver_job{"resolver", "resolver"};  // judged by all that was asked
inline const JobKey store_job{"store", "store"};
inline const JobKey notify_job{"notify", "notify"};
inline const JobKey drill_job{"drill", "drill"};  // looks whether one is asked for

inline const JobKey reputation_job{"reputation", "reputation"};  // weighs what all others found

inline constexpr std::chrono::seconds drill_gap{5};

inline bool is_own(const JobKey& job) {
    return job == resolver_job || job == store_job || job == notify_job || job == drill_job ||
           job == reputation_job;
}

}  // namespace reputed
