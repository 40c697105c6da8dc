#pragma once

#include <string_view>

#include <spdlog/logger.h>

#include "config/settings.hpp"

namespace reputed {

// Logs go to standard error, one line a message, plain or JSON. Loggers are named after the source file that uses
// them, without its ending, so that [log.levels] can turn one file up or down.
void set_up_logging(const LogSettings& settings);

// The logger of a source file; made when first asked for. Messages may hold foreign text: it is made plain on the way.
spdlog::logger& log(std::string_view file);

}  // namespace reputed
