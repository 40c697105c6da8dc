#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace reputed::mta {

// Counts by powers of ten, as exporters of the MTA's queue have them.
class DecadeHistogram {
  public:
    static constexpr std::size_t most_bounds = 8;

    // Bounds are 10^first, 10^(first + 1), ... ; each one's own value is included.
    constexpr DecadeHistogram(int first, std::size_t bounds) : bounds_(bounds) {
        for (int i = 0; i < first; ++i)
            first_ *= 10;
    }

    void add(double value) {
        double bound = first_;
        std::size_t bucket = 0;
        while (bucket < bounds_ && value > bound) {
            bound *= 10;
            ++bucket;
        }
        ++counts_[bucket];
        sum_ += value;
    }

    // For a sample, so that it stands for all.
    void scale(double factor) {
        for (auto& count : counts_)
            count = static_cast<std::uint64_t>(std::llround(static_cast<double>(count) * factor));
        sum_ *= factor;
    }

    std::size_t bounds() const { return bounds_; }
    double bound(std::size_t i) const {
        double bound = first_;
        for (; i > 0; --i)
            bound *= 10;
        return bound;
    }
    // Values of at most bound(i); all of them for bounds().
    std::uint64_t up_to(std::size_t i) const {
        std::uint64_t sum = 0;
        for (std::size_t bucket = 0; bucket <= i; ++bucket)
            sum += counts_[bucket];
        return sum;
    }
    std::uint64_t count() const { return up_to(bounds_); }
    double sum() const { return sum_; }

    bool operator==(const DecadeHistogram&) const = default;

  private:
    std::size_t bounds_;
    double first_ = 1;
    std::array<std::uint64_t, most_bounds + 1> counts_{};  // not cumulative
    double sum_ = 0;
};

// The messages of one queue at one moment.
struct QueueShape {
    DecadeHistogram ages{1, 8};   // seconds, 10 to 10^8; from the future counts as 0
    DecadeHistogram sizes{3, 7};  // bytes, 1000 to 10^9

    bool operator==(const QueueShape&) const = default;
};

}  // namespace reputed::mta
