#pragma once

#include <string>

#include "agent/manual/command_tree.hpp"

// Completion scripts, made of the table of commands.
namespace reputed::manual {

std::string bash_completion(const Command& root);
std::string zsh_completion(const Command& root);
std::string fish_completion(const Command& root);

}  // namespace reputed::manual
