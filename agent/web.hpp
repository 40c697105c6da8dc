#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agent/content.hpp"
#include "agent/query_parameters.hpp"

struct MHD_Daemon;

namespace reputed {

struct Reply {
    unsigned status = 200;
    std::string_view content_type = "text/plain; charset=utf-8";
    std::string preamble;                    // sent in front of the content
    std::shared_ptr<const Content> content;  // held until the last byte is sent; null = the preamble is all
};

struct Request {
    std::string_view below;  // what follows the path of a route that ends in '/', decoded; else ""
    QueryParameters parameters;
};

// A path and what it answers. It is compared exactly with the decoded path of the request; one that ends in '/', other
// than "/" itself, stands for everything below it. `reply` is called for GET and HEAD on the server's one thread: it
// must return at once and may throw (500).
struct Route {
    std::string path;
    std::function<Reply(const Request&)> reply;
};

// An HTTP/1.1 server on one thread of its own, from construction to destruction. Readers can hold nothing up:
// all sockets are non-blocking, each connection has 16 KiB for its request and ends after ten idle seconds,
// there are at most 1,024 of them and 512 from one address. Anything but GET and HEAD is refused (405), as
// are request bodies (413).
class WebServer {
  public:
    // `listen` is HOST:PORT or [V6]:PORT; port 0 takes any free one. Throws std::runtime_error with one line
    // that says what, where and what to do when the address cannot be bound.
    WebServer(const std::string& listen, std::vector<Route> routes);
    ~WebServer();  // ends open connections and waits for the thread
    WebServer(const WebServer&) = delete;
    WebServer& operator=(const WebServer&) = delete;

    std::uint16_t port() const { return port_; }

  private:
    std::vector<Route> routes_;
    std::uint16_t port_ = 0;
    MHD_Daemon* daemon_ = nullptr;
};

}  // namespace reputed
