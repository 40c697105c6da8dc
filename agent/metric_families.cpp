#include "agent/metric_families.hpp"

#include <utility>

#include "agent/agent.hpp"
#include "agent/budget_metrics.hpp"
#include "agent/dns_metrics.hpp"
#include "agent/metrics.hpp"
#include "agent/notify_report.hpp"
#include "agent/picture.hpp"
#include "agent/process_metrics.hpp"
#include "agent/store_health.hpp"
#include "agent/web/probe.hpp"

namespace reputed {

std::vector<MetricGroup> metric_families() {
    std::vector<MetricGroup> groups;
    for (const auto& check : all_checks())
        if (!check.metrics.empty())
            groups.push_back({std::string(check.name), std::string(check.help), check.metrics});
    groups.push_back({"reputation",
                      "What the open findings about an address come to.",
                      {&reputation_score, &reputation_level, &reputation_deduction}});
    groups.push_back({"agent", "The agent's own work, and what its checks found.", snapshot_metrics()});
    groups.push_back({"transitions", "What the agent tells of.", transition_metrics()});
    auto probe = probe_target_metrics();
    for (const auto* metric : probe_metrics())
        probe.push_back(metric);
    groups.push_back(
        {"probe", "What `/probe` answers beside all that has the label `ip`.", std::move(probe)});
    groups.push_back({"notify", "How the notifiers do.", notify_metrics()});
    groups.push_back({"store", "The agent's memory on disk.", store_metrics()});
    groups.push_back({"budget", "What operators of lists allow, and what was used of it.", budget_metrics()});
    groups.push_back({"dns", "The agent's questions to its resolver.", dns_metrics(), dns_histograms()});
    groups.push_back(
        {"process", "The process, under the names that Prometheus clients share.", process_metrics()});
    return groups;
}

}  // namespace reputed
