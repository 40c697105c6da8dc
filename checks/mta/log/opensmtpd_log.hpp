#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "checks/mta/log/dialect.hpp"

// OpenSMTPD's log, through syslog or from `smtpd -d`:
//     Nov 21 18:10:00 mail smtpd[4711]: 5df87c9ffd0e785d mta delivery evpid=f6e94209918f7e7b from=<a@example.org>
//         to=<b@example.com> rcpt=<-> source="192.0.2.1" relay="198.51.100.1 (mx.example.com)" delay=2s result="Ok"
//         stat="250 2.0.0 OK"                                                                          (6.4 on)
//     ... smtpd[4711]: 5df87c9ffd0e785d mta event=delivery evpid=...                                 (5.9 to 6.3)
//     ... smtpd[4711]: relay: Ok for f6e94209918f7e7b: session=..., from=<a@example.org>, ...        (before)
namespace reputed::mta {

std::unique_ptr<LogDialect> make_opensmtpd_log(std::int64_t now);
bool is_opensmtpd_log_line(std::string_view line);

}  // namespace reputed::mta
