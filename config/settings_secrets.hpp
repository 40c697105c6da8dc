#pragma once

#include <string_view>

#include "config/schema.hpp"

// [dnsbl.keys]: where the secrets of keyed lists come from, and the secrets themselves.
namespace reputed::schema {

void read_keys(const toml::node& node, std::string_view name, DnsblSettings& settings, Reader& reader);
std::string show_keys(const DnsblSettings& settings);  // sources, never secrets

}  // namespace reputed::schema
