#pragma once

#include <string>
#include <string_view>

namespace reputed::test {

// `text` as one member of a ".gz", ".xz", ".zst" or ".bz2" file; as it is for any other ending.
std::string compressed(std::string_view text, std::string_view ending);

void write_file(const std::string& path, std::string_view bytes);
void append_file(const std::string& path, std::string_view bytes);
std::string read_file(const std::string& path);

}  // namespace reputed::test
