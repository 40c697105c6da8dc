#include "agent/snapshot.hpp"

#include <algorithm>

namespace reputed {

Severity Snapshot::verdict() const {
    Severity worst = Severity::ok;
    for (const auto& open : findings)
        worst = std::max(worst, open.finding.severity);
    return worst;
}

}  // namespace reputed
