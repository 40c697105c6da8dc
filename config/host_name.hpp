#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace reputed {

enum class NameUse : std::uint8_t {
    host,      // letters, digits and hyphens, at least two labels (RFC 952, RFC 1123 section 2.1)
    domain,    // the same, as a mail domain (RFC 5321 section 2.3.5)
    selector,  // DKIM: one label or more (RFC 6376 section 3.1); underscores are seen in the field
    zone,      // of a DNS list: underscores allowed, at least two labels
};

// Makes `name` lower case and takes a trailing dot off. Returns what is wrong with it, as a sentence without
// a full stop that quotes it, or "".
std::string normalize_name(std::string& name, NameUse use);

// A name that only this machine or its own network knows: "localhost", or one below a suffix that the public
// DNS does not have (RFC 6761 section 6, RFC 6762 appendix G, RFC 8375). Lower case, no trailing dot.
bool is_local_name(std::string_view name);

}  // namespace reputed
