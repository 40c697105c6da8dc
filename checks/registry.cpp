#include "checks/auth/dkim_check.hpp"
#include "checks/auth/dmarc_check.hpp"
#include "checks/auth/spf_check.hpp"
#include "checks/check.hpp"
#include "checks/dnsbl/dnsbl_check.hpp"
#include "checks/identity/ehlo_check.hpp"
#include "checks/identity/mx_check.hpp"
#include "checks/identity/ptr_check.hpp"
#include "checks/identity/shared_name_check.hpp"
#include "checks/mta/log/delivery_check.hpp"
#include "checks/mta/log/sources_check.hpp"
#include "checks/mta/queue/queue_check.hpp"
#include "checks/reputation/feedback/feedback_check.hpp"
#include "checks/reputation/volume_check.hpp"

namespace reputed {

std::span<const Check> all_checks() {
    static const Check checks[] = {
        // clang-format off: one line a check
        dnsbl::dnsbl_check(),
        identity::ptr_check(),
        identity::ehlo_check(),
        identity::mx_check(),
        identity::shared_name_check(),
        spf_check(),
        dkim_check(),
        dmarc_check(),
        mta::queue_check(),
        mta::delivery_check(),
        mta::sources_check(),
        feedback::feedback_check(),
        volume::volume_check(),
        // clang-format on
    };
    return checks;
}

}  // namespace reputed
