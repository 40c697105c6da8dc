#pragma once

#include <string>
#include <string_view>

#include "checks/auth/tag_list.hpp"

// The TXT record at _mta-sts.DOMAIN: RFC 8461 section 3.1.
namespace reputed::mta_sts {

struct StsRecord {
    std::string id;     // "" when it is missing or bad
    record::Tags tags;  // v, id, extensions
    record::Remarks remarks;

    bool valid() const { return !record::has_critical(remarks); }
    std::string to_string() const { return record::to_string(tags); }
    bool operator==(const StsRecord& other) const { return tags == other.tags; }
};

StsRecord parse_record(std::string_view text);

}  // namespace reputed::mta_sts
