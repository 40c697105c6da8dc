#pragma once

#include <string>

#include "checks/auth/spf_audit.hpp"

// What the findings of the SPF check share.
namespace reputed::spf {

// A finding about the domain with its records as evidence.
Finding finding_of(const Audit& audit, std::string code, std::string object, Severity severity,
                   std::string message);

// "Publish NAME. IN TXT ...", or `otherwise` when there is no record to propose.
std::string publish(const std::string& domain, const std::string& record, const std::string& otherwise = "");

// The domain's lookup tree as lines of evidence, at most 60.
std::string tree_evidence(const LookupTree& tree);

// What brings a record below the limit of 10.
std::string lookups_remedy(const Audit& audit);

// The first include that leads back to a record above it; nullptr when there is none.
const LookupNode* find_loop(const LookupTree& tree);

// Findings about the records themselves, whoever sends: their text, the records that they include, what they
// cost, and addresses that nobody uses.
void report_records(Report& report, const Audit& audit);

}  // namespace reputed::spf
