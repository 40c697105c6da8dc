#pragma once

#include <vector>

#include "agent/snapshot.hpp"
#include "checks/net/cares_resolver.hpp"

namespace reputed {

// The resolver's own figures as samples of the snapshot; every outcome is there from the start, at 0.
void add_dns_metrics(const DnsStatistics& statistics, Snapshot& snapshot);

std::vector<const MetricInfo*> dns_metrics();     // the families of its samples
std::vector<const MetricInfo*> dns_histograms();  // and of its histograms

}  // namespace reputed
