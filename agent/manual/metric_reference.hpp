#pragma once

#include <span>
#include <string>
#include <string_view>

#include "agent/metric_families.hpp"

// docs/metrics.md: every family with its labels, type, unit and when it is there.
namespace reputed::manual {

std::string metric_reference(std::span<const MetricGroup> groups);

// When the family has series, as a sentence; "" where nobody wrote it down.
std::string_view presence_of(std::string_view metric);

// What the names of Prometheus say of the unit: "seconds", "Unix time", "bytes", "0 to 1", or "".
std::string_view unit_of(std::string_view metric);

}  // namespace reputed::manual
