#pragma once

#include "config/severity.hpp"

namespace reputed {

// The Nagios convention for what was found, sysexits for what went wrong with the call.
inline constexpr int exit_ok = 0;
inline constexpr int exit_warning = 1;
inline constexpr int exit_critical = 2;
inline constexpr int exit_unknown = 3;
inline constexpr int exit_usage = 64;
inline constexpr int exit_no_input = 66;
inline constexpr int exit_unavailable = 69;
inline constexpr int exit_config = 78;

constexpr int exit_code_of(Severity verdict) {
    switch (verdict) {
        case Severity::ok:
        case Severity::info:
            return exit_ok;
        case Severity::unknown:
            return exit_unknown;
        case Severity::warning:
            return exit_warning;
        case Severity::critical:
            return exit_critical;
    }
    return exit_unknown;
}

}  // namespace reputed
