#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace reputed {

struct CommandLimits {
    std::chrono::milliseconds time{2000};
    std::size_t output = 4096;  // bytes of standard output
};

// Runs a program by its absolute path, without a shell, with an empty standard input, standard error thrown
// away and a fixed environment. Gives what it printed when it exited with 0 within the limits; otherwise it
// is killed.
std::optional<std::string> run_command(const std::vector<std::string>& command,
                                       const CommandLimits& limits = {});

}  // namespace reputed
