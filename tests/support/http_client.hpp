#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

// What tests say to a web server on the loopback address, byte for byte.
namespace reputed::test::http {

// A client's end of a connection. Waits are bounded, so that a server that hangs is a failure and no hanging
// test.
class Client {
  public:
    explicit Client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        const timeval patience{20, 0};
        setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        sockaddr_in server{};
        server.sin_family = AF_INET;
        server.sin_port = htons(port);
        server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        connected_ = connect(socket_, reinterpret_cast<const sockaddr*>(&server), sizeof server) == 0;
    }
    ~Client() { close(socket_); }
    Client(Client&& other) noexcept
        : socket_(std::exchange(other.socket_, -1)), connected_(other.connected_) {}
    Client& operator=(Client&&) = delete;

    bool connected() const { return connected_; }
    int socket() const { return socket_; }
    bool send(std::string_view bytes) {
        return ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
               static_cast<ssize_t>(bytes.size());
    }
    // Everything until the server closes.
    std::string rest() {
        std::string all;
        char buffer[65536];
        for (ssize_t n = 0; (n = recv(socket_, buffer, sizeof buffer, 0)) > 0;)
            all.append(buffer, static_cast<std::size_t>(n));
        return all;
    }

  private:
    int socket_;
    bool connected_ = false;
};

inline std::string talk(std::uint16_t port, const std::string& request) {
    Client client(port);
    EXPECT_TRUE(client.connected());
    EXPECT_TRUE(client.send(request));
    return client.rest();
}

inline std::string request(const std::string& method, const std::string& path,
                           const std::string& headers = "") {
    return method + " " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + headers + "\r\n";
}

inline std::string get(std::uint16_t port, const std::string& path, const std::string& headers = "") {
    return talk(port, request("GET", path, headers));
}

inline std::string status_of(const std::string& response) {
    return response.substr(0, response.find("\r\n"));
}

inline std::string body_of(const std::string& response) {
    const auto end = response.find("\r\n\r\n");
    return end == std::string::npos ? "" : response.substr(end + 4);
}

inline std::string header_of(const std::string& response, const std::string& name) {
    const auto head = response.substr(0, response.find("\r\n\r\n") + 2);
    const auto begin = head.find("\r\n" + name + ": ");
    if (begin == std::string::npos) return "";
    const auto value = begin + name.size() + 4;
    return head.substr(value, head.find("\r\n", value) - value);
}

}  // namespace reputed::test::http
