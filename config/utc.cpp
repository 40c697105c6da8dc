#include "config/utc.hpp"

#include <ctime>

namespace reputed {

std::string utc_text(std::int64_t seconds, const char* format) {
    const std::time_t time = seconds;
    std::tm parts{};
    if (gmtime_r(&time, &parts) == nullptr) return "";
    char text[64];
    return {text, std::strftime(text, sizeof text, format, &parts)};
}

std::string utc_text(std::chrono::system_clock::time_point time, const char* format) {
    return utc_text(std::int64_t{std::chrono::system_clock::to_time_t(time)}, format);
}

std::string rfc3339(std::chrono::system_clock::time_point time) {
    return utc_text(time, "%Y-%m-%dT%H:%M:%SZ");
}

}  // namespace reputed
