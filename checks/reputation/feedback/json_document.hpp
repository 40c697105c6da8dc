#pragma once

#include <optional>
#include <string_view>

#include <nlohmann/json.hpp>

// Internal to the sources that read JSON: brings all of nlohmann along.
namespace reputed::feedback {

using Json = nlohmann::json;

inline constexpr int deepest_json = 32;

// How deep brackets are nested, without those in strings. Of what is no JSON any number.
inline int json_depth(std::string_view text) {
    int depth = 0;
    int deepest = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (in_string) {
            if (c == '\\') ++i;
            in_string = c != '"';
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            deepest = ++depth > deepest ? depth : deepest;
        } else if (c == '}' || c == ']') {
            --depth;
        }
    }
    return deepest;
}

// Nothing where it is no JSON in UTF-8 (RFC 8259), or deeper than that.
inline std::optional<Json> parse_json(std::string_view text) {
    if (json_depth(text) > deepest_json) return {};
    auto json = Json::parse(text, nullptr, false);
    if (json.is_discarded()) return {};
    return json;
}

}  // namespace reputed::feedback
