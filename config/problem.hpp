#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace reputed {

// One thing that is wrong with a file, in the one line that an operator reads: FILE:LINE:COLUMN: MESSAGE.
// Line and column count from 1; line 0 means the file as a whole.
struct Problem {
    std::string file;
    unsigned line = 0;
    unsigned column = 0;
    std::string message;  // says what is wrong and what to do; never holds a secret

    std::string to_string() const;
};

using Problems = std::vector<Problem>;

// The candidate nearest to `word` by edit distance, or "" when none is near enough to be meant.
std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates);

}  // namespace reputed
