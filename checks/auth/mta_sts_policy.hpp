#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "checks/auth/tag_list.hpp"

// The policy file at https://mta-sts.DOMAIN/.well-known/mta-sts.txt: RFC 8461 section 3.2.
namespace reputed::mta_sts {

enum class Mode : std::uint8_t { none, testing, enforce };
std::string_view to_string(Mode mode);

struct StsPolicy {
    Mode mode = Mode::none;
    std::vector<std::string> mx;  // lower case, "*." at the front of a wildcard
    std::uint32_t max_age = 0;    // seconds, at most 31,557,600
    record::Remarks remarks;

    bool valid() const { return !record::has_critical(remarks); }
    bool covers(std::string_view host) const;  // RFC 8461 section 4.1; `host` lower case, no trailing dot
    std::string to_string() const;             // the file, lines ended by CRLF
    record::Tags tags() const;                 // as record::examine() shows it, mx joined by spaces
    bool operator==(const StsPolicy& other) const {
        return mode == other.mode && mx == other.mx && max_age == other.max_age;
    }
};

StsPolicy parse_policy(std::string_view text);

}  // namespace reputed::mta_sts
