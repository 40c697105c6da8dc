#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
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

// How replies name a DNS list.
struct ListWords {
    std::string text;  // RE2 expression, as in a rule
    std::string name;  // of the catalogue; a dead zone's too, since receivers go on naming these
    int line = 0;
};

// Enhanced code of a rule, or its beginning: -1 = any.
struct DsnPattern {
    int code_class = -1;  // 2, 4 or 5
    int subject = -1;
    int detail = -1;

    // "5", "5.7", "5.7.26", ".7", ".7.26"
    static std::optional<DsnPattern> parse(std::string_view text);
};

// A file of rules: those that decide are tried in their order.
struct BounceRules {
    std::vector<BounceRule> rules;
    std::vector<ListWords> lists;
};

// The compiled-in bounces.toml. Parsed once; that it parses is tested.
const BounceRules& builtin_bounces();

// Reads TOML text in the form of bounces.toml. What is wrong goes to `problems`, and the entry is left out. That a
// text is an expression, that a provider exists and that an example is decided by its rule is for the caller to see.
BounceRules parse_bounces(std::string_view toml_text, std::string_view file, Problems& problems);

// `own` before `others`.
BounceRules merge_bounces(BounceRules own, const BounceRules& others);

}  // namespace reputed
