#pragma once

#include "checks/auth/spf_audit.hpp"

namespace reputed::spf {

// Fills in Audit::proposal and Audit::flattened from the rest. Each record is evaluated as if it were published
// already, so that what it proposes covers every sender. `answers` are those of the audit.
void propose(const Run& run, Answers& answers, Audit& audit);

}  // namespace reputed::spf
