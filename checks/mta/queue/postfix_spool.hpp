#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "checks/mta/queue/queue.hpp"
#include "checks/mta/queue/spool_walk.hpp"

// Postfix's queue as files: QUEUE_DIRECTORY/{maildrop,incoming,active,deferred,hold,corrupt}/[X/[Y/]]ID, with
// one-letter subdirectories as deep as hash_queue_depth says. Only root and Postfix's own user may read it.
//
// Names only, so that a million files are not felt: arrival times come from long queue ids, which carry them.
// Sizes, and arrivals where ids are short, come from the first records of at most `sample` files a queue,
// spread evenly.
namespace reputed::mta {

inline constexpr std::array<std::string_view, 6> postfix_queues = {"maildrop", "incoming", "active",
                                                                   "deferred", "hold",     "corrupt"};

// A queue whose directory may not be read has no figures, and then neither has the total; which and why is in
// the note. A queue whose directory does not exist is empty. An error when none can be read. Recipients and
// reasons are never known. Exact when no queue holds more than `sample` files; beyond it `estimated`: bytes
// are the sample's mean times the count, and the oldest arrival among short ids is that of the sample.
QueueResult read_postfix_spool(const std::string& queue_directory, const SpoolLimits& limits);

// What the first records of a queue file say: 'C' holds the message size, 'T' the arrival.
struct QueueFileHead {
    std::optional<std::uint64_t> bytes;
    std::optional<std::int64_t> arrival;

    bool operator==(const QueueFileHead&) const = default;
};
QueueFileHead parse_queue_file_head(std::string_view bytes);

}  // namespace reputed::mta
