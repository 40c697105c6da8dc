#pragma once

#include <string_view>

#include "config/schema.hpp"

// Where secrets come from, and the secrets themselves: [dnsbl.keys], and the passwords and the like of notifiers.
namespace reputed::schema {

void read_keys(const toml::node& node, std::string_view name, DnsblSettings& settings, Reader& reader);
std::string show_keys(const DnsblSettings& settings);  // sources, never secrets

// { file = "..." } or { env = "..." }, and with `literal` also the text itself. One line of at most 4 KiB.
void read_secret(const toml::node& node, std::string_view name, bool literal, Secret& secret, Reader& reader);
std::string show_secret(const Secret& secret);  // its source; "" where it is literal or not set

}  // namespace reputed::schema
