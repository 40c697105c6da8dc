#include <cmath>

#include "checks/reputation/feedback/fetch.hpp"
#include "checks/reputation/feedback/kept_feedback.hpp"
#include "tests/fuzz/fuzz.hpp"

// Any bytes as the memory of a job. What is accepted is in bounds and the same after another way there and back.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace reputed;
    using namespace reputed::feedback;
    const auto kept = read_kept(fuzz::text_of(data, size));
    fuzz::require(kept.points.size() <= most_points, "a bounded number of points");
    for (const auto& [key, point] : kept.points) {
        fuzz::require(!key.first.empty() && !key.second.empty(), "of something");
        fuzz::require(std::isfinite(point.value) && is_possible(point.time),
                      "with a value of a time that can be");
        fuzz::require(point.detail.size() <= 300, "with short words");
    }
    const auto text = write_kept(kept);
    fuzz::require(text.size() <= longest_memory, "not too long");
    fuzz::require(write_kept(read_kept(text)) == text, "and of one form");
    return 0;
}
