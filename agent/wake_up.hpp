#pragma once

#include <csignal>
#include <cstdint>
#include <optional>
#include <system_error>

#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

// What ends a poll(): signals, and other threads.
namespace reputed {

class SignalQueue {
  public:
    // Before any thread is made, the resolver's too: all inherit the blocked set, and a signal that one of them does
    // not block ends the process.
    SignalQueue() {
        sigset_t set;
        sigemptyset(&set);
        for (const int signal : {SIGTERM, SIGINT, SIGHUP})
            sigaddset(&set, signal);
        pthread_sigmask(SIG_BLOCK, &set, nullptr);
        signal(SIGPIPE, SIG_IGN);
        fd_ = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
        if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "signalfd");
    }
    ~SignalQueue() { close(fd_); }
    SignalQueue(const SignalQueue&) = delete;
    SignalQueue& operator=(const SignalQueue&) = delete;

    int fd() const { return fd_; }
    std::optional<int> next() const {
        signalfd_siginfo info;
        if (read(fd_, &info, sizeof info) != sizeof info) return {};
        return static_cast<int>(info.ssi_signo);
    }

  private:
    int fd_ = -1;
};

// May be raised from any thread, and before anybody waits.
class WakeUp {
  public:
    WakeUp() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
    ~WakeUp() { close(fd_); }
    WakeUp(const WakeUp&) = delete;
    WakeUp& operator=(const WakeUp&) = delete;

    int fd() const { return fd_; }
    void raise() const {
        const std::uint64_t one = 1;
        [[maybe_unused]] const auto written = write(fd_, &one, sizeof one);
    }
    bool take() const {
        std::uint64_t count = 0;
        return read(fd_, &count, sizeof count) == sizeof count;
    }

  private:
    int fd_;
};

}  // namespace reputed
