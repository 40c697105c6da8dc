#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "checks/mta/log/dialect.hpp"

// qmail-send's log (netqmail, notqmail, indimail), of multilog, s6-log, svlogd or splogger:
//     @4000000066f1a2b4123456cc starting delivery 5: msg 4711 to remote user@example.com
//     2026-11-21 18:10:00.123456789 delivery 5: success: 192.0.2.1_accepted_message./Remote_host_said:_250_OK/
//     Nov 21 18:10:00 mail qmail: 1795255800.123456 delivery 6: deferral: Sorry,_I_wasn't_able_to_..._(#4.4.1)/
// and the refusals of rblsmtpd, tcpserver, spamdyke and CHKUSER where they stand in the same log.
namespace reputed::mta {

std::unique_ptr<LogDialect> make_qmail_log(std::int64_t now);
bool is_qmail_log_line(std::string_view line);

}  // namespace reputed::mta
