#include "agent/budget_metrics.hpp"

namespace reputed {
namespace {

const MetricInfo queries{"reputed_budget_queries",
                         SampleType::gauge,
                         "Questions asked of the operator of lists within the last 24 hours",
                         {"owner"}};
const MetricInfo limit{"reputed_budget_limit_queries",
                       SampleType::gauge,
                       "Questions that the operator of lists allows within 24 hours",
                       {"owner"}};
const MetricInfo refusals{"reputed_budget_refusals_total",
                          SampleType::counter,
                          "Rounds that were not begun because the operator's limit left no room",
                          {"owner"}};

}  // namespace

void add_budget_metrics(const std::vector<QueryBudget::Usage>& usage, Snapshot& snapshot) {
    for (const auto& one : usage) {
        snapshot.own.push_back({&queries, {one.owner}, static_cast<double>(one.used)});
        if (one.limit.per_day == 0) continue;
        snapshot.own.push_back({&limit, {one.owner}, static_cast<double>(one.limit.per_day)});
        snapshot.own.push_back({&refusals, {one.owner}, static_cast<double>(one.refused)});
    }
}

std::vector<const MetricInfo*> budget_metrics() {
    return {&queries, &limit, &refusals};
}

}  // namespace reputed
