#pragma once

#include "checks/auth/dmarc_discovery.hpp"
#include "checks/check.hpp"

// Which DMARC policy do receivers find for each domain, does it do what it should, and does the mail that its
// senders really send pass it?
namespace reputed {

Check dmarc_check();

namespace dmarc {

extern const MetricInfo verdict_metric;  // reputed_dmarc_verdict{domain}: 0 ok .. 3 critical, -1 unknown

// The parts of the check; each adds its findings about `domain` to the report.

// The record itself.
void report_policy(Report& report, const std::string& domain, const Discovery& found);
// Whether reports reach the addresses outside: RFC 9990 section 4 (RFC 7489 section 7.1).
void report_destinations(Report& report, const std::string& domain, const Place& place,
                         const Services& services);
// Whether SPF or DKIM passes in the name of the domain for the mail of each sender.
void report_alignment(Report& report, const std::string& domain, const Discovery& found,
                      const Services& services);

}  // namespace dmarc
}  // namespace reputed
