#pragma once

#include <string_view>

// The data files that are part of the program, so that one binary is a whole installation.
namespace reputed {

std::string_view embedded_lists_toml();
std::string_view embedded_codes_toml();
std::string_view embedded_providers_toml();
std::string_view embedded_bounces_toml();

}  // namespace reputed
