#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/web/content.hpp"
#include "agent/web/query_parameters.hpp"
#include "config/web_config.hpp"

namespace reputed {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Reply {
    unsigned status = 200;
    std::string_view content_type = "text/plain; charset=utf-8";
    std::string preamble;                    // sent in front of the content
    std::shared_ptr<const Content> content;  // held until the last byte is sent; null = the preamble is all
    Headers headers{};                       // beside those that every reply has
};

struct Request {
    std::string_view below;  // what follows the path of a route that ends in '/', decoded; else ""
    QueryParameters parameters;
};

// Takes the reply to a request, once, from any thread and at any time; when the server has gone meanwhile, for nothing.
using LaterReply = std::function<void(Reply)>;

// A path and what it answers. It is compared exactly with the decoded path of the request; one that ends in '/', other
// than "/" itself, stands for everything below it. `reply` is called for GET and HEAD on the server's one thread: it
// must return at once and may throw (500). `post` instead of it is called for POST, and may answer later.
struct Route {
    std::string path;
    std::function<Reply(const Request&)> reply;
    std::function<void(const Request&, LaterReply)> post{};
};

// An HTTP/1.1 server on one thread of its own, from construction to destruction. Readers can hold nothing up: all sockets
// are non-blocking, each connection has 16 KiB for its request, and connections.hpp says which are closed when they
// are too slow or too many (2,560). Each path answers its own methods (405), request bodies are refused (413), and so is
// a POST that a page of another site makes a browser send (403).
//
// With a web configuration: TLS, and users, asked before anything is told; a client that fails often is answered 429.
class WebServer {
  public:
    // `listen` is HOST:PORT or [V6]:PORT; port 0 takes any free one. Throws std::runtime_error with one line
    // that says what, where and what to do when the address cannot be bound or the certificate not be used.
    WebServer(const std::string& listen, std::vector<Route> routes, std::optional<WebConfig> config = {});
    ~WebServer();  // ends open connections and waits for the thread
    WebServer(const WebServer&) = delete;
    WebServer& operator=(const WebServer&) = delete;

    std::uint16_t port() const;

    // Takes another configuration for requests and connections that begin from now on. Whether TLS is spoken stays as it
    // was: the result says what to do where that is asked, else it is "". Throws as the constructor does, with the old
    // one in use.
    std::string configure(std::optional<WebConfig> config);

  private:
    class Server;
    std::unique_ptr<Server> server_;
};

}  // namespace reputed
