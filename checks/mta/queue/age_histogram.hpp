#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace reputed::mta {

// How old the messages of a queue are, at one moment. The bounds part mail under way, greylisting, a restart at
// the other end, a day, and what is about to be given back.
struct AgeHistogram {
    // Seconds, each one's own age included; what is older falls behind the last.
    static constexpr std::array<std::int64_t, 8> bounds = {300,    1800,   3600,    14'400,
                                                           43'200, 86'400, 259'200, 432'000};

    std::array<std::uint64_t, bounds.size() + 1> counts{};  // not cumulative

    // A message from the future is as young as can be.
    void add(std::int64_t age, std::uint64_t messages = 1) {
        std::size_t bucket = 0;
        while (bucket < bounds.size() && age > bounds[bucket])
            ++bucket;
        counts[bucket] += messages;
    }
    void add(const AgeHistogram& other) {
        for (std::size_t i = 0; i < counts.size(); ++i)
            counts[i] += other.counts[i];
    }
    // Messages of at most bounds[bucket]; of any age for bounds.size().
    std::uint64_t up_to(std::size_t bucket) const {
        std::uint64_t sum = 0;
        for (std::size_t i = 0; i <= bucket && i < counts.size(); ++i)
            sum += counts[i];
        return sum;
    }
    std::uint64_t all() const { return up_to(bounds.size()); }

    bool operator==(const AgeHistogram&) const = default;
};

}  // namespace reputed::mta
