#include "checks/auth/dkim_check.hpp"
#include "checks/auth/dmarc_check.hpp"
#include "checks/auth/spf_check.hpp"
#include "checks/check.hpp"
#include "checks/dnsbl/dnsbl_check.hpp"
#include "checks/identity/ptr_check.hpp"
#include "checks/mta/queue_check.hpp"

namespace reputed {

std::span<const Check> all_checks() {
    static const Check checks[] = {
        dnsbl::dnsbl_check(), identity::ptr_check(), spf_check(),
        dkim_check(),         dmarc_check(),         mta::queue_check(),
    };
    return checks;
}

}  // namespace reputed
