#pragma once

#include <span>
#include <string>
#include <string_view>

#include "agent/manual/command_tree.hpp"
#include "agent/manual/configuration_keys.hpp"

// Manual pages in man(7) macros.
namespace reputed::manual {

// reputed(8). `version` stands in the footer.
std::string program_page(const Command& root, std::string_view version);

// reputed.toml(5)
std::string configuration_page(std::span<const Table> tables, std::string_view version);

// Text that means nothing to troff: backslashes, leading dots and apostrophes, hyphens as typed.
std::string roff_text(std::string_view text);

}  // namespace reputed::manual
