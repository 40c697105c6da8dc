#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/problem.hpp"
#include "config/reply_class.hpp"

namespace reputed {

// One rule of bounces.toml: every condition that it has must hold.
struct BounceRule {
    ReplyClass reply_class = ReplyClass::other;
    std::optional<bool> hard;           // else as the reply code says: 5yz hard, 4yz soft
    std::vector<std::string> provider;  // names of providers; empty = any
    std::vector<std::string> smtp;      // reply codes or their beginnings: "550", "5"
    std::vector<std::string>
        dsn;              // enhanced codes or their beginnings: "5.7.26", "5.1", and ".7.26" for any class
    std::string text;     // RE2 expression, found anywhere, letter case ignored; "" = none
    std::string example;  // a reply that this rule decides
    std::string example_provider;  // "" = other
    int line = 0;                  // where it stands
};

}  // namespace reputed
