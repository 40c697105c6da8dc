#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "checks/mta/log/event.hpp"

namespace reputed::mta {

// How one MTA writes its log. Made for one log, read from its beginning or from anywhere; keeps only bounded memory of
// earlier lines (qmail and Sendmail say one thing in several lines).
class LogDialect {
  public:
    virtual ~LogDialect() = default;

    // One line without its end, at most 64 KiB of it; any bytes. The fastest way out is for lines of others.
    virtual LineKind line(std::string_view text, LogSink& sink) = 0;
};

struct LogDialectInfo {
    std::string_view mta;  // "postfix"
    // `now`: stamps of RFC 3164 carry no year; the latest such moment up to a day after `now` (Unix seconds) is meant.
    // For a saved file it is when the file was last written; as_it_grows (syslog.hpp) for one that is followed.
    std::unique_ptr<LogDialect> (*make)(std::int64_t now);
    // This line can only be this MTA's. For telling what an unknown file is.
    bool (*recognises)(std::string_view line);
};

// One line an MTA: checks/mta/log/dialects.cpp.
std::span<const LogDialectInfo> log_dialects();
const LogDialectInfo* find_log_dialect(std::string_view mta);  // nullptr = none

}  // namespace reputed::mta
