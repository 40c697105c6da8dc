#pragma once

#include <string>
#include <string_view>

// Where reports are sent to: rua= and ruf= of DMARC (RFC 9989 section 4.6), rua= of TLS-RPT (RFC 8460
// section 3).
namespace reputed::record {

struct ReportUri {
    std::string text;    // scheme lower case, the size left out
    std::string scheme;  // lower case
    std::string size;    // what follows "!", DMARC only: "10m"
    std::string domain;  // of mailto: the domain of the address, lower case
    std::string error;   // "" when it is a URI; else why not, as the end of a sentence

    std::string to_string() const { return size.empty() ? text : text + '!' + size; }
    bool operator==(const ReportUri&) const = default;
};

ReportUri parse_report_uri(std::string_view text);

}  // namespace reputed::record
