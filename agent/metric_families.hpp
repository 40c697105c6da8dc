#pragma once

#include <string>
#include <vector>

#include "checks/check.hpp"

namespace reputed {

// Families that belong together: those of a check, or of a part of the agent.
struct MetricGroup {
    std::string name;  // the check's, or a word of its kind
    std::string help;  // one sentence
    std::vector<const MetricInfo*> metrics;
    std::vector<const MetricInfo*> histograms{};
};

// Every family that /metrics may hold, each once: the checks in the order of their table, then the agent's own. What
// `[metrics] aliases` publishes under the names of other programs is not in it.
std::vector<MetricGroup> metric_families();

}  // namespace reputed
