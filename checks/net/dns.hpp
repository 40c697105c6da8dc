#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/ip_address.hpp"

namespace reputed {

enum class RecordType : std::uint16_t {
    a = 1,
    ns = 2,
    cname = 5,
    soa = 6,
    ptr = 12,
    mx = 15,
    txt = 16,
    aaaa = 28
};
std::string_view to_string(RecordType type);

struct Question {
    std::string name;  // presentation format (RFC 1035 section 5.1), with or without trailing dot
    RecordType type = RecordType::a;
};

// What became of a question. Only `ok`, `nodata` and `nxdomain` are statements about the name.
enum class Outcome : std::uint8_t {
    ok,         // at least one record of the type asked
    nodata,     // the name exists, the type does not (RFC 2308 section 2.2)
    nxdomain,   // the name does not exist
    servfail,   // RCODE 2, or any RCODE that is none of the others
    refused,    // RCODE 5
    timeout,    // no answer within all tries, or the deadline passed
    malformed,  // an answer that does not parse, or FORMERR
    invalid,  // never sent: the name cannot be a DNS name (label over 63, name over 255 octets, empty label)
    cancelled,  // never finished: the caller asked to stop
};
std::string_view to_string(Outcome outcome);

struct Record {
    IpAddress address;             // A, AAAA
    std::uint16_t preference = 0;  // MX
    std::uint16_t pieces = 1;      // TXT: how many character-strings it had on the wire
    // MX, PTR, NS, CNAME: the target name in presentation format, lower case, no trailing dot ("" = the
    // root). TXT: the character-strings joined without separator, raw bytes.
    std::string text;
};

struct Answer {
    Outcome outcome = Outcome::timeout;
    std::vector<Record> records;       // of the type asked, in the order of the answer; only with Outcome::ok
    std::vector<std::string> aliases;  // CNAME targets that were followed, in order
    // Seconds that this answer may be kept: the least TTL of the records, or of a negative answer's SOA
    // (RFC 2308 section 5); 0 where there is none.
    std::uint32_t ttl = 0;

    bool definite() const { return outcome <= Outcome::nxdomain; }
};

// Whether `name` can be asked: labels of 1..63 octets, at most 253 in all (254 with the trailing dot),
// counted after unescaping (RFC 1035 section 3.1), none of them NUL.
bool is_valid_name(std::string_view name);

// ASCII lower case, the root's dot at the end removed (an escaped dot is part of the last label).
std::string normalized_name(std::string_view name);

// "2.0.0.127" or the 32 nibbles of RFC 3596 section 2.5, least significant first, without suffix or trailing
// dot.
std::string reversed(const IpAddress& address);
// The same with "in-addr.arpa" or "ip6.arpa".
std::string reverse_name(const IpAddress& address);
// Appends reversed(address) to `out`: for loops over many addresses.
void append_reversed(std::string& out, const IpAddress& address);

}  // namespace reputed
