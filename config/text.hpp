#pragma once

#include <cstddef>
#include <string>
#include <string_view>

// Text as messages and TOML files show it.
namespace reputed {

// ASCII only: DNS names and keywords, never language.
std::string lower(std::string_view text);

// Foreign text for a message: control and invisible characters escaped, cut after `limit` bytes.
std::string printable(std::string_view text, std::size_t limit);

// The same in double quotes, cut after 80 bytes.
std::string in_quotes(std::string_view text);

// A TOML basic string that reads back as the same bytes.
std::string toml_quoted(std::string_view text);

}  // namespace reputed
