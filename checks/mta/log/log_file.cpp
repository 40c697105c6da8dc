#include "checks/mta/log/log_file.hpp"

#include <cerrno>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include "checks/mta/log/decompressor.hpp"

namespace reputed::mta {
namespace {

constexpr std::size_t block = 256UL * 1024;

// The group that may read a file which others may not; "" = none, or not to be found out.
std::string reading_group(const std::string& path) {
    struct stat status {};
    if (stat(path.c_str(), &status) != 0 || (status.st_mode & S_IRGRP) == 0 || status.st_gid == 0) return {};
    std::vector<char> names(16'384);
    group entry{};
    group* found = nullptr;
    if (getgrgid_r(status.st_gid, &entry, names.data(), names.size(), &found) != 0 || found == nullptr)
        return {};
    return found->gr_name;
}

}  // namespace

std::string cannot_read(const std::string& path, int error) {
    auto text = path + ": cannot be read: " + std::generic_category().message(error);
    if (error == EACCES || error == EPERM) {
        text += "; read it as root";
        if (const auto group = reading_group(path); !group.empty())
            text += " or as a member of the group " + group;
    } else if (error == ENOENT || error == ENOTDIR) {
        text += "; look where the MTA or syslog writes it";
    } else if (error == EISDIR) {
        text += "; name the log in it";
    }
    return text;
}

struct LogFile::Reader {
    FileHandle file;
    std::string path;
    std::uint64_t position = 0;
    std::uint64_t size = 0;
    std::time_t modified = 0;
    std::vector<char> buffer = std::vector<char>(block);
    std::size_t looked_at = 0;  // bytes in the buffer that were read to see what it is
    std::unique_ptr<Decompressor> decompressor;
    std::string error;

    // Up to `room` bytes into the buffer from `at` on; 0 = the end or an error.
    std::size_t fill(std::size_t at, std::size_t room) {
        if (!error.empty()) return 0;
        for (;;) {
            const auto got = ::read(file.get(), buffer.data() + at, room);
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) error = cannot_read(path, errno);
            if (got <= 0) return 0;
            position += static_cast<std::uint64_t>(got);
            return static_cast<std::size_t>(got);
        }
    }

    std::string_view bytes() {
        const auto size_now = looked_at > 0 ? std::exchange(looked_at, 0) : fill(0, buffer.size());
        return {buffer.data(), size_now};
    }

    void look() {
        while (looked_at < compression_magic) {
            const auto got = fill(looked_at, buffer.size() - looked_at);
            if (got == 0) break;
            looked_at += got;
        }
        const auto compression = compression_of({buffer.data(), looked_at});
        if (compression != Compression::none)
            decompressor = Decompressor::make(compression, [this] { return bytes(); });
    }

    std::string_view next() {
        if (!decompressor) return bytes();
        const auto text = decompressor->next();
        if (text.empty() && error.empty() && !decompressor->error().empty())
            error = path + ": " + decompressor->error() + "; what comes before is used";
        return text;
    }
};

LogFile::LogFile(std::unique_ptr<Reader> reader) : reader_(std::move(reader)) {}
LogFile::LogFile(LogFile&& other) noexcept = default;
LogFile& LogFile::operator=(LogFile&& other) noexcept = default;
LogFile::~LogFile() = default;

std::variant<LogFile, std::string> LogFile::open(const std::string& path) {
    if (path == "-") return read_from(FileHandle(fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)), "standard input");
    return read_from(FileHandle(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY)), path);
}

std::variant<LogFile, std::string> LogFile::read_from(FileHandle file, const std::string& path) {
    if (!file) return cannot_read(path, errno);
    struct stat status {};
    if (fstat(file.get(), &status) != 0) return cannot_read(path, errno);
    if (S_ISDIR(status.st_mode)) return cannot_read(path, EISDIR);
    auto reader = std::make_unique<Reader>();
    reader->file = std::move(file);
    reader->path = path;
    const bool regular = S_ISREG(status.st_mode);
    reader->size = regular ? static_cast<std::uint64_t>(status.st_size) : 0;
    reader->modified = regular ? status.st_mtime : std::time(nullptr);
    if (regular) posix_fadvise(reader->file.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
    reader->look();
    return LogFile(std::move(reader));
}

std::string_view LogFile::next() {
    return reader_->next();
}
const std::string& LogFile::error() const {
    return reader_->error;
}
std::uint64_t LogFile::position() const {
    return reader_->position;
}
std::uint64_t LogFile::size() const {
    return reader_->size;
}
std::time_t LogFile::modified() const {
    return reader_->modified;
}
bool LogFile::compressed() const {
    return reader_->decompressor != nullptr;
}

}  // namespace reputed::mta
