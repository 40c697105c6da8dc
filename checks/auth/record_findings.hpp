#pragma once

#include "checks/auth/tag_list.hpp"

// What the checks of published records share.
namespace reputed::record {

// One remark a code, messages joined, the worst severity: a finding is known by its code.
Remarks grouped(const Remarks& remarks);

}  // namespace reputed::record
