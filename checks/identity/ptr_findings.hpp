#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "checks/check.hpp"
#include "checks/identity/ptr.hpp"

// From what DNS said about an IP and its sender's hostname to findings: no DNS in here.
namespace reputed::identity {

// One IP and what the configuration says of it.
struct Identity {
    IpAddress address;
    std::string ip;
    std::string reverse;                 // the name that receivers ask
    std::vector<const Sender*> senders;  // in configuration order
    std::vector<std::string> hostnames;  // theirs; sorted, each once, none empty
    std::vector<std::string> domains;    // theirs; sorted, each once

    bool is_hostname(std::string_view name) const;
    bool is_own(std::string_view name) const;  // a hostname, or under one of the domains
    std::string wanted_name() const;           // what the PTR record should say, in a sentence
};

// A hostname with its addresses of both families.
struct HostAddresses {
    std::string hostname;
    Answer of_family;  // of the IP's family
    Answer of_other;
};

struct Seen {
    Answer reverse;
    std::vector<std::string> names;  // ptr_names(reverse)
    std::vector<ForwardName> forward;
    std::vector<HostAddresses> hosts;
    std::vector<std::pair<std::string, Answer>> misplaced;  // name in an own zone, its PTR answer
};

// The findings and holds; every one has the IP as subject.
Report judge(const Identity& identity, const Seen& seen);

}  // namespace reputed::identity
