#include "tests/support/compressed.hpp"

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <vector>

#include <archive.h>
#include <archive_entry.h>

namespace reputed::test {

std::string compressed(std::string_view text, std::string_view ending) {
    const int filter = ending == ".gz"    ? ARCHIVE_FILTER_GZIP
                       : ending == ".xz"  ? ARCHIVE_FILTER_XZ
                       : ending == ".zst" ? ARCHIVE_FILTER_ZSTD
                       : ending == ".bz2" ? ARCHIVE_FILTER_BZIP2
                                          : ARCHIVE_FILTER_NONE;
    if (filter == ARCHIVE_FILTER_NONE) return std::string(text);
    std::vector<char> out(text.size() * 2 + 65'536);
    std::size_t used = 0;
    archive* writer = archive_write_new();
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, "log");
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_write_set_bytes_in_last_block(writer, 1);
    const bool written = archive_write_add_filter(writer, filter) == ARCHIVE_OK &&
                         archive_write_set_format_raw(writer) == ARCHIVE_OK &&
                         archive_write_open_memory(writer, out.data(), out.size(), &used) == ARCHIVE_OK &&
                         archive_write_header(writer, entry) == ARCHIVE_OK &&
                         archive_write_data(writer, text.data(), text.size()) >= 0 &&
                         archive_write_close(writer) == ARCHIVE_OK;
    archive_entry_free(entry);
    archive_write_free(writer);
    if (!written) throw std::runtime_error("cannot compress");
    return {out.data(), used};
}

void write_file(const std::string& path, std::string_view bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc)
        .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

void append_file(const std::string& path, std::string_view bytes) {
    std::ofstream(path, std::ios::binary | std::ios::app)
        .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

std::string read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace reputed::test
