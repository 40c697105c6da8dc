#pragma once

#include <optional>
#include <string>
#include <vector>

#include "checks/auth/spf_judge.hpp"
#include "checks/auth/spf_tree.hpp"

// Addresses that SPF authorises although no configured sender uses them: servers of the past, which may be
// somebody else's today.
namespace reputed::spf {

struct UnusedTerm {
    std::string domain;  // whose record has it: the domain itself, or one of the same organisation
    std::string record;  // that record
    Term term;
    std::string written;
    std::vector<IpNetwork> networks;  // what it covers; of a name at most 10
    bool nothing = false;             // a or mx whose name has no address at all
};

// What speaks for a term, so that it is not unused: an address of any configured sender, of the host name of a
// sender of this domain, of the domain itself or of its mail exchangers within what it covers; or `a` and `mx`
// that name the domain or the organizational domain above it, or `a` one of its mail exchangers: those follow
// the DNS of a name that is in use, and are not forgotten as an address is.
//
// Empty when no sender of this domain has an address or a host name: then nothing is known about who sends.
// Where DNS does not answer a hold says so. At most 500 terms are looked at.
std::vector<UnusedTerm> unused_terms(const Run& run, Answers& answers, const LookupTree& tree,
                                     std::vector<Hold>& holds);

// The networks that a or mx stand for; nullopt when DNS does not say, or when it depends on the message.
std::optional<std::vector<IpNetwork>> networks_of(const Run& run, Answers& answers, const std::string& domain,
                                                  const Term& term);

}  // namespace reputed::spf
