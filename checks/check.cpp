#include "checks/check.hpp"

#include <algorithm>

namespace reputed {

Severity Report::verdict() const {
    Severity worst = Severity::ok;
    for (const auto& finding : findings)
        worst = std::max(worst, finding.severity);
    return worst;
}

double verdict_value(Severity severity) {
    switch (severity) {
        case Severity::ok:
            return 0;
        case Severity::info:
            return 1;
        case Severity::warning:
            return 2;
        case Severity::critical:
            return 3;
        case Severity::unknown:
            return -1;
    }
    return -1;
}

}  // namespace reputed
