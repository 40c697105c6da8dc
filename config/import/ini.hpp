#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace reputed::imports {

struct IniEntry {
    std::string section;  // lower case; "" before the first
    std::string key;      // lower case
    std::string value;    // without blanks and comment around it
    unsigned line = 0;
};

struct IniText {
    std::vector<IniEntry> entries;    // in order, repeated keys repeated
    std::vector<unsigned> not_taken;  // lines that are neither entry, section, comment nor empty
};

// INI as go-ini and the Nagios plugins read it: a repeated key is a list, an indented line no continuation, and
// everything behind ; or # a comment.
IniText read_ini(std::string_view text);

}  // namespace reputed::imports
