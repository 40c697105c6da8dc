#pragma once

#include <string>
#include <string_view>

// The public suffix list of the system (libpsl). Names are lower case, A-labels, without a trailing dot.
namespace reputed {

// The name one label below the public suffix (RFC 7489 section 3.2): "mail.example.co.uk" gives "example.co.uk".
// "" where there is none: a public suffix itself, or no host name.
std::string organizational_domain(std::string_view name);

// The entry of the list's *private* section that `name` lies under: "box.synology.me" gives "synology.me". Whoever
// sends from there shares its reputation with strangers. "" when there is none, or `name` is the entry itself.
std::string private_suffix(std::string_view name);

}  // namespace reputed
