#pragma once

#include <optional>
#include <vector>

#include "checks/check.hpp"
#include "checks/dnsbl/sweep.hpp"

namespace reputed::dnsbl {

// What one list's round (results of that list alone) means for the operator:
// dnsbl.listed         (subject address or domain, object list)
// neighbourhood.listed (subject address, object list) in its place, where the list lists networks or providers
// dnsbl.score          (subject address, object list), as a rating: of a score list that has levels
// dnsbl.unknown_code   (the same): the list said something that it does not document
// dnsbl.list_broken, dnsbl.list_silent, dnsbl.list_refused  (subject list)
// dns.resolver_refused (subject "resolver"): one finding, however many lists say so
void add_findings(const List& list, const std::vector<Subject>& subjects, const Results& results,
                  Report& report);

// budget.exhausted (subject the operator): the list was not asked, since its operator's limit leaves no room; the detail
// of `health` says how much.
Finding exhausted_finding(const List& list, const ListHealth& health);

// How much it matters that this list is not usable: what it would have said is unknown where it counts.
Severity severity_of(const List& list, const ListHealth& health);

// What the list would be said to have found about the subject with the first code that it documents for a listing: a
// drill. Nothing where it is no list that lists, or does not take the subject.
std::optional<Finding> drill_finding(const List& list, const Subject& subject);

}  // namespace reputed::dnsbl
