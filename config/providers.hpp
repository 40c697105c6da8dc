#pragma once

#include <string>
#include <vector>

namespace reputed {

// One receiver of mail that many write to, of providers.toml.
struct Provider {
    std::string name;   // "gmail": the metric label `provider`; letters, digits and "_"
    std::string title;  // "Gmail"
    std::vector<std::string>
        hosts;  // suffixes of its MX host names: "google.com" is also "aspmx.l.google.com"
    std::vector<std::string> domains;  // mail domains that are its own: "gmail.com"; exact
    std::string postmaster;            // page for senders who are refused; "" = none
};

}  // namespace reputed
