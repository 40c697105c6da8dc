#pragma once

#include <algorithm>
#include <string_view>

#include "config/settings.hpp"

namespace reputed {

// Whether the names of this exporter (one of alias_names) are published as well.
inline bool publishes(const MetricsSettings& settings, std::string_view exporter) {
    return std::find(settings.aliases.begin(), settings.aliases.end(), exporter) != settings.aliases.end();
}

}  // namespace reputed
