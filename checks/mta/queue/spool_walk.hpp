#pragma once

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <ctime>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "checks/mta/queue/queue_tally.hpp"

// How every spool is walked: names only, in memory that does not grow with the directory, and a sample of files
// that are opened.
namespace reputed::mta {

struct SpoolLimits {
    std::size_t sample = 1000;  // files that are opened, per queue
    std::stop_token stop;
    std::time_t now = 0;  // wall clock
    const Classifier* classifier = nullptr;

    QueueContext context() const { return {now, classifier}; }
};

// Keeps every n-th of a stream whose length nobody knows beforehand: when twice `limit` are kept, every other
// goes and n doubles. The same files are chosen each time while the directory stays as it is, so they are in
// the cache.
class EvenSample {
  public:
    explicit EvenSample(std::size_t limit) : limit_(std::max<std::size_t>(limit, 1)) {}

    template <class MakePath>
    void offer(MakePath&& make_path) {
        if (seen_++ % stride_ != 0) return;
        paths_.push_back(make_path());
        if (paths_.size() >= 2 * limit_) thin();
    }
    std::uint64_t seen() const { return seen_; }
    // At most `limit` paths; all of them when no more were seen.
    const std::vector<std::string>& take() {
        while (paths_.size() > limit_)
            thin();
        return paths_;
    }

  private:
    void thin() {
        std::size_t kept = std::min<std::size_t>(paths_.size(), 1);  // the first stays where it is
        for (std::size_t i = 2; i < paths_.size(); i += 2)
            paths_[kept++] = std::move(paths_[i]);
        paths_.resize(kept);
        stride_ *= 2;
    }

    std::size_t limit_;
    std::uint64_t seen_ = 0;
    std::uint64_t stride_ = 1;
    std::vector<std::string> paths_;
};

enum class EntryType : std::uint8_t { file, directory, other };

// The names in the open directory `fd`, without those that begin with a dot: sink(name, type), in the order in
// which the file system has them. `buffer` may be shared by calls that follow one another, not by nested ones.
// 0 or errno; ECANCELED when stop was requested.
template <class Sink>
int for_each_name(int fd, std::vector<char>& buffer, const std::stop_token& stop, Sink&& sink) {
    // linux_dirent64, as getdents64(2) writes it: inode (8), offset (8), record length (2), type (1), name, NUL.
    constexpr std::size_t length_offset = 16;
    constexpr std::size_t type_offset = 18;
    constexpr std::size_t name_offset = 19;
    if (buffer.empty()) buffer.resize(std::size_t{256} << 10);
    for (;;) {
        if (stop.stop_requested()) return ECANCELED;
        const auto got = syscall(SYS_getdents64, fd, buffer.data(), buffer.size());
        if (got < 0) return errno;
        if (got == 0) return 0;
        for (std::size_t at = 0; at + name_offset < static_cast<std::size_t>(got);) {
            const char* entry = buffer.data() + at;
            std::uint16_t length = 0;
            std::memcpy(&length, entry + length_offset, sizeof length);
            if (length <= name_offset) return EIO;
            at += length;
            const char* name = entry + name_offset;
            if (name[0] == '\0' || name[0] == '.') continue;
            auto type = static_cast<unsigned char>(entry[type_offset]);
            if (type == DT_UNKNOWN) {
                struct stat status {};
                if (fstatat(fd, name, &status, AT_SYMLINK_NOFOLLOW) == 0)
                    type = S_ISREG(status.st_mode) ? DT_REG : S_ISDIR(status.st_mode) ? DT_DIR : DT_LNK;
            }
            sink(std::string_view(name), type == DT_REG   ? EntryType::file
                                         : type == DT_DIR ? EntryType::directory
                                                          : EntryType::other);
        }
    }
}

// Opens for reading, never following a link in the last part and never blocking.
inline int open_below(int directory, const std::string& path, int flags = 0) {
    return openat(directory, path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | flags);
}

}  // namespace reputed::mta
