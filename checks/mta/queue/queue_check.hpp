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
    // Local mail is picked up within a minute while the server runs.
    std::chrono::seconds handed_in_age{3600};
    // Past the time after which the MTA gives mail back.
    std::chrono::seconds beyond_lifetime{86'400};
    // Frozen bounces gather anywhere; as many as this are worth looking into.
    std::uint64_t frozen_warning = 100;
    // Growth: at least so many within five minutes, and so many times what was usual in the hour before.
    std::uint64_t growing_messages = 100;
    std::uint64_t growing_factor = 4;
};

// The findings, holds and samples of what was read: queue.unreadable, queue.deferred, queue.corrupt, queue.hold,
// queue.frozen, queue.old, queue.growing, each with the MTA as subject. What could not be told is held and NaN.
Report evaluate_queue(const std::string& mta, const QueueResult& result,
                      std::chrono::system_clock::time_point now, const QueueThresholds& thresholds = {});

// The check `queue`: one subject an MTA that the settings name or that is found; none otherwise.
Check queue_check();

}  // namespace reputed::mta
