#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "config/problem.hpp"

namespace reputed {

// One receiver of mail that many write to, of providers.toml.
struct Provider {
    std::string name;   // "gmail": the metric label `provider`; lower case letters, digits and "_"
    std::string title;  // "Gmail"
    std::vector<std::string>
        hosts;  // suffixes of its MX host names: "google.com" is also "aspmx.l.google.com"
    std::vector<std::string> domains;  // mail domains that are its own: "gmail.com"; exact
    std::vector<std::string> texts;    // RE2 expressions for words that only its replies hold
    std::string postmaster;            // page for senders who are refused; "" = none
    int line = 0;                      // where it stands
};

// Each is the value of a metric label.
inline constexpr std::size_t most_providers = 100;

// The compiled-in providers.toml. Parsed once; that it parses is tested.
const std::vector<Provider>& builtin_providers();

// Reads TOML text in the form of providers.toml. What is wrong goes to `problems`, and the entry is left out. That
// `texts` are expressions is for the caller to see.
std::vector<Provider> parse_providers(std::string_view toml_text, std::string_view file, Problems& problems);

// `own` before `others`, without those of the same name among these.
std::vector<Provider> merge_providers(std::vector<Provider> own, const std::vector<Provider>& others);

}  // namespace reputed
