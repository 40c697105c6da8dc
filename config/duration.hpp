#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

// Durations as the configuration writes them: a whole number and one unit, "500ms", "30s", "15m", "1h", "7d".
namespace reputed {

// At most 10,000 days; nothing else than the form above.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

// In the largest unit that needs no fraction. `value` is not negative.
std::string format_duration(std::chrono::milliseconds value);

}  // namespace reputed
