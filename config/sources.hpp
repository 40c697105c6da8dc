#pragma once

#include <functional>
#include <optional>
#include <string>

#include "config/file_text.hpp"
#include "config/machine.hpp"

namespace reputed {

// Where reading a configuration looks outside its text. Tests and fuzzing put something harmless in place.
struct Sources {
    std::function<FileText(const std::string& path, std::size_t limit)> file;
    std::function<std::optional<std::string>(const std::string& name)> environment;
    std::function<MachineFacts()> machine;  // asked only when the text names no sender
};

// Files, environment and machine as they are.
Sources system_sources();

}  // namespace reputed
