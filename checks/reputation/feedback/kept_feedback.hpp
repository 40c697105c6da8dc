#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "checks/reputation/feedback/source.hpp"

// What a source told last, as the job keeps it from run to run.
namespace reputed::feedback {

struct KeptPoint {
    double value = 0;
    WallTime time;
    std::string detail;
    bool of_now = false;  // it was of the moment at which it was read, not of a day
};

// By subject and metric.
using KeptPoints = std::map<std::pair<std::string, std::string>, KeptPoint>;

struct KeptFeedback {
    KeptPoints points;          // at most most_points
    std::string source_memory;  // Reading::memory
    std::string link;           // Reading::link of the last reading
    // Until then nobody asks; meanwhile this is why.
    std::optional<WallTime> not_before;
    Fault fault = Fault::none;
    std::string message;
};

inline constexpr std::size_t most_points = 20'000;
inline constexpr std::size_t longest_memory = 1'000'000;

// JSON of at most longest_memory bytes: where there is more, the words go first, then what the source asked to keep,
// then points.
std::string write_kept(const KeptFeedback& kept);
// Of any bytes: what is not in order is passed over.
KeptFeedback read_kept(std::string_view text);

}  // namespace reputed::feedback
