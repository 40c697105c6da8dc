#pragma once

#include <string>
#include <string_view>

namespace reputed::manual {

// Text in a cell of a table, or anywhere that Markdown would read signs of its own into it.
std::string cell(std::string_view text);

// Text as it stands.
std::string code(std::string_view text);

inline constexpr std::string_view generated = "\n<!-- Made by `./dev docs`: change what it is made of. -->\n";

}  // namespace reputed::manual
