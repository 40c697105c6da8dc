#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "checks/auth/report_uri.hpp"
#include "checks/auth/tag_list.hpp"

// The TXT record at _smtp._tls.DOMAIN: RFC 8460 section 3.
namespace reputed::tls_rpt {

struct ReportRecord {
    std::vector<record::ReportUri> reports;  // rua=, the good ones
    record::Tags tags;                       // v, rua, extensions
    record::Remarks remarks;

    bool valid() const { return !record::has_critical(remarks); }
    std::string to_string() const { return record::to_string(tags); }
    bool operator==(const ReportRecord& other) const { return tags == other.tags; }
};

ReportRecord parse_record(std::string_view text);

}  // namespace reputed::tls_rpt
