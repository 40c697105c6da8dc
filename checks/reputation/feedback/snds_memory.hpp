#pragma once

#include <map>
#include <string>
#include <string_view>

#include "checks/reputation/feedback/source.hpp"

namespace reputed::feedback {

// What a reading of SNDS leaves to the next one, as lines of text: no secrets.
struct SndsMemory {
    std::string data_etag;  // "" = none
    std::map<IpAddress, WallTime>
        known;  // addresses that the account has, and when something was told about them
};

SndsMemory read_snds_memory(std::string_view text);  // of any bytes; what is not in order is passed over
std::string write_snds_memory(const SndsMemory& memory);
void forget_old(SndsMemory& memory, WallTime now);

}  // namespace reputed::feedback
