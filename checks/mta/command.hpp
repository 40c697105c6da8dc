#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace reputed::mta {

// Runs argv[0] (an absolute path, no shell) with nothing on standard input and a plain environment, and
// returns what it wrote to standard output, at most 64 KiB. nullopt when it could not be started, was not
// done by the deadline (it is then killed), or did not exit with 0.
std::optional<std::string> run_command(const std::vector<std::string>& argv,
                                       std::chrono::milliseconds deadline);

}  // namespace reputed::mta
