#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "checks/dnsbl/sweep.hpp"
#include "config/severity.hpp"

// Whether the trouble of an address is its own or that of the network around it: what lists of single addresses say
// about its neighbours.
namespace reputed::dnsbl {

// The /24 around an IPv4 address, all 256 of it. Of an IPv6 address's /48 the 64 networks of /64 in the /58 around it:
// all 65,536 would be more than any list allows, and hosters give neighbouring /64s to neighbouring customers. Lists hold
// /64s there, so one address stands for each: that with the host part 1, or the address itself in its own.
struct Neighbourhood {
    IpNetwork network;               // the /24 or the /48
    std::vector<Subject> addresses;  // rising, the address itself among them
    std::size_t own = 0;             // where it stands
};
Neighbourhood neighbourhood_of(const IpAddress& address);

// What one list says, or all of them together, of which one that lists an address suffices.
struct NeighbourCount {
    std::size_t asked = 0;            // addresses about which there was a definite answer, the own one counts
    std::optional<bool> own;          // whether the address itself is listed; nullopt: could not tell
    std::vector<std::size_t> listed;  // the neighbours that are: indices into Neighbourhood::addresses
    std::size_t policy = 0;           // of those, listed for the kind of address alone

    std::size_t neighbours() const { return asked - (own ? 1 : 0); }  // those with a definite answer
};

struct NeighbourhoodVerdict {
    std::vector<NeighbourCount> lists;  // one a list
    NeighbourCount all;
    // ok, warning where the address is listed or more than a tenth of its neighbours are, or unknown.
    Severity severity = Severity::unknown;
    std::string conclusion;  // one sentence without a full stop
};

// `subjects[i]` is where neighbourhood.addresses[i] stands in the results of a sweep of so many lists.
NeighbourhoodVerdict judge_neighbourhood(const Neighbourhood& neighbourhood,
                                         const std::vector<std::size_t>& subjects, std::size_t lists,
                                         const Results& results);

// Why a list that lists addresses is not asked so many questions at once, or "": a tenth of what its operator allows a
// day is the most.
std::string too_many_questions(const List& list, std::size_t questions);

}  // namespace reputed::dnsbl
