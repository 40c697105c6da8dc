#pragma once

#include <string>
#include <string_view>

#include "checks/auth/tag_list.hpp"

// BIMI assertion records, at SELECTOR._bimi.DOMAIN: draft-brand-indicators-for-message-identification
// section 4.2.
namespace reputed::bimi {

struct AssertionRecord {
    std::string location;   // l=: the indicator; "" where there is none
    std::string authority;  // a=: the evidence document; "" where there is none
    bool declined = false;  // l= and a= both empty: the domain wants no indicator shown
    record::Tags tags;      // v, l, a, avp, lps, unknown ones
    record::Remarks remarks;

    bool valid() const { return !record::has_critical(remarks); }
    std::string to_string() const { return record::to_string(tags); }
    bool operator==(const AssertionRecord& other) const { return tags == other.tags; }
};

AssertionRecord parse_record(std::string_view text);

}  // namespace reputed::bimi
