#pragma once

#include <cstdint>
#include <string_view>

namespace reputed::mta {

// A number for a reply that is the same for replies which differ only in ids that no human wrote (ten or more letters
// and digits, three at least of each) or in letter case. Never 0. Two replies of one cause mostly have one key; two
// of different causes have different ones.
std::uint64_t reply_key(std::string_view reply);

}  // namespace reputed::mta
