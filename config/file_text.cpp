#include "config/file_text.hpp"

#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace reputed {

namespace {

std::string words(int error) {
    switch (error) {
        case ENOENT:
        case ENOTDIR:
            return "not found";
        case EACCES:
        case EPERM:
            return "not readable: permission denied";
        default:
            return std::string("not readable: ") + std::strerror(error);
    }
}

std::string size_words(std::size_t bytes) {
    if (bytes % (1024 * 1024) == 0) return std::to_string(bytes / (1024 * 1024)) + " MiB";
    if (bytes % 1024 == 0) return std::to_string(bytes / 1024) + " KiB";
    return std::to_string(bytes) + " bytes";
}

FileText read_descriptor(int descriptor, std::size_t limit) {
    struct stat status {};
    if (fstat(descriptor, &status) != 0) return {"", words(errno)};
    if (S_ISDIR(status.st_mode)) return {"", "is a directory"};
    if (!S_ISREG(status.st_mode) && !S_ISCHR(status.st_mode)) return {"", "is not a regular file"};
    FileText result;
    std::array<char, 16384> buffer;
    while (true) {
        const ssize_t got = read(descriptor, buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return {"", words(errno)};
        if (got == 0) return result;
        result.text.append(buffer.data(), static_cast<std::size_t>(got));
        if (result.text.size() > limit) return {"", "is larger than " + size_words(limit)};
    }
}

}  // namespace

FileText read_file(const std::string& path, std::size_t limit) {
    const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (descriptor < 0) return {"", words(errno)};
    FileText result = read_descriptor(descriptor, limit);
    close(descriptor);
    return result;
}

}  // namespace reputed
