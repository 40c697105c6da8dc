#include "agent/web.hpp"

#include <algorithm>
#include <csignal>
#include <exception>
#include <stdexcept>
#include <utility>

#include <microhttpd.h>
#include <pthread.h>

#include "agent/accept_encoding.hpp"
#include "agent/listener.hpp"

namespace reputed {
namespace {

constexpr unsigned connection_limit = 1024;
constexpr unsigned connections_per_address = 512;
constexpr unsigned idle_seconds = 10;
constexpr std::size_t request_memory = 16384;
constexpr std::size_t smallest_to_compress = 1024;

constexpr std::pair<const char*, const char*> headers_of_every_reply[] = {
    {"Content-Security-Policy",
     "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; "
     "form-action 'self'; frame-ancestors 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Cache-Control", "no-store"},
};

// What a response points into; deleted by libmicrohttpd after the last byte.
struct Body {
    std::string head;
    std::shared_ptr<const Content> content;
    std::string trailer;
};

void delete_body(void* body) {
    delete static_cast<Body*>(body);
}

MHD_Response* make_response(std::unique_ptr<Body> body, const std::string* large_part) {
    std::vector<MHD_IoVec> parts;
    const auto add = [&parts](const std::string& part) {
        if (!part.empty()) parts.push_back({part.data(), part.size()});
    };
    add(body->head);
    if (large_part != nullptr) add(*large_part);
    add(body->trailer);
    if (parts.empty()) return MHD_create_response_from_buffer(0, nullptr, MHD_RESPMEM_PERSISTENT);
    auto* response = MHD_create_response_from_iovec(parts.data(), static_cast<unsigned>(parts.size()),
                                                    delete_body, body.get());
    if (response != nullptr) (void)body.release();
    return response;
}

MHD_Response* make_response(Reply reply, bool gzip_accepted) {
    auto body = std::make_unique<Body>();
    const std::string* large_part = nullptr;
    const bool compress =
        gzip_accepted && reply.content && reply.content->text().size() >= smallest_to_compress;
    if (compress) {
        auto gzip = reply.content->gzip(reply.preamble);
        body->head = std::move(gzip.head);
        body->trailer = std::move(gzip.trailer);
        large_part = gzip.body;
    } else {
        body->head = std::move(reply.preamble);
        if (reply.content) large_part = &reply.content->text();
    }
    body->content = std::move(reply.content);

    auto* response = make_response(std::move(body), large_part);
    if (response == nullptr) return nullptr;
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, std::string(reply.content_type).c_str());
    if (compress) MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
    MHD_add_response_header(response, MHD_HTTP_HEADER_VARY, MHD_HTTP_HEADER_ACCEPT_ENCODING);
    for (const auto& [name, value] : headers_of_every_reply)
        MHD_add_response_header(response, name, value);
    return response;
}

Reply refusal(unsigned status, std::string text) {
    Reply reply;
    reply.status = status;
    reply.preamble = std::move(text);
    return reply;
}

// RFC 9112 section 6: a request has a body when one of these headers says so.
bool has_body(MHD_Connection* connection) {
    const char* length =
        MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
    if (length != nullptr && std::string_view(length).find_first_not_of('0') != std::string_view::npos)
        return true;
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_TRANSFER_ENCODING) !=
           nullptr;
}

// One more than is allowed tells that there are too many.
MHD_Result take_parameter(void* to, MHD_ValueKind, const char* name, std::size_t name_size, const char* value,
                          std::size_t value_size) {
    auto& parameters = *static_cast<QueryParameters*>(to);
    parameters.push_back(
        {std::string(name, name_size), value == nullptr ? "" : std::string(value, value_size)});
    return parameters.size() > most_query_parameters ? MHD_NO : MHD_YES;
}

bool takes(const Route& route, std::string_view path) {
    if (route.path == path) return true;
    return route.path.size() > 1 && route.path.back() == '/' && path.starts_with(route.path);
}

Reply answer(const std::vector<Route>& routes, MHD_Connection* connection, std::string_view path,
             std::string_view method) {
    const auto route =
        std::find_if(routes.begin(), routes.end(), [&](const Route& one) { return takes(one, path); });
    if (route == routes.end())
        return refusal(MHD_HTTP_NOT_FOUND, "There is nothing here. Try / or /metrics.\n");
    if (method != MHD_HTTP_METHOD_GET && method != MHD_HTTP_METHOD_HEAD)
        return refusal(MHD_HTTP_METHOD_NOT_ALLOWED, "Only GET and HEAD are answered here.\n");
    try {
        Request request{path.substr(route->path.size()), {}};
        MHD_get_connection_values_n(connection, MHD_GET_ARGUMENT_KIND, take_parameter, &request.parameters);
        return route->reply(request);
    } catch (const std::exception&) {
        return refusal(MHD_HTTP_INTERNAL_SERVER_ERROR,
                       "The agent failed to make this page; its log may say more.\n");
    }
}

MHD_Result send(MHD_Connection* connection, Reply reply, bool close) {
    const char* encodings =
        MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_ACCEPT_ENCODING);
    const auto status = reply.status;
    auto* response = make_response(std::move(reply), encodings != nullptr && accepts_gzip(encodings));
    if (response == nullptr) return MHD_NO;
    if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
        MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
    if (close) MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
    const auto result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

// libmicrohttpd calls this first when the headers are there, and again when the body is. A body is refused at
// the first call, which makes it close the connection without reading on.
MHD_Result handle(void* routes, MHD_Connection* connection, const char* url, const char* method,
                  const char* /*version*/, const char* /*upload*/, std::size_t* upload_size,
                  void** request) noexcept try {
    static int headers_seen;
    if (*request == nullptr) {
        *request = &headers_seen;
        if (!has_body(connection)) return MHD_YES;
        return send(connection, refusal(MHD_HTTP_CONTENT_TOO_LARGE, "A request here has no body.\n"), true);
    }
    if (*upload_size != 0) return MHD_NO;
    return send(connection, answer(*static_cast<const std::vector<Route>*>(routes), connection, url, method),
                false);
} catch (...) {
    return MHD_NO;  // out of memory: drop the connection, keep the agent
}

// Signals are for the agent's own threads.
class AllSignalsBlocked {
  public:
    AllSignalsBlocked() {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~AllSignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    AllSignalsBlocked(const AllSignalsBlocked&) = delete;
    AllSignalsBlocked& operator=(const AllSignalsBlocked&) = delete;

  private:
    sigset_t before_{};
};

}  // namespace

WebServer::WebServer(const std::string& listen, std::vector<Route> routes) : routes_(std::move(routes)) {
    const int socket = open_listener(listen);
    port_ = bound_port(socket);
    const AllSignalsBlocked for_its_thread;
    daemon_ = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, nullptr, nullptr, handle, &routes_,  //
                               MHD_OPTION_LISTEN_SOCKET, socket,                                      //
                               MHD_OPTION_CONNECTION_LIMIT, connection_limit,                         //
                               MHD_OPTION_PER_IP_CONNECTION_LIMIT, connections_per_address,           //
                               MHD_OPTION_CONNECTION_TIMEOUT, idle_seconds,                           //
                               MHD_OPTION_CONNECTION_MEMORY_LIMIT, request_memory,                    //
                               MHD_OPTION_END);
    if (daemon_ == nullptr)
        throw std::runtime_error(listen + ": the web server did not start (no thread or memory left?)");
}

WebServer::~WebServer() {
    MHD_stop_daemon(daemon_);
}

}  // namespace reputed
