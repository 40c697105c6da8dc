#pragma once

#include <functional>
#include <vector>

#include "agent/probe_targets.hpp"
#include "agent/published.hpp"
#include "agent/web/server.hpp"

namespace reputed {

// /probe?target=ADDRESS&module=NAME, for a Prometheus that names the addresses: what the last snapshot knows of this one,
// at once. An address that is new is taken up, and pending until it was looked at. `news` is called, from the web server's
// thread, when there is something to take up. Both arguments must outlive the route.
Route probe_route(const Published& published, ProbeTargets& targets, std::function<void()> news);

// The families that it answers with beside those of /metrics that have a label "ip".
std::vector<const MetricInfo*> probe_metrics();

}  // namespace reputed
