#include "checks/reputation/feedback/json_document.hpp"

namespace reputed::feedback {
namespace {

// Before anything is built: a document of nothing but brackets is small as text and large as a tree.
bool within_bounds(std::string_view text) {
    std::size_t depth = 0;
    std::size_t values = 1;
    bool in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (in_string) {
            if (c == '\\') ++i;
            if (c == '"') in_string = false;
            continue;
        }
        if (c == '"') in_string = true;
        if (c == '{' || c == '[') {
            if (++depth > deepest_json) return false;
        } else if ((c == '}' || c == ']') && depth > 0) {
            --depth;
        }
        if ((c == ',' || c == '{' || c == '[') && ++values > most_json_values) return false;
    }
    return true;
}

}  // namespace

std::optional<Json> parse_json(std::string_view text) {
    if (!within_bounds(text)) return {};
    auto json = Json::parse(text, nullptr, false);
    if (json.is_discarded()) return {};
    return json;
}

}  // namespace reputed::feedback
