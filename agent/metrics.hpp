#pragma once

#include <string>
#include <vector>

#include "agent/probe_index.hpp"
#include "agent/snapshot.hpp"

namespace reputed {

// Everything that a snapshot tells Prometheus, as text format 0.0.4: what the checks measured and what the
// agent knows of itself (build, senders, findings, jobs, configuration). The process's own figures change
// with every scrape and are not in it (agent/process_metrics.hpp), nor is what /probe answers.
std::string render_metrics(const Snapshot& snapshot, const ProbeIndex& probes = {});

extern const MetricInfo ip_info;  // the sender and its EHLO name that an address belongs to

// The families that it adds to those of the checks and of Snapshot::own.
std::vector<const MetricInfo*> snapshot_metrics();

}  // namespace reputed
