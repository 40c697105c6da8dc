#pragma once

#include <optional>
#include <string_view>

#include <toml++/toml.h>

#include "config/catalogue.hpp"

namespace reputed {

// One list in the form of an entry of lists.toml. What is wrong goes to `problems`, and there is no list
// then.
std::optional<List> read_list(const toml::table& table, std::string_view file, Problems& problems);

}  // namespace reputed
