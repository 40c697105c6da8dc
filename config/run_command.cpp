#include "config/run_command.hpp"

#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

namespace reputed {

namespace {

using Clock = std::chrono::steady_clock;

// A process group of its own, so that killing it takes what the program started along.
// Descriptors below 0 stand for /dev/null.
std::optional<pid_t> spawn(const std::vector<std::string>& command, int input, int output) {
    std::vector<char*> arguments;
    for (const auto& word : command)
        arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
    char locale[] = "LC_ALL=C";
    char* environment[] = {path, locale, nullptr};

    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    if (input < 0)
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    else
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    if (output < 0)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    else
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    // The daemon blocks the signals that it waits for; a child must not inherit that.
    sigset_t none;
    sigset_t defaults;
    sigemptyset(&none);
    sigemptyset(&defaults);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGPIPE})
        sigaddset(&defaults, signal);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes,
                             POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);

    pid_t pid = -1;
    const int error = posix_spawn(&pid, arguments[0], &actions, &attributes, arguments.data(), environment);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (error != 0) return {};
    return pid;
}

// True when the pipe ended within the limits.
bool read_all(int input, std::string& output, std::size_t most, Clock::time_point deadline) {
    std::array<char, 1024> buffer;
    while (true) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
        if (left.count() <= 0) return false;
        pollfd wait{input, POLLIN, 0};
        const int ready = poll(&wait, 1, static_cast<int>(left.count()));
        if (ready < 0 && errno == EINTR) continue;
        if (ready <= 0) return false;
        const ssize_t got = read(input, buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return false;
        if (got == 0) return true;
        output.append(buffer.data(), static_cast<std::size_t>(got));
        if (output.size() > most) return false;
    }
}

// Its status as waitpid() gives it, or nothing and it was killed. The program may live on after closing its output, so
// that the wait needs the deadline as well.
std::optional<int> wait_for_end(pid_t pid, Clock::time_point deadline, const std::stop_token& stop) {
    while (true) {
        int status = 0;
        const pid_t ended = waitpid(pid, &status, WNOHANG);
        if (ended == pid) return status;
        if (ended < 0 && errno != EINTR) return {};
        if (Clock::now() >= deadline || stop.stop_requested()) {
            kill(-pid, SIGKILL);
            while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
            }
            return {};
        }
        poll(nullptr, 0, 2);
    }
}

// A file in memory that is read from its beginning, or -1.
int memory_file(std::string_view text) {
    const int file = memfd_create("input", MFD_CLOEXEC);
    while (file >= 0 && !text.empty()) {
        const ssize_t written = write(file, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) {
            close(file);
            return -1;
        }
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    if (file >= 0) lseek(file, 0, SEEK_SET);
    return file;
}

}  // namespace

std::optional<std::string> run_command(const std::vector<std::string>& command, const CommandLimits& limits) {
    if (command.empty() || access(command[0].c_str(), X_OK) != 0) return {};
    const auto deadline = Clock::now() + limits.time;
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return {};
    const auto pid = spawn(command, -1, ends[1]);
    close(ends[1]);
    std::string output;
    bool complete = false;
    if (pid) {
        const bool ended = read_all(ends[0], output, limits.output, deadline);
        const auto status = wait_for_end(*pid, ended ? deadline : Clock::time_point{}, {});
        complete = ended && status && WIFEXITED(*status) && WEXITSTATUS(*status) == 0;
    }
    close(ends[0]);
    if (!complete) return {};
    return output;
}

std::string feed_command(const std::vector<std::string>& command, std::string_view input,
                         std::chrono::milliseconds time, const std::stop_token& stop) {
    if (command.empty() || access(command[0].c_str(), X_OK) != 0)
        return std::string("cannot be run: ") + std::strerror(errno);
    const auto deadline = Clock::now() + time;
    const int file = memory_file(input);
    if (file < 0) return "cannot be given its input";
    const auto pid = spawn(command, file, -1);
    close(file);
    if (!pid) return "cannot be run";
    const auto status = wait_for_end(*pid, deadline, stop);
    if (!status) return stop.stop_requested() ? "was ended, since the agent ends" : "did not end in time";
    if (WIFSIGNALED(*status)) return "was ended by signal " + std::to_string(WTERMSIG(*status));
    if (WEXITSTATUS(*status) != 0) return "exited with " + std::to_string(WEXITSTATUS(*status));
    return "";
}

}  // namespace reputed
