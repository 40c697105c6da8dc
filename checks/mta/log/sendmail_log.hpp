#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "checks/mta/log/dialect.hpp"

// Sendmail's log, through syslog:
//     Nov 21 18:10:00 mail sm-mta[4711]: 6ALIA0ab004711: to=<a@example.com>,<b@example.com>, delay=00:00:01,
//         xdelay=00:00:01, mailer=esmtp, pri=120313, relay=mx.example.com. [192.0.2.1], dsn=2.0.0, stat=Sent (OK)
// (one line), under the tags sendmail, sm-mta, sm-msp-queue and kin.
namespace reputed::mta {

std::unique_ptr<LogDialect> make_sendmail_log(std::int64_t now);
bool is_sendmail_log_line(std::string_view line);

}  // namespace reputed::mta
