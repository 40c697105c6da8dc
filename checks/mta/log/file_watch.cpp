#include "checks/mta/log/file_watch.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include <sys/inotify.h>
#include <unistd.h>

namespace reputed::mta {

FileWatch::FileWatch(std::string folder)
    : folder_(std::move(folder)), fd_(inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
    watch_folder();
}

void FileWatch::watch_folder() {
    if (!fd_ || folder_watch_ >= 0) return;
    folder_watch_ = inotify_add_watch(fd_.get(), folder_.c_str(),
                                      IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ATTRIB |
                                          IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR);
    // No more watches for this user: better none than half of them.
    if (folder_watch_ < 0 && (errno == ENOSPC || errno == ENOMEM)) fd_ = FileHandle();
}

// The same watch where this file has one already.
int FileWatch::add(int file) {
    // Through /proc it is this very file, whatever its name is by now.
    const auto path = "/proc/self/fd/" + std::to_string(file);
    const int watch =
        inotify_add_watch(fd_.get(), path.c_str(), IN_MODIFY | IN_ATTRIB | IN_MOVE_SELF | IN_DELETE_SELF);
    if (watch < 0) fd_ = FileHandle();
    return watch;
}

void FileWatch::watch(int file) {
    if (!fd_) return;
    for (int* old : {&file_watch_, &next_watch_})
        if (const int watch = std::exchange(*old, -1); watch >= 0) inotify_rm_watch(fd_.get(), watch);
    file_watch_ = add(file);
}

void FileWatch::watch_next(int file) {
    if (!fd_) return;
    const int watch = add(file);
    if (fd_ && next_watch_ >= 0 && next_watch_ != watch) inotify_rm_watch(fd_.get(), next_watch_);
    next_watch_ = watch;
}

void FileWatch::drain() {
    if (!fd_) return;
    alignas(inotify_event) char buffer[4096];
    for (;;) {
        const auto got = ::read(fd_.get(), buffer, sizeof buffer);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        for (auto at = std::size_t{0}; at + sizeof(inotify_event) <= static_cast<std::size_t>(got);) {
            inotify_event event{};
            std::memcpy(&event, buffer + at, sizeof event);
            at += sizeof event + event.len;
            if (event.wd != folder_watch_) continue;
            // The name may lead to another folder by now.
            if ((event.mask & IN_MOVE_SELF) != 0) inotify_rm_watch(fd_.get(), folder_watch_);
            if ((event.mask & (IN_IGNORED | IN_MOVE_SELF)) != 0) folder_watch_ = -1;
        }
    }
    watch_folder();
}

}  // namespace reputed::mta
