#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "checks/mta/log/log_places.hpp"
#include "checks/mta/log/log_source.hpp"

namespace reputed::mta {

// Follows the log at this place: from `cursor` on, or without one from at most `first_look` bytes before its present end,
// so that the last hours are known at once.
std::unique_ptr<LogSource> open_log_source(const LogPlace& place, const std::optional<LogCursor>& cursor,
                                           std::uint64_t first_look);

}  // namespace reputed::mta
