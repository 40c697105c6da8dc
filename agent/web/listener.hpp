#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace reputed {

struct ListenAddress {
    std::string host;  // without brackets
    std::uint16_t port = 0;
};

// HOST:PORT, ADDRESS:PORT or [V6]:PORT with PORT 0..65535; nothing else.
std::optional<ListenAddress> parse_listen(std::string_view text);

// A listening, non-blocking TCP socket that the caller closes. Throws std::runtime_error with one line for
// the operator: "127.0.0.1:15782: Address already in use: is another agent running? Set [web] listen to a
// free one".
int open_listener(const std::string& listen);

// The port that a listening socket is bound to.
std::uint16_t bound_port(int socket);

}  // namespace reputed
