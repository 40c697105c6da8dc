#include "checks/mta/command.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "checks/mta/file_handle.hpp"

namespace reputed::mta {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t max_output = std::size_t{64} << 10;

std::optional<pid_t> spawn(const std::vector<std::string>& argv, int output) {
    std::vector<char*> arguments;
    for (const auto& argument : argv)
        arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
    char locale[] = "LC_ALL=C";
    std::array<char*, 3> environment{path, locale, nullptr};

    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes, &none);
    // A group of its own, so that what it starts can be ended with it.
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
    pid_t pid = 0;
    const int error =
        posix_spawn(&pid, argv.front().c_str(), &actions, &attributes, arguments.data(), environment.data());
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return error == 0 ? std::optional(pid) : std::nullopt;
}

// True when the output ended before the deadline.
bool read_all(int input, std::string& output, Clock::time_point deadline) {
    std::array<char, 4096> buffer{};
    for (;;) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
        if (left <= 0 || output.size() > max_output) return false;
        pollfd waiting{input, POLLIN, 0};
        if (poll(&waiting, 1, static_cast<int>(left)) <= 0) continue;
        const auto got = read(input, buffer.data(), buffer.size());
        if (got == 0) return true;
        if (got < 0 && errno != EINTR) return false;
        if (got > 0) output.append(buffer.data(), static_cast<std::size_t>(got));
    }
}

}  // namespace

std::optional<std::string> run_command(const std::vector<std::string>& argv,
                                       std::chrono::milliseconds deadline) {
    std::array<int, 2> ends{};
    if (argv.empty() || pipe2(ends.data(), O_CLOEXEC) != 0) return {};
    const FileHandle input(ends[0]);
    FileHandle output(ends[1]);
    const auto end = Clock::now() + deadline;
    const auto pid = spawn(argv, output.get());
    output = FileHandle();
    if (!pid) return {};

    std::string text;
    int status = 0;
    bool done = read_all(input.get(), text, end);
    // It closed its output; it may still take a moment to exit, or never do so.
    while (done && waitpid(*pid, &status, WNOHANG) == 0) {
        done = Clock::now() < end;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    if (!done) {
        kill(-*pid, SIGKILL);
        waitpid(*pid, &status, 0);
        return {};
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return {};
    return text;
}

}  // namespace reputed::mta
