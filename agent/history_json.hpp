#pragma once

#include "agent/history.hpp"
#include "agent/json_text.hpp"

// Episodes and transitions as JSON, the same on the command line and in the API. Times are RFC 3339 in UTC.
namespace reputed {

Json episode_json(const Episode& episode, WallTime now);
Json transition_json(const Transition& transition);

}  // namespace reputed
