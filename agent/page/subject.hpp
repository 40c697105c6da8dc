#pragma once

#include "agent/page/page.hpp"
#include "agent/page/parts.hpp"

// What the pages about an address and about a domain have in common.
namespace reputed::page {

// What there is instead of a page about something that nobody here knows. `what`: HTML.
Answer not_found(const View& view, std::string_view heading, std::string_view what);

// Open findings, drills left out, that speak of this name or of a network around it; worst first.
std::vector<const OpenFinding*> findings_about(const Snapshot& snapshot, std::string_view name);
Severity worst_of(const std::vector<const OpenFinding*>& findings);

// Each list's word about it: state, since when, last answer, what the list said, where to look it up.
std::string lists_table(const View& view, std::string_view target, bool is_domain);

// The operator's page about this subject; "" where there is none.
std::string lookup_of(const List& list, std::string_view subject);

}  // namespace reputed::page
