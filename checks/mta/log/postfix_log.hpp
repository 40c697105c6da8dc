#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "checks/mta/log/dialect.hpp"

// Postfix's log, through syslog or its own maillog_file:
//     Nov 21 18:10:00 mail postfix/smtp[4711]: 4fX0y95Tbbz2: to=<user@example.com>, relay=mx.example.com[192.0.2.1]:25,
//         delay=0.5, delays=0.1/0/0.2/0.2, dsn=2.0.0, status=sent (250 2.0.0 OK)                     (one line)
// The tag is SYSLOG_NAME/[SERVICE/]PROGRAM, and syslog_name may be anything ("postfix-out/smtp").
namespace reputed::mta {

std::unique_ptr<LogDialect> make_postfix_log(std::int64_t now);
bool is_postfix_log_line(std::string_view line);

}  // namespace reputed::mta
