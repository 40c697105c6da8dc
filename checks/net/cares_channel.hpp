#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "checks/net/dns.hpp"

struct ares_channeldata;

namespace reputed {

// One c-ares channel: a set of servers, one try of one timeout for each question, its sockets in an epoll
// set. Not thread-safe. Callbacks arrive inside send(), process() and the destructor.
class CaresChannel {
  public:
    struct Options {
        std::vector<std::string> servers;  // HOST, HOST:PORT, [V6]:PORT; empty = the system's
        std::chrono::milliseconds timeout{2000};
    };
    // `response` is empty when none came. `other_server`: a server before the one that answered stayed
    // silent.
    using Callback = void (*)(void* context, std::span<const std::uint8_t> response, bool timed_out,
                              bool other_server);

    // Throws std::runtime_error when a server is not an address or c-ares cannot start.
    CaresChannel(const Options& options, int epoll_fd);
    ~CaresChannel();
    CaresChannel(const CaresChannel&) = delete;
    CaresChannel& operator=(const CaresChannel&) = delete;

    // `name` must be valid (is_valid_name).
    void send(const std::string& name, RecordType type, Callback callback, void* context);

    // A socket of this channel is ready; false when `fd` is not one of its sockets.
    bool process(int fd, bool readable, bool writable);
    void process_timeouts();

    std::vector<std::string> servers() const;

  private:
    static void on_socket_state(void* self, int fd, int readable, int writable);

    ares_channeldata* channel_ = nullptr;
    int epoll_fd_;
    std::vector<int> sockets_;
};

}  // namespace reputed
