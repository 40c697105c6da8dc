#pragma once

#include <span>
#include <vector>

#include "agent/store.hpp"
#include "checks/check.hpp"

// Samples as the store keeps them, by name.
namespace reputed {

std::vector<StoredSample> to_stored(const std::vector<Sample>& samples);

// Those whose family a check still has, with as many labels, and whose address is still sent from.
std::vector<Sample> from_stored(std::vector<StoredSample>&& stored, std::span<const Check> checks,
                                const Settings& settings);

}  // namespace reputed
