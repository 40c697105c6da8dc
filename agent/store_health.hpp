#pragma once

#include <cstdint>
#include <string>

#include "agent/snapshot.hpp"

namespace reputed {

struct StoreHealth {
    enum class State : std::uint8_t {
        ok,
        memory,  // the file cannot be used
        off,     // no file is wanted
    };
    State state = State::off;
    WallTime since;         // of the state
    std::string reason;     // `memory`: a sentence without secrets
    std::string set_aside;  // the last broken file, under the name that it has now; "" = none
    WallTime set_aside_at;
    std::uint64_t size_bytes = 0;
    std::uint64_t commits = 0;
    std::uint64_t failures = 0;  // of commits, of maintenance and to open it
    WallTime last_commit;        // epoch = never
};

// What the agent says of its own memory: findings store.unavailable (warning) and store.set_aside (info, for a week),
// and samples unless the state is `off`.
Report store_report(const StoreHealth& health, WallTime now);
std::vector<const MetricInfo*> store_metrics();

}  // namespace reputed
