#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include <nlohmann/json.hpp>

// Internal to what reads or writes JSON by nlohmann's own means, which it brings along; json_reader.hpp does not.
namespace reputed::feedback {

using Json = nlohmann::json;

inline constexpr std::size_t deepest_json = 32;
inline constexpr std::size_t most_json_values = 100'000;

// Nothing where it is no JSON in UTF-8 (RFC 8259), or deeper or larger than that. Of a member that stands twice in an
// object the last one counts.
std::optional<Json> parse_json(std::string_view text);

}  // namespace reputed::feedback
