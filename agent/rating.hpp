#pragma once

#include <cstddef>
#include <optional>

#include "checks/check.hpp"

// A number's level, with hysteresis, and the finding that a bad level is.
namespace reputed {

// Index into scale.levels. `before`: the level that the number had; a better one counts only once the number is past
// the bound by the hysteresis. `value` is not NaN.
std::size_t level_of(const LevelScale& scale, double value, std::optional<std::size_t> before);

// The first level with this severity: what a finding that is open says about the level before.
std::optional<std::size_t> level_with(const LevelScale& scale, Severity severity);

// Severity ok where the level is no finding.
Finding finding_of(const Rating& rating, std::size_t level);

}  // namespace reputed
