#include "agent/store_files.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/utc.hpp"

namespace reputed {
namespace {

namespace fs = std::filesystem;

constexpr const char* file_name = "reputed.db";
constexpr const char* state_folder = "/var/lib/reputed";
constexpr std::size_t broken_kept = 3;
constexpr mode_t file_mode = 0640;  // readable for a group: `reputed history` needs no more

[[noreturn]] void fail(const std::string& path, const char* what, int error) {
    const auto kind = error == EACCES || error == EPERM || error == EROFS    ? StoreError::Kind::read_only
                      : error == ENOENT || error == ENOTDIR                  ? StoreError::Kind::missing
                      : error == ENOSPC || error == EDQUOT || error == EFBIG ? StoreError::Kind::full
                                                                             : StoreError::Kind::other;
    throw StoreError(kind, path + ": " + what + ": " + std::generic_category().message(error));
}

std::vector<std::string> candidates() {
    std::vector<std::string> folders;
    // systemd.exec(5): several folders are separated by colons.
    if (const char* state = std::getenv("STATE_DIRECTORY"); state != nullptr && *state == '/') {
        const std::string all = state;
        folders.push_back(all.substr(0, all.find(':')));
    }
    folders.emplace_back(state_folder);
    for (auto& folder : folders)
        (folder += '/') += file_name;
    return folders;
}

std::string stamp(WallTime now) {
    return utc_text(now, "%Y%m%dT%H%M%S");
}

constexpr const char* companions[] = {"", "-wal", "-shm", "-journal"};

void drop_oldest_broken(const std::string& path) {
    const fs::path prefix = path + ".broken-";
    std::vector<std::string> broken;
    std::error_code ignored;
    const auto folder = prefix.has_parent_path() ? prefix.parent_path() : fs::path(".");
    for (const auto& file : fs::directory_iterator(folder, ignored)) {
        const auto name = file.path().filename().string();
        const auto is_companion =
            name.ends_with("-wal") || name.ends_with("-shm") || name.ends_with("-journal");
        if (name.starts_with(prefix.filename().string()) && !is_companion)
            broken.push_back(file.path().string());
    }
    std::sort(broken.begin(), broken.end());
    for (std::size_t i = 0; i + broken_kept < broken.size(); ++i)
        for (const auto* companion : companions)
            fs::remove(broken[i] + companion, ignored);
}

}  // namespace

std::string default_store_path(const StoreSettings& settings) {
    if (!settings.path.empty()) return settings.path;
    for (const auto& path : candidates())
        if (access(path.substr(0, path.rfind('/')).c_str(), W_OK | X_OK) == 0) return path;
    return "";
}

std::string readable_store_path(const StoreSettings& settings) {
    if (!settings.path.empty()) return settings.path;
    const auto paths = candidates();
    for (const auto& path : paths)
        if (access(path.c_str(), F_OK) == 0) return path;
    return paths.front();
}

StoreLock::StoreLock(const std::string& path) {
    const std::string file = path + ".lock";
    fd_ = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, file_mode);
    if (fd_ < 0) fail(file, "cannot be made", errno);
    if (flock(fd_, LOCK_EX | LOCK_NB) == 0) return;
    const int error = errno;
    close(fd_);
    if (error != EWOULDBLOCK) fail(file, "cannot be locked", error);
    throw StoreError(StoreError::Kind::locked,
                     path + ": another agent uses it: stop that one, or set [store] path to another file");
}

StoreLock::~StoreLock() {
    close(fd_);
}

bool is_store_in_use(const std::string& path) {
    const std::string file = path + ".lock";
    const int fd = open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) {
        if (errno == ENOENT || errno == ENOTDIR) return false;
        throw StoreError(StoreError::Kind::other,
                         file + ": may not be read by this user: ask as root or as the agent's user");
    }
    const bool free = flock(fd, LOCK_SH | LOCK_NB) == 0;
    close(fd);
    return !free;
}

void make_store_file(const std::string& path) {
    struct stat status {};
    if (stat(path.c_str(), &status) == 0) {
        if (S_ISREG(status.st_mode)) return;
        throw StoreError(StoreError::Kind::other,
                         path + ": is no regular file: set [store] path to another one");
    }
    if (errno != ENOENT) fail(path, "cannot be looked at", errno);
    // A log that an earlier file of this name left would be played back into the new one.
    for (const auto* companion : {"-wal", "-shm", "-journal"})
        if (unlink((path + companion).c_str()) != 0 && errno != ENOENT)
            fail(path + companion, "cannot be removed", errno);
    const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, file_mode);
    if (fd < 0) fail(path, "cannot be made", errno);
    close(fd);
}

std::string set_store_aside(const std::string& path, WallTime now) {
    const StoreLock lock(path);
    const std::string base = path + ".broken-" + stamp(now);
    std::string aside = base;
    for (int number = 2; access(aside.c_str(), F_OK) == 0; ++number)
        aside = base + '.' + std::to_string(number);
    // The log before the file: after a crash between the two, the file is found broken again.
    for (const auto* companion : {"-wal", "-shm", "-journal", ""})
        if (std::rename((path + companion).c_str(), (aside + companion).c_str()) != 0 && errno != ENOENT)
            fail(path + companion, "is broken and cannot be renamed", errno);
    drop_oldest_broken(path);
    return aside;
}

}  // namespace reputed
