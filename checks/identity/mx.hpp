#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "checks/check.hpp"
#include "checks/net/dns.hpp"

// What the MX records of an envelope-from domain say, and whether bounces can be delivered to it: pure
// functions over DNS answers.
namespace reputed::identity {

// Of the mail exchangers those that are looked at, lowest preference first. Senders try no more of them:
// Postfix five addresses, and SPF's mechanism mx allows ten names (RFC 7208 section 4.6.4).
inline constexpr std::size_t max_mx_hosts = 16;

struct MxTarget {
    std::uint16_t preference = 0;
    std::string name;  // lower case, no trailing dot; "" = the root

    bool is_null() const { return name.empty(); }  // RFC 7505 section 3
};

struct MxTargets {
    std::vector<MxTarget> targets;      // each name once with its lowest preference; by preference, then name
    std::vector<std::string> repeated;  // names that stood there more than once; sorted, each once
};
MxTargets mx_targets(const Answer& mx);

// An address where a host name belongs, bare or in the brackets of RFC 5321 section 4.1.3.
bool is_address_literal(std::string_view name);

// A mail exchanger with the answers for its addresses. Nobody asks for those of the root or of a literal.
struct MxHost {
    MxTarget target;
    Answer a;
    Answer aaaa;
};

struct MxSeen {
    std::string domain;
    bool sends_over_ipv6 = false;  // one of its senders has an IPv6 address
    Answer mx;
    Answer a;  // of the domain itself
    Answer aaaa;
    MxTargets targets;          // mx_targets(mx)
    std::vector<MxHost> hosts;  // the first max_mx_hosts of them
};

// The findings and holds; every one has the domain as subject.
Report judge_mx(const MxSeen& seen);

}  // namespace reputed::identity
