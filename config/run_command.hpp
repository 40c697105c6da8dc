#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
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

// Runs a program in the same way with `input` as its standard input and its output thrown away. Gives "" when it
// exited with 0 in time, otherwise what happened instead, to follow the program's name: "exited with 75". It is killed
// when the time is over or stop is requested.
std::string feed_command(const std::vector<std::string>& command, std::string_view input,
                         std::chrono::milliseconds time, const std::stop_token& stop);

}  // namespace reputed
