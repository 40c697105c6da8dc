#pragma once

#include <span>
#include <string>

#include "agent/manual/command_tree.hpp"
#include "agent/manual/configuration_keys.hpp"
#include "config/finding_codes.hpp"

// The pages of docs/, in Markdown.
namespace reputed::manual {

std::string command_reference(const Command& root);
std::string configuration_reference(std::span<const Table> tables);
std::string finding_reference(std::span<const FindingCode> codes);

}  // namespace reputed::manual
