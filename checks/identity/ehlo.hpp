#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "checks/check.hpp"
#include "checks/net/dns.hpp"
#include "config/mta_names.hpp"

// Whether the name that a mail server greets with (EHLO) is one that receivers accept, and the one that the
// configuration says: pure functions over what the MTA and DNS told.
namespace reputed::identity {

// Why a name must not stand behind EHLO (RFC 5321 section 4.1.1.1).
enum class EhloFault : std::uint8_t {
    none,
    local,   // localhost, or a name that the public DNS does not have
    syntax,  // an address, an address literal, a single label, or no host name at all
};
struct EhloName {
    EhloFault fault = EhloFault::none;
    std::string why;   // a clause that quotes the name; "" where nothing is wrong
    std::string name;  // lower case, no trailing dot, where nothing is wrong
};
EhloName ehlo_name(std::string_view text);

// How the mail server on this machine belongs to a host name of the configuration.
enum class Tie : std::uint8_t {
    none,      // it sends for others, or there is no such server
    possible,  // it sends for none of the configured host names, so it may be any of them
    certain,   // there is but one host name, or an interface of this machine has an address of its senders
};

// A name of the MTA that is not the host name of the configuration.
struct OtherName {
    EhloName name;
    std::string as_told;
    Answer a;  // asked only where nothing is wrong with the name
    Answer aaaa;
};

struct EhloSeen {
    std::string hostname;
    bool has_addresses = false;  // of its senders; then the check ptr looks at the addresses of the name
    Answer a;                    // of the hostname
    Answer aaaa;
    MtaNames mta;
    Tie tie = Tie::none;
    std::vector<OtherName> others;                       // empty where one of the MTA's names is the hostname
    std::vector<std::pair<IpAddress, Answer>> reverses;  // PTR of addresses of its senders; with others only
};

// Which of an MTA's names are not `hostname`; none where one of them is.
std::vector<std::string> other_names(const MtaNames& mta, std::string_view hostname);

// The findings and holds; every one has the hostname as subject.
Report judge_ehlo(const EhloSeen& seen);

}  // namespace reputed::identity
