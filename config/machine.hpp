#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings.hpp"

// What this machine tells about itself, for the operator who has not written a [[sender]] yet. Asking
// (discover_machine) and concluding (everything else) are apart, so that conclusions are tested without a
// machine.
namespace reputed {

struct MachineFacts {
    std::string hostname;              // as it was told; "" when nothing tells
    std::string hostname_source;       // "Postfix (myhostname)"
    std::vector<IpAddress> addresses;  // interface_addresses()
};

// Of the interfaces that are up, in their order; unstable_addresses() left out.
std::vector<IpAddress> interface_addresses();

// Asks the MTA, the system and its interfaces. Bounded: each program that it runs gets 2 s.
MachineFacts discover_machine();

// The addresses in the text of /proc/net/if_inet6 that no mail server should send from or be known by:
// temporary (RFC 8981), deprecated, tentative, or found to be a duplicate (RFC 4862).
std::set<IpAddress> unstable_addresses(std::string_view if_inet6);

// The sender that the facts describe, and what they leave open in one sentence each.
struct DiscoveredSender {
    std::optional<Sender> sender;  // none when neither a host name nor an address is known
    std::vector<std::string> remarks;
};
DiscoveredSender sender_of(const MachineFacts& facts);

// See initial_settings() in config/settings.hpp.
std::string initial_settings(const MachineFacts& facts);

}  // namespace reputed
