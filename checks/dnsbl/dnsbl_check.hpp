#pragma once

#include <string>
#include <vector>

#include "checks/check.hpp"
#include "checks/dnsbl/sweep.hpp"

namespace reputed::dnsbl {

// The registered check `dnsbl`: one job a list, against every address or domain of every sender.
Check dnsbl_check();

// The domains that domain lists are asked about: envelope-from domains, EHLO names and their organizational
// domains.
std::vector<std::string> known_domains(const Settings& settings);

// One round of one list as findings and samples. Pure; used by the check after its sweep.
Report report_of(const List& list, const std::vector<Subject>& subjects, const Results& results,
                 std::chrono::system_clock::time_point now);

}  // namespace reputed::dnsbl
