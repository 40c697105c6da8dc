#pragma once

#include "agent/json_text.hpp"
#include "agent/snapshot.hpp"

namespace reputed {

// A finding as `reputed check` and the API tell it, with `since`.
Json finding_json(const OpenFinding& open);

// {"score","level","parts":[{"part","what","takes"}]}
Json reputation_json(const Reputation& reputation);

}  // namespace reputed
