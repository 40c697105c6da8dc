#pragma once

#include "checks/check.hpp"

namespace reputed::mta {

// The check `delivery`: what each MTA's log says about how receivers treat our mail. One subject an MTA whose log is
// followed; none where [mta] log is "none".
Check delivery_check();

}  // namespace reputed::mta
