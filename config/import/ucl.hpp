#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace reputed::imports {

// One value of a UCL text with where it stands: {"rbls", "spamhaus", "rbl"} = "zen.spamhaus.org". The elements of an
// array have the same path, an empty object or array has no entry.
struct UclEntry {
    std::vector<std::string> path;
    std::string value;
    unsigned line = 0;
    bool macro = false;  // .include and its like: the path ends in its name
};

struct UclText {
    std::vector<UclEntry> entries;
    unsigned broken_line = 0;  // where it could not be read any further; 0 = read whole
};

// Rspamd's configuration language (libucl), as much as its rules use: objects with or without = : and commas, named
// sections, arrays, quoted and bare strings, <<HERE texts, comments. Macros and variables are not followed.
UclText read_ucl(std::string_view text);

}  // namespace reputed::imports
