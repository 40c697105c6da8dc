#pragma once

#include <cstdint>
#include <string>

#include "checks/check.hpp"
#include "checks/mta/queue/queue.hpp"

namespace reputed::mta {

// From when on a queue is worth a word. Meant never to cry wolf: some mail always waits for a host that is
// away or for greylisting, and on a small server so does a handful.
struct QueueThresholds {
    std::uint64_t deferred_info = 20;
    // Warning: more messages than this, and the oldest of them older than deferred_age, which greylisting and
    // a restart at the other end do not reach.
    std::uint64_t deferred_warning = 100;
    std::chrono::seconds deferred_age{3600};
    // Local mail is picked up within a minute while Postfix runs.
    std::chrono::seconds maildrop_age{3600};
    // Postfix gives mail back after 5 days unless told otherwise (maximal_queue_lifetime).
    std::chrono::seconds old_age{6 * 86'400};
};

// The findings, holds and samples of what was read: queue.unreadable, queue.deferred, queue.corrupt,
// queue.hold, queue.old, each with the MTA as subject. What could not be told is held and NaN.
Report evaluate_queue(const std::string& mta, const QueueResult& result,
                      std::chrono::system_clock::time_point now, const QueueThresholds& thresholds = {});

// The check `queue`: one subject an MTA that the settings name or that is found; none otherwise.
Check queue_check();

}  // namespace reputed::mta
