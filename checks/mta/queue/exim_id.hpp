#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

// Exim's message ids, which are also the names of its spool files (with -H, -D or -J behind).
namespace reputed::mta {

// Groups of base-62 digits: SECONDS-PID-FRACTION, of 6, 6 and 2 digits until 4.96, of 6, 11 and 4 from 4.97 on.
bool is_exim_id(std::string_view text);

// When the message arrived, which its first group says: Unix seconds. nullopt where `id` is none, and for
// times before 2000 or after 2200.
std::optional<std::int64_t> exim_id_time(std::string_view id);

}  // namespace reputed::mta
