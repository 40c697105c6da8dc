#pragma once

#include "checks/check.hpp"

namespace reputed::mta {

// The check `sources`: what the logs tell about where our mail leaves from and which lists receivers blame, held against
// what DNS says about us. One subject an MTA, as the check `delivery` has them.
//
// delivery.source_unknown (subject the address, object the MTA): mail leaves from an address that no sender has.
// delivery.source_not_in_spf (subject the address, object the domain): and SPF does not cover it there.
// delivery.list_named (subject the list, object the MTA): a receiver blames a list that shows none of our addresses.
Check sources_check();

}  // namespace reputed::mta
