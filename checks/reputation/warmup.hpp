#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>

#include "config/settings.hpp"

// How much an address may send while receivers get to know it.
namespace reputed::warmup {

using Day = std::chrono::sys_days;  // UTC

// 35 days, from 50 messages to 100,000, each a quarter above the one before.
std::span<const std::uint64_t> builtin_plan();

// Where a warm-up stands on one day.
struct Stage {
    std::int64_t day = 0;       // 1 on the first; 0 and less before it
    std::uint64_t planned = 0;  // messages of that day and of one address; 0 before the first
};
// Nothing: the sender has no warm-up, or its plan is over.
std::optional<Stage> stage(const Sender& sender, Day day);

// Above the plan by more than a fifth and by 20 messages.
bool is_over(std::uint64_t sent, std::uint64_t planned);

}  // namespace reputed::warmup
