#pragma once

#include <string>
#include <string_view>

#include "config/schema.hpp"

// [[feedback]] values: the numbers in the JSON of a service, and the levels that judge them.
namespace reputed::schema {

void read_feedback_values(const toml::node& node, std::string_view name, FeedbackSettings& settings,
                          Reader& reader);

bool is_json_pointer(std::string_view text);         // RFC 6901 section 3
std::string no_json_pointer(std::string_view text);  // the complaint

}  // namespace reputed::schema
