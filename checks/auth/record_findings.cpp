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

}  // namespace reputed::record
