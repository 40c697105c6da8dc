#pragma once

#include <map>
#include <string>
#include <vector>

#include "config/import/source.hpp"
#include "config/ip_address.hpp"

namespace reputed::imports {

// Host names that were looked up with what they resolve to; nothing where the look-up failed.
using Addresses = std::map<std::string, std::vector<IpAddress>>;

// The host names among the targets, lower case, each once: what may be resolved.
std::vector<std::string> host_names(const Found& found);

struct Written {
    std::string toml;  // settings that `reputed config check` takes once the key files are made
    std::vector<Remark> remarks;
    std::size_t lists = 0;      // in the settings
    std::size_t addresses = 0;  // addresses and networks, likewise
    std::size_t domains = 0;
};

// No key is in what is written. `origin` says where it all comes from, for the first line.
Written write_settings(const Found& found, const std::string& origin, const Addresses& resolved);

}  // namespace reputed::imports
