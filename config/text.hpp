#pragma once

#include <string>
#include <string_view>

// Text as messages and TOML files show it.
namespace reputed {

// ASCII only: DNS names and keywords, never language.
std::string lower(std::string_view text);

// In double quotes for a message: control and invisible characters escaped, cut after 80 bytes.
std::string quoted(std::string_view text);

// A TOML basic string that reads back as the same bytes.
std::string toml_quoted(std::string_view text);

}  // namespace reputed
