#pragma once

#include <cstdint>
#include <string>

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

}  // namespace reputed
