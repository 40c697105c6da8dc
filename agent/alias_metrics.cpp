#include "agent/alias_metrics.hpp"

#include "checks/mta/queue/showq_samples.hpp"
#include "config/metric_alias.hpp"

namespace reputed {

AliasSeries alias_metrics(const Snapshot& snapshot, const ProbeIndex& probes) {
    AliasSeries series;
    if (!snapshot.settings) return series;
    const auto& settings = snapshot.settings->metrics;
    if (publishes(settings, "dnsbl_exporter")) add_dnsbl_exporter(snapshot, probes, series);
    if (publishes(settings, "postfix_exporter")) add_postfix_exporter(snapshot, series);
    return series;
}

bool is_alias_material(const Sample& sample) {
    return sample.metric == &mta::showq_ages || sample.metric == &mta::showq_sizes ||
           sample.metric == &mta::showq_up;
}

}  // namespace reputed
