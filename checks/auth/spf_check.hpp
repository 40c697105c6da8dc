#pragma once

#include "checks/check.hpp"

// Does the SPF record of each envelope-from domain cover every address that its senders send from?
namespace reputed {

Check spf_check();

namespace spf {

extern const MetricInfo verdict_metric;  // reputed_spf_verdict{domain,ip}: 0 ok .. 3 critical, -1 unknown
extern const MetricInfo lookups_metric;  // reputed_spf_lookups{domain}

}  // namespace spf
}  // namespace reputed
