#pragma once

#include <string>
#include <vector>

#include "checks/auth/dkim_signers.hpp"
#include "checks/check.hpp"

// Is the key behind each selector published, good, and the one that mail is signed with?
namespace reputed {

Check dkim_check();

namespace dkim {

extern const MetricInfo
    verdict_metric;  // reputed_dkim_verdict{domain,selector}: 0 ok .. 3 critical, -1 unknown

// The subject of a job is the name of the key record, SELECTOR._domainkey.DOMAIN, or the bare domain where no
// selector is known.
std::string record_name(std::string_view domain, std::string_view selector);

// A selector with the private keys that may be read to compare.
struct Selector {
    std::string domain;    // d=
    std::string selector;  // ""
    std::vector<std::string> key_files;
};

// Those of `domain`: of the configuration, and without any there those of the signers on this machine, which
// may sign for it with another domain.
std::vector<Selector> selectors_of(const Settings& settings, std::string_view domain, const Signers& signers);

// Everything about one selector.
Report examine(const Selector& selector, const Services& services);

}  // namespace dkim
}  // namespace reputed
