#pragma once

#include <nlohmann/json.hpp>

#include "agent/plain_text.hpp"

// JSON as the commands print it: keys in the order written, foreign text always valid UTF-8.
namespace reputed {

using Json = nlohmann::ordered_json;

inline std::string json_text(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace reputed
