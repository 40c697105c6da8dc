#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/commands.hpp"
#include "config/settings.hpp"

namespace reputed {

// One line on standard error: "reputed: MESSAGE".
void print_error(std::string_view message);

// ADDRESS, ADDRESS:PORT or [IPV6]:PORT, the port not 0.
bool is_dns_server(std::string_view text);

// The settings that a command works with; nullopt after printing every problem (exit 78). With `senders` false the
// machine is not looked at: the command brings its own subjects.
std::optional<Settings> command_settings(const CommonOptions& common, bool senders);

// Non-empty lines of standard input without surrounding blanks and without comments (#), at most 1,000,000 of at most
// 1,024 bytes; nullopt after printing an error.
std::optional<std::vector<std::string>> read_subject_lines();

}  // namespace reputed
