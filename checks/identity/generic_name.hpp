#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "config/ip_address.hpp"

namespace reputed::identity {

// Why a name looks like one that a provider hands to every customer. Receivers take such names for end-user
// lines and refuse or distrust mail from them.
struct GenericName {
    enum class Sign : std::uint8_t {
        address,          // the whole address, in any of the usual spellings, or another address in its place
        part_of_address,  // some of its octets or its network prefix
        provider_default,  // a zone that holds nothing but default names
        line_word,         // a word for a kind of access line: dsl, dhcp, pool
    };
    Sign sign = Sign::address;
    std::string reason;  // completes "NAME ...": `contains the word "dsl"`
};

// Judges the PTR target `name` of `address`. Names of any length and content are accepted; nullopt is the
// answer for what does not look like a host name. Words and parts of an address are read strictly, since a
// false alarm here makes an operator change a good name: a name that says it is a mail host (mail, mx, smtp,
// ...) is only generic by a whole address, and words count only left of the registered domain, as whole
// words.
std::optional<GenericName> generic_name(std::string_view name, const IpAddress& address);

}  // namespace reputed::identity
