#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "checks/mta/log/dialect.hpp"

// Exim's mainlog, and the same lines through syslog:
//     2026-11-21 18:10:00 1xMr2Z-000000005vi-1abc => user@example.com R=dnslookup T=remote_smtp
//         H=mx.example.com [192.0.2.1] X=TLS1.3:... CV=yes C="250 OK"                                (one line)
// with a zone, milliseconds and "[pid]" behind the stamp as log_selector has it, and message ids of before 4.97.
namespace reputed::mta {

std::unique_ptr<LogDialect> make_exim_log(std::int64_t now);
bool is_exim_log_line(std::string_view line);

}  // namespace reputed::mta
