#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/problem.hpp"

// A webhook's body as the operator writes it: text with placeholders.
//
//     {"text": "{{title}}", "payload": {{json payload}}}
//
// {{NAME}} is the value as it stands inside of a JSON string, {{json NAME}} is a JSON value with its quotes, {{raw
// NAME}} is the value as it is, for bodies that are not JSON. There is nothing else: no loops, no conditions.
namespace reputed {

struct TemplatePart {
    enum class Form { text, inside_json_string, json, raw };
    Form form = Form::text;
    std::string text;  // of a placeholder: its name
};

// What may stand in a placeholder.
std::span<const std::string_view> template_names();

// `file` is the name that problems carry, with line and column. At most 64 KiB and 500 placeholders.
std::vector<TemplatePart> parse_template(std::string_view text, std::string_view file, Problems& problems);

}  // namespace reputed
