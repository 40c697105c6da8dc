#pragma once

#include <cstdint>
#include <ctime>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "checks/mta/file_handle.hpp"

namespace reputed::mta {

// A log read once from its beginning to its end: plain, or compressed by gzip, xz, zstd or bzip2, which its content
// tells, not its name. Memory is bounded whatever the file holds: blocks of 256 KiB and what the decompressor needs for
// its window.
class LogFile {
  public:
    // "-" is standard input. The alternative is one sentence on what is wrong.
    static std::variant<LogFile, std::string> open(const std::string& path);
    // The same of an open file at its beginning; `path` is the name for sentences.
    static std::variant<LogFile, std::string> read_from(FileHandle file, const std::string& path);

    LogFile(LogFile&& other) noexcept;
    LogFile& operator=(LogFile&& other) noexcept;
    ~LogFile();

    // What comes next of the (decompressed) text, valid until the next call. Empty: the end, or error() says why not.
    // Of a file that is damaged or cut off, all that can be had comes before.
    std::string_view next();
    const std::string& error() const;  // "" = none; one sentence that begins with the path

    std::uint64_t position() const;  // bytes of the file that were read; compressed ones of a compressed file
    std::uint64_t size() const;      // of the file when it was opened; 0 = not known (pipe)
    std::time_t modified() const;    // when it was last written; now for a pipe
    bool compressed() const;

  private:
    struct Reader;
    explicit LogFile(std::unique_ptr<Reader> reader);
    std::unique_ptr<Reader> reader_;
};

// "/var/log/mail.log: cannot be read: Permission denied; read it as root or as a member of the group adm", for an errno
// of open() or read().
std::string cannot_read(const std::string& path, int error);

}  // namespace reputed::mta
