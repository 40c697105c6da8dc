#pragma once

#include <map>
#include <string>
#include <vector>

#include "agent/outbox.hpp"
#include "checks/check.hpp"

namespace reputed {

// What the notifiers' figures say, as a check would say it: findings notify.failing and notify.dropped, one a notifier,
// and a series of each family a notifier. The findings are told to all notifiers like any other; to the failing one,
// too: as one entry that waits with the rest.
Report notify_report(const std::map<std::string, Outbox::Figures>& figures, WallTime now);

std::vector<const MetricInfo*> notify_metrics();  // every family that it may fill

}  // namespace reputed
