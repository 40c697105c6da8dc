#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

// Postfix queue ids, which are also the names of the queue files.
namespace reputed::mta {

// Letters and digits only, 6 to 100 of them: what Postfix names a queue file. Files that it has not finished
// creating have other names.
bool is_postfix_queue_id(std::string_view name);

// Long ids (enable_long_queue_ids = yes) say when the file was made: SECONDS (base 52, at least six digits),
// MICROSECONDS (base 52, four digits), "z", INODE (base 51, so without "z"). The digits are 0-9, then the
// consonants in upper and lower case. Unix seconds; nullopt for a short id, and for times before 2000 or
// after 2200.
std::optional<std::int64_t> postfix_id_time(std::string_view id);

}  // namespace reputed::mta
