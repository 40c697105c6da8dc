#pragma once

#include "checks/check.hpp"
#include "checks/mta/log/delivery_view.hpp"

namespace reputed::mta {

// Puts what SPF and DKIM say now beside the receiver's words, in each finding delivery.refused for missing
// authentication that is in `report`.
void explain_authentication(const DeliveryView& view, const Services& services, Report& report);

}  // namespace reputed::mta
