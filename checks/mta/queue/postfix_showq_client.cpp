#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "checks/mta/file_handle.hpp"
#include "checks/mta/queue/postfix_showq.hpp"

// The socket side of showq: connect, read to the end, never past the deadline.
namespace reputed::mta {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds slice{100};  // how often a stop request is looked for

// "postdrop", unless this installation calls it otherwise (setgid_group).
std::string group_of(const std::string& directory) {
    struct stat status {};
    if (stat(directory.c_str(), &status) != 0 || status.st_gid == 0) return "postdrop";
    std::array<char, 4096> buffer{};
    group entry{};
    group* found = nullptr;
    if (getgrgid_r(status.st_gid, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
        return "postdrop";
    return entry.gr_name;
}

std::string own_user() {
    std::array<char, 4096> buffer{};
    passwd entry{};
    passwd* found = nullptr;
    if (getpwuid_r(geteuid(), &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
        return "reputed";
    return entry.pw_name;
}

QueueError connect_error(const std::string& queue_directory, const std::string& socket_path, int error) {
    if (error == EACCES || error == EPERM) {
        const auto group = group_of(queue_directory + "/public");
        return {
            socket_path, "permission denied",
            "join the group " + group + ": adduser " + own_user() + ' ' + group + ", then restart reputed"};
    }
    if (error == ENOENT || error == ENOTDIR)
        return {socket_path, "there is no such socket",
                "start Postfix, or set queue_directory in [mta] to what postconf queue_directory says"};
    if (error == ECONNREFUSED) return {socket_path, "nothing listens there", "start Postfix"};
    return {socket_path, std::strerror(error), "see whether Postfix is running: postfix status"};
}

// Reached through the open directory: socket addresses are 107 bytes at most, queue directories are not.
// Blocking, with a send timeout, since a full backlog cannot be waited for by poll. 0 or errno.
int connect_once(const FileHandle& directory, FileHandle& socket_handle) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const auto path = "/proc/self/fd/" + std::to_string(directory.get()) + "/showq";
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    socket_handle = FileHandle(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!socket_handle) return errno;
    timeval wait{};
    wait.tv_usec = std::chrono::duration_cast<std::chrono::microseconds>(slice).count();
    if (setsockopt(socket_handle.get(), SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait) != 0) return errno;
    const auto* generic = reinterpret_cast<const sockaddr*>(&address);
    return connect(socket_handle.get(), generic, sizeof address) == 0 ? 0 : errno;
}

}  // namespace

QueueResult read_showq(const std::string& queue_directory, const ShowqLimits& limits) {
    const auto socket_path = queue_directory + "/public/showq";
    const auto deadline = Clock::now() + limits.deadline;
    const auto over = [&] { return limits.stop.stop_requested() || Clock::now() >= deadline; };
    const QueueError late{
        socket_path, "no complete answer within " + std::to_string(limits.deadline.count() / 1000) + " s",
        "see whether Postfix is overloaded; a readable spool tree is counted without showq"};

    const FileHandle directory(open((queue_directory + "/public").c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!directory) return connect_error(queue_directory, socket_path, errno);
    FileHandle connection;
    for (int error = connect_once(directory, connection); error != 0;
         error = connect_once(directory, connection)) {
        if (error != EAGAIN && error != EINTR && error != EINPROGRESS)
            return connect_error(queue_directory, socket_path, error);
        if (over()) return late;
    }

    ShowqParser parser({limits.now, limits.classifier});
    std::vector<char> buffer(std::size_t{1} << 16);
    for (;;) {
        if (over()) return late;
        pollfd waiting{connection.get(), POLLIN, 0};
        if (poll(&waiting, 1, static_cast<int>(slice.count())) <= 0) continue;
        const auto got = recv(connection.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (got == 0) break;
        if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (got < 0) return QueueError{socket_path, std::strerror(errno), "see Postfix's log"};
        if (!parser.feed({buffer.data(), static_cast<std::size_t>(got)})) break;
    }
    if (!parser.finish())
        return QueueError{socket_path, parser.problem(), "see Postfix's log for what showq says"};
    return parser.report();
}

}  // namespace reputed::mta
