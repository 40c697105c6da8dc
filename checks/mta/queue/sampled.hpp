#pragma once

#include <cstddef>
#include <cstdint>
#include <ctime>
#include <optional>
#include <string>

#include "checks/mta/queue/queue.hpp"

namespace reputed::mta {

// What names alone tell of a spool.
struct NamesSeen {
    std::uint64_t messages = 0;
    std::uint64_t undated = 0;  // of these the name tells no arrival
    std::optional<std::int64_t> oldest;
    AgeHistogram ages;

    void add(std::optional<std::int64_t> arrival, std::time_t now) {
        ++messages;
        if (!arrival) {
            ++undated;
            return;
        }
        if (!oldest || *arrival < *oldest) oldest = arrival;
        ages.add(now - *arrival);
    }
};

// `report` tells of `sampled` messages of the `seen` ones: multiplies it up to all of them and marks it estimated.
// Nothing changes where all were in the sample. What the names tell exactly takes the place of an estimate.
void extrapolate(QueueReport& report, std::uint64_t sampled, const NamesSeen& seen);

// The beginning of a file, at most `limit` bytes; "" where it cannot be read or is no regular file.
std::string read_beginning(int directory, const std::string& path, std::size_t limit);

// The last `limit` bytes of a file, from the beginning of a line on; "" where it cannot be read.
std::string read_end(int directory, const std::string& path, std::size_t limit);

// What to do about a directory that may not be read: its group may read it, or root alone.
std::string access_remedy(const std::string& directory);

}  // namespace reputed::mta
