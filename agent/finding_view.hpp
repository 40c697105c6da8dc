#pragma once

#include <optional>
#include <string>

#include "agent/ledger_entry.hpp"

// How readers see what the jobs say of one finding.
namespace reputed {

// Names a finding in a map: code, subject, object, drill; lengths in front, so that no text can make two keys one.
std::string identity_of(const std::string& code, const std::string& subject, const std::string& object,
                        bool drill);
std::string identity_of(const Finding& finding);

// The observations that are confirmed, or those that are not, as one finding; nothing where there is none.
std::optional<OpenFinding> merged(const LedgerEntry& entry, bool confirmed);
OpenFinding view_of(const Observation& observation);

}  // namespace reputed
