#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace reputed {

// How much something matters, in rising order. `unknown` means *could not tell*: worse than a remark, since nobody
// may take it for ok, and less than a proven fault. A verdict is the worst severity of the findings behind it.
enum class Severity : std::uint8_t { ok, info, unknown, warning, critical };

inline constexpr std::string_view severity_names[] = {"ok", "info", "unknown", "warning", "critical"};

constexpr std::string_view to_string(Severity severity) {
    return severity_names[static_cast<std::size_t>(severity)];
}

constexpr std::optional<Severity> parse_severity(std::string_view text) {
    for (std::size_t i = 0; i < std::size(severity_names); ++i)
        if (severity_names[i] == text) return static_cast<Severity>(i);
    return {};
}

}  // namespace reputed
