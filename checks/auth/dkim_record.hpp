#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/auth/dkim_key.hpp"
#include "checks/auth/tag_list.hpp"

// DKIM key records: RFC 6376 section 3.6.1, with RFC 8301 (sizes, hashes) and RFC 8463 (Ed25519).
namespace reputed::dkim {

struct KeyRecord {
    std::string key_type = "rsa";       // k=, lower case
    std::vector<std::string> hashes;    // h=, lower case; empty: all
    std::vector<std::string> services;  // s=, lower case; empty: all
    std::vector<std::string> flags;     // t=, lower case
    std::string notes;                  // n=, as written
    bool revoked = false;               // p= is there and empty
    std::optional<PublicKey> key;       // none where p= is missing, empty or broken
    record::Tags tags;  // as read, values canonical; in the order of the RFC, unknown ones last
    record::Remarks remarks;

    bool testing() const;  // t=y
    bool strict() const;   // t=s
    // Whether a receiver takes a statement from it: a key to verify with, or that the key is revoked.
    bool valid() const { return !record::has_critical(remarks); }
    std::string to_string() const { return record::to_string(tags); }
    bool operator==(const KeyRecord& other) const { return tags == other.tags && key == other.key; }
};

KeyRecord parse_record(std::string_view text);

// The same record without the flag t=y.
std::string without_testing(const KeyRecord& record);

}  // namespace reputed::dkim
