#pragma once

#include <cstddef>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "checks/auth/dmarc_record.hpp"
#include "checks/net/resolver.hpp"

// Which DMARC policy record applies to a domain: the tree walk of RFC 9989 section 4.10.
namespace reputed::dmarc {

// One name of the walk.
struct Place {
    std::string domain;                  // without "_dmarc."
    Answer answer;                       // of TXT at _dmarc.DOMAIN
    std::vector<std::string> records;    // those that begin with v=DMARC1, as published
    std::optional<PolicyRecord> policy;  // when there is exactly one
};

struct Discovery {
    std::vector<Place> places;       // the domain itself, then towards the root; at most 8, never none
    const Place* applied = nullptr;  // into places: where the policy comes from; nullptr: nowhere
    std::string organizational;      // RFC 9989 section 4.10.2
    // Some receivers still take the record of the domain one below the public suffix (RFC 7489 section 3.2)
    // and look nowhere else: they do not find the applied one.
    bool only_by_walk = false;
    bool complete = true;  // every name that could change `applied` was answered

    Discovery() = default;
    Discovery(Discovery&&) = default;
    Discovery& operator=(Discovery&&) = default;
};

// The names whose _dmarc is asked, the domain first.
std::vector<std::string> walked_names(std::string_view domain);

// `domain` lower case, no trailing dot. One batch of at most 8 questions.
Discovery discover(const std::string& domain, Resolver& resolver, const std::stop_token& stop);

// Whether an authenticated domain speaks for the From domain of `from` (RFC 9989 section 4.4). Relaxed, both
// need the same organizational domain, by the public suffix list or by the walk.
bool is_aligned(const std::string& domain, const std::string& author, const Discovery& from, bool strict,
                Resolver& resolver, const std::stop_token& stop);

}  // namespace reputed::dmarc
