#pragma once

#include <string>

#include "checks/check.hpp"

namespace reputed::mta {

// Whether a listing is felt: what receivers said of this list within a day, half a sentence for the evidence. "" where
// the logs tell too little.
std::string list_blame(const Services& services, const std::string& list);

}  // namespace reputed::mta
