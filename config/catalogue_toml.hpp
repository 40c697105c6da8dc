#pragma once

#include <optional>
#include <string_view>

#include <toml++/toml.h>

#include "config/catalogue.hpp"

// Internal to config/: includes toml++, which is heavy.
namespace reputed {

// Reads one `[[list]]` of lists.toml, or one `[[dnsbl.list]]` of an operator, who leaves `status` out and
// gets ListStatus::own. Everything that is wrong goes to `problems`, and then there is no list. Messages
// quote no zone: an operator may have written a key into it. Whether `subset_of` exists is for the caller to
// see.
std::optional<List> read_list(const toml::table& table, std::string_view file, Problems& problems);

}  // namespace reputed
