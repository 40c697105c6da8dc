#pragma once

#include <vector>

#include "agent/probe_index.hpp"
#include "agent/snapshot.hpp"

// What the agent knows, under the names of other exporters ([metrics] aliases), for dashboards and alerts that exist.
// What could not be told is not published: neither a listing that is not sure nor a 0 in its place.
namespace reputed {

struct AliasSeries {
    std::vector<Sample> samples;
    std::vector<HistogramSample> histograms;
};

// Of the exporters that the snapshot's settings name; addresses that `probes` hides are left out.
AliasSeries alias_metrics(const Snapshot& snapshot, const ProbeIndex& probes);

// A sample that checks hand over for an alias alone: it is no series of its own.
bool is_alias_material(const Sample& sample);

// luzilla_rbls_* of github.com/Luzilla/dnsbl_exporter 0.7 and later, whose names and labels have been the same since 0.1.
void add_dnsbl_exporter(const Snapshot& snapshot, const ProbeIndex& probes, AliasSeries& out);
// postfix_showq_* and postfix_up of github.com/kumina/postfix_exporter 0.3 and of its successor, github.com/Hsn723.
void add_postfix_exporter(const Snapshot& snapshot, AliasSeries& out);

}  // namespace reputed
