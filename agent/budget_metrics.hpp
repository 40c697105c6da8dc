#pragma once

#include <vector>

#include "agent/snapshot.hpp"
#include "checks/net/query_budget.hpp"

namespace reputed {

// What was asked of whom, and what of it is allowed, as samples of the snapshot.
void add_budget_metrics(const std::vector<QueryBudget::Usage>& usage, Snapshot& snapshot);

std::vector<const MetricInfo*> budget_metrics();  // every family that it may fill

}  // namespace reputed
