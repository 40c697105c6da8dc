#pragma once

#include <string_view>

#include "checks/check.hpp"
#include "checks/mta/queue/queue.hpp"

namespace reputed::mta {

// What an alias of metrics needs of Postfix's queues beside the check's own series. They are no series themselves
// (agent/alias_metrics.hpp makes histograms of them), and there are none of a queue that could not be read.
extern const MetricInfo
    showq_ages;  // {queue, le}: messages of at most `le` seconds; "sum": the sum of all ages
extern const MetricInfo showq_sizes;  // {queue, le}: the same in bytes
extern const MetricInfo showq_up;     // {}: whether the queue could be read this time

void add_showq_samples(const QueueResult& result, Report& report);

}  // namespace reputed::mta
