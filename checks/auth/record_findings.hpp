#pragma once

#include "checks/auth/tag_list.hpp"

// What the checks of published records share.
namespace reputed::record {

// One remark a code, messages joined, the worst severity: a finding is known by its code.
Remarks grouped(const Remarks& remarks);

// The value of a *_verdict metric: 0 ok, 1 info, 2 warning, 3 critical, -1 unknown.
double verdict_value(Severity severity);

}  // namespace reputed::record
