#pragma once

#include <cstddef>
#include <string>

namespace reputed {

// What reading a whole file gave: its bytes, or why there are none, in words ("not found", "is a directory").
struct FileText {
    std::string text;
    std::string error;
};

// Regular files and character devices only (a pipe could block for ever), at most `limit` bytes.
FileText read_file(const std::string& path, std::size_t limit);

}  // namespace reputed
