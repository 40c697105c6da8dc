#pragma once

#include <string>
#include <vector>

#include "checks/check.hpp"

namespace reputed {

// CPU time, resident memory, start time and file descriptors of this process under the names that Prometheus
// clients share (process_...), as text format 0.0.4. Made anew at most once a second. What /proc does
// not tell is left out.
std::string render_process_metrics();

std::vector<const MetricInfo*> process_metrics();  // its families

}  // namespace reputed
