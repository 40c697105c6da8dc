#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "agent/commands.hpp"
#include "agent/history.hpp"

namespace reputed {

// "30d" (ago), "2026-01-01" (midnight UTC) or "2026-01-01T12:30:00Z"; from 1970 to 2199.
std::optional<WallTime> parse_time(std::string_view text, WallTime now);

// The two largest units that are not zero: "3 d 4 h", "5 min", "12 s".
std::string human_duration(std::chrono::seconds duration);

// What the options ask for; nullopt with `problem` set where one of them says nothing that can be asked.
std::optional<HistoryQuery> history_query(const HistoryOptions& options, WallTime now, std::string& problem);

}  // namespace reputed
