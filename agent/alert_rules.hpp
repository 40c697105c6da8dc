#pragma once

#include <string>
#include <vector>

#include "agent/snapshot.hpp"

// What the configuration says about a finding, beside what the check says.
namespace reputed {

// The names of the senders that it concerns: those with the address, name or domain that it is about. Empty: it is
// about the agent or its surroundings, a list or the resolver for instance.
std::vector<std::string> senders_of(const Finding& finding, const Settings& settings);

// [[severity]]; ok: no finding at all.
Severity severity_here(const Finding& finding, const Settings& settings);

// [[mute]]: the rule that fits and has not ended; else null. A drill is never muted.
const MuteRule* mute_of(const Finding& finding, const Settings& settings, WallTime now);

}  // namespace reputed
