#include "checks/check.hpp"

#include <algorithm>

namespace reputed {

Severity Report::verdict() const {
    Severity worst = Severity::ok;
    for (const auto& finding : findings)
        worst = std::max(worst, finding.severity);
    return worst;
}

}  // namespace reputed
