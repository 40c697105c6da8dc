#include "agent/web/listener.hpp"

#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>
#include <stdexcept>

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace reputed {
namespace {

[[noreturn]] void fail(const std::string& listen, const std::string& what) {
    throw std::runtime_error(listen + ": " + what);
}

std::string remedy(int error) {
    switch (error) {
        case EADDRINUSE:
            return "is another agent running? Set [web] listen to a free address";
        case EADDRNOTAVAIL:
            return "this machine does not have that address; set [web] listen to one that it has";
        case EACCES:
            return "ports below 1024 need privileges; set [web] listen to a higher one";
        default:
            return "set [web] listen to another address";
    }
}

}  // namespace

std::optional<ListenAddress> parse_listen(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return {};
    auto host = text.substr(0, colon);
    const auto port_text = text.substr(colon + 1);
    if (host.starts_with('[')) {
        if (!host.ends_with(']')) return {};
        host = host.substr(1, host.size() - 2);
    } else if (host.find_first_of(":[]") != std::string_view::npos) {
        return {};
    }
    std::uint16_t port = 0;
    const auto* const end = port_text.data() + port_text.size();
    const auto [parsed_to, error] = std::from_chars(port_text.data(), end, port);
    if (host.empty() || error != std::errc{} || parsed_to != end) return {};
    return ListenAddress{std::string(host), port};
}

int open_listener(const std::string& listen) {
    const auto address = parse_listen(listen);
    if (!address) fail(listen, "not an address to listen on; set [web] listen to HOST:PORT or [V6]:PORT");

    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    const auto port = std::to_string(address->port);
    if (const int error = getaddrinfo(address->host.c_str(), port.c_str(), &hints, &found); error != 0)
        fail(listen, std::string(gai_strerror(error)) + "; set [web] listen to an address of this machine");
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, freeaddrinfo);

    const int socket = ::socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const int on = 1;
    if (socket >= 0 && setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
        bind(socket, found->ai_addr, found->ai_addrlen) == 0 && ::listen(socket, SOMAXCONN) == 0)
        return socket;
    const int error = errno;
    if (socket >= 0) close(socket);
    fail(listen, std::string(std::strerror(error)) + ": " + remedy(error));
}

std::uint16_t bound_port(int socket) {
    sockaddr_storage bound{};
    socklen_t length = sizeof bound;
    if (getsockname(socket, reinterpret_cast<sockaddr*>(&bound), &length) != 0) return 0;
    if (bound.ss_family == AF_INET6) return ntohs(reinterpret_cast<const sockaddr_in6&>(bound).sin6_port);
    return ntohs(reinterpret_cast<const sockaddr_in&>(bound).sin_port);
}

}  // namespace reputed
