#include "checks/auth/record_findings.hpp"

#include <algorithm>

namespace reputed::record {

Remarks grouped(const Remarks& remarks) {
    constexpr std::size_t longest_message = 1000;
    Remarks out;
    for (const auto& remark : remarks) {
        const auto same = std::find_if(out.begin(), out.end(),
                                       [&](const Remark& other) { return other.code == remark.code; });
        if (same == out.end()) {
            out.push_back(remark);
            continue;
        }
        same->severity = std::max(same->severity, remark.severity);
        if (same->message.size() < longest_message) same->message += "; " + remark.message;
    }
    return out;
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

}  // namespace reputed::record
