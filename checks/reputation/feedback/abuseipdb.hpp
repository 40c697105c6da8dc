#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/reputation/feedback/source.hpp"

// AbuseIPDB, version 2 of its API: who has reported our addresses, one question an address.
namespace reputed::feedback {

// Metrics of an address: abuse_score (0 to 100), abuse_reports (in 90 days), abuse_last_report_timestamp_seconds.
//
// The free plan has 1,000 questions a day, which are spread over the readings of a day; where there are more addresses,
// they take turns. The memory holds the address that was asked for last.
Reading read_abuseipdb(const Context& context);
std::vector<Judgement> abuseipdb_judgements();

namespace abuseipdb {

struct Answer {
    int score = 0;
    std::int64_t reports = 0;
    std::int64_t reporters = 0;
    std::optional<WallTime> last_report;
    bool allowed = false;   // on the service's own list of good addresses
    bool is_public = true;  // of others nothing is known
    bool operator==(const Answer&) const = default;
};

// What the answer about this address says; on nothing `problem` tells why.
std::optional<Answer> read_answer(std::string_view body, const IpAddress& address, std::string& problem);

// "2018-12-20T20:55:14+00:00" (RFC 3339); nothing before 1970 or after 9999.
std::optional<WallTime> parse_rfc3339(std::string_view text);

}  // namespace abuseipdb
}  // namespace reputed::feedback
