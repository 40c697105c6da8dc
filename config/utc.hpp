#pragma once

#include <chrono>
#include <cstdint>
#include <string>

// Points of time in UTC, as texts.
namespace reputed {

// As strftime() writes it; "" past the years that it knows.
std::string utc_text(std::chrono::system_clock::time_point time, const char* format);
// The same for times of others, in seconds since 1970, which may lie where the clock's nanoseconds do not reach.
std::string utc_text(std::int64_t seconds, const char* format);

// "2026-11-21T09:14:00Z" (RFC 3339 section 5.6)
std::string rfc3339(std::chrono::system_clock::time_point time);

}  // namespace reputed
