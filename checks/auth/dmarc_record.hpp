#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/auth/report_uri.hpp"
#include "checks/auth/tag_list.hpp"

// DMARC policy records: RFC 9989 sections 4.7 and 4.8, and what RFC 7489 section 6.3 had beside.
namespace reputed::dmarc {

enum class Policy : std::uint8_t { none, quarantine, reject };  // rising strength
std::string_view to_string(Policy policy);

struct PolicyRecord {
    // What receivers act on: `none` where p= is missing beside a good rua=.
    Policy policy = Policy::none;
    std::optional<Policy> subdomains;          // sp=
    std::optional<Policy> non_existent;        // np=
    bool strict_dkim = false;                  // adkim=s
    bool strict_spf = false;                   // aspf=s
    int percent = 100;                         // pct=, historic
    bool testing = false;                      // t=y
    char psd = 'u';                            // y, n or u
    std::vector<record::ReportUri> aggregate;  // rua=, the good ones
    std::vector<record::ReportUri> failure;    // ruf=, the good ones
    record::Tags tags;                         // what receivers take, canonical: p first, unknown ones last
    record::Remarks remarks;

    bool valid() const { return !record::has_critical(remarks); }
    // For mail of an existing subdomain that has no record of its own.
    Policy for_subdomains() const { return subdomains.value_or(policy); }
    Policy for_non_existent() const { return non_existent.value_or(for_subdomains()); }
    std::string to_string() const { return record::to_string(tags); }
    bool operator==(const PolicyRecord& other) const { return tags == other.tags; }
};

PolicyRecord parse_record(std::string_view text);

// Whether receivers take this TXT text for a DMARC record at all: it begins with v=DMARC1.
bool is_dmarc(std::string_view text);
// Whether it was meant as one.
bool looks_like_dmarc(std::string_view text);

}  // namespace reputed::dmarc
