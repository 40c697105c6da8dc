#pragma once

#include "agent/snapshot.hpp"
#include "checks/net/cares_resolver.hpp"

namespace reputed {

// The resolver's own figures as samples of the snapshot; every outcome is there from the start, at 0.
void add_dns_metrics(const DnsStatistics& statistics, Snapshot& snapshot);

}  // namespace reputed
