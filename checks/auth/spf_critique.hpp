#pragma once

#include <string>
#include <string_view>

#include "checks/auth/tag_list.hpp"

// What can be said about an SPF record from its text alone.
namespace reputed::spf {

struct Critique {
    record::Tags tags;  // v, mechanisms (separated by spaces), redirect, exp, unknown modifiers
    record::Remarks remarks;
    std::string text;  // canonical; "" when it does not parse

    bool valid() const { return !record::has_critical(remarks); }
    const std::string& to_string() const { return text; }
};

Critique criticise(std::string_view text);

}  // namespace reputed::spf
