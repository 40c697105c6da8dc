#include "agent/web/server.hpp"

#include <algorithm>
#include <csignal>
#include <exception>
#include <mutex>
#include <stdexcept>
#include <utility>

#include <gnutls/abstract.h>
#include <microhttpd.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/web/accept_encoding.hpp"
#include "agent/web/connections.hpp"
#include "agent/web/gate.hpp"
#include "agent/web/listener.hpp"
#include "agent/web/parking.hpp"
#include "agent/web/refusals.hpp"
#include "agent/web/request.hpp"
#include "agent/web/response.hpp"
#include "agent/web/tls.hpp"

namespace reputed {
namespace {

constexpr unsigned connection_limit = 2560;
constexpr unsigned files_for_others = 256;  // of those that the process may open
constexpr unsigned being_closed = 128;      // connections that are chosen and not gone yet
constexpr unsigned accepted_at_once = 32;   // with TLS
constexpr unsigned idle_seconds = 10;
constexpr auto welcome_seconds = static_cast<unsigned>(web::ConnectionTable::welcome_deadline.count());
constexpr std::size_t request_memory = 16384;

bool takes(const Route& route, std::string_view path) {
    if (route.path == path) return true;
    return route.path.size() > 1 && route.path.back() == '/' && path.starts_with(route.path);
}

const Route* route_of(const std::vector<Route>& routes, std::string_view path) {
    const auto found =
        std::find_if(routes.begin(), routes.end(), [&](const Route& one) { return takes(one, path); });
    return found == routes.end() ? nullptr : &*found;
}

Request request_of(MHD_Connection* connection, const Route& route, std::string_view path) {
    return {path.substr(route.path.size()), web::query_of(connection)};
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

// A connection of the table, with what its request waits for.
struct Session {
    web::Connection* entry = nullptr;
    std::shared_ptr<web::Parked> parked;
    bool let_in = false;  // this request has shown its password
};

std::size_t affordable_connections() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return connection_limit;
    const auto files = static_cast<std::size_t>(limit.rlim_cur);
    return std::clamp<std::size_t>(files > files_for_others ? files - files_for_others : 0, 64,
                                   connection_limit);
}

}  // namespace

class WebServer::Server {
  public:
    Server(const std::string& listen, std::vector<Route> routes, std::optional<WebConfig> config);
    ~Server();
    std::uint16_t port() const { return port_; }
    std::string configure(std::optional<WebConfig> config);

  private:
    struct Policy {
        WebConfig config;
        std::unique_ptr<web::Tls> tls;
    };

    static MHD_Result on_request(void* server, MHD_Connection*, const char* url, const char* method,
                                 const char* version, const char* upload, std::size_t* upload_size,
                                 void** request) noexcept;
    static void on_connection(void* server, MHD_Connection*, void** session,
                              MHD_ConnectionNotificationCode) noexcept;
    static void on_completed(void* server, MHD_Connection*, void** request,
                             MHD_RequestTerminationCode) noexcept;

    void begin(MHD_Connection* connection, void** session);
    void accept_more(MHD_Connection* connection);
    MHD_Result respond(MHD_Connection* connection, Session& session, const char* url,
                       std::string_view method);
    std::optional<Reply> ask_login(MHD_Connection* connection, Session& session, const Policy& policy);
    std::optional<Reply> answer(MHD_Connection* connection, Session& session, std::string_view path,
                                std::string_view method);
    bool park(MHD_Connection* connection, Session& session);
    void close_what_must(web::Connection::Time now);
    MHD_Result send(MHD_Connection* connection, Session& session, Reply reply, bool close);
    std::shared_ptr<Policy> policy() {
        const std::lock_guard lock(mutex_);
        return policy_;
    }

    std::vector<Route> routes_;
    std::mutex mutex_;
    std::shared_ptr<Policy> policy_;
    web::ConnectionTable connections_;  // of the server's thread, as are the next two
    web::RequestLimit requests_;
    std::shared_ptr<void> last_context_;  // libmicrohttpd ends a TLS session after it has told of its end
    std::shared_ptr<web::Parking> parking_ = std::make_shared<web::Parking>();
    web::Gate gate_;
    unsigned accepted_more_ = 0;  // and not begun yet; of the server's thread
    int listener_ = -1;
    std::uint16_t port_ = 0;
    MHD_Daemon* daemon_ = nullptr;
};

namespace {

int no_certificate(gnutls_session_t, const gnutls_datum_t*, int, const gnutls_pk_algorithm_t*, int,
                   gnutls_pcert_st**, unsigned*, gnutls_privkey_t*) {
    return -1;  // never asked: each session is given its credentials when it begins
}

}  // namespace

WebServer::Server::Server(const std::string& listen, std::vector<Route> routes,
                          std::optional<WebConfig> config)
    : routes_(std::move(routes)), connections_(affordable_connections()) {
    policy_ = std::make_shared<Policy>();
    if (config) policy_->config = std::move(*config);
    if (policy_->config.tls) policy_->tls = std::make_unique<web::Tls>(*policy_->config.tls);
    const int socket = open_listener(listen);
    listener_ = socket;
    port_ = bound_port(socket);
    const AllSignalsBlocked for_its_thread;
    // With epoll, libmicrohttpd 0.9.75 never waits while any handshake is half way.
    const unsigned loop = policy_->tls ? static_cast<unsigned>(MHD_USE_POLL_INTERNAL_THREAD) | MHD_USE_TLS
                                       : static_cast<unsigned>(MHD_USE_EPOLL_INTERNAL_THREAD);
    // With TLS it wants to be told where certificates come from.
    const MHD_OptionItem certificates[] = {
        {MHD_OPTION_HTTPS_CERT_CALLBACK, 0, reinterpret_cast<void*>(&no_certificate)},
        {MHD_OPTION_END, 0, nullptr}};
    const MHD_OptionItem none[] = {{MHD_OPTION_END, 0, nullptr}};
    daemon_ = MHD_start_daemon(loop | MHD_ALLOW_SUSPEND_RESUME, 0, nullptr, nullptr, on_request, this,  //
                               MHD_OPTION_LISTEN_SOCKET, socket,                                        //
                               MHD_OPTION_CONNECTION_LIMIT, connection_limit + being_closed,            //
                               MHD_OPTION_CONNECTION_TIMEOUT, idle_seconds,                             //
                               MHD_OPTION_CONNECTION_MEMORY_LIMIT, request_memory,                      //
                               MHD_OPTION_NOTIFY_CONNECTION, on_connection, this,                       //
                               MHD_OPTION_NOTIFY_COMPLETED, on_completed, this,                         //
                               MHD_OPTION_ARRAY, policy_->tls ? certificates : none,                    //
                               MHD_OPTION_END);
    if (daemon_ == nullptr) {
        close(socket);
        throw std::runtime_error(listen + ": the web server did not start (no thread or memory left?)");
    }
}

// Nothing may sleep any more when libmicrohttpd stops.
WebServer::Server::~Server() {
    gate_.close();
    parking_->close();
    MHD_stop_daemon(daemon_);
}

std::string WebServer::Server::configure(std::optional<WebConfig> config) {
    auto changed = std::make_shared<Policy>();
    if (config) changed->config = std::move(*config);
    const bool asked = changed->config.tls.has_value();
    const auto before = policy();
    std::string remark;
    if (asked && before->tls) changed->tls = std::make_unique<web::Tls>(*changed->config.tls);
    if (asked && !before->tls)
        remark = "TLS begins with the next start of the agent: until then it speaks plain HTTP";
    if (!asked && before->tls) {
        remark =
            "TLS ends with the next start of the agent: until then it goes on with the certificate that it "
            "had";
        changed->config.tls = before->config.tls;
        changed->tls = std::make_unique<web::Tls>(*changed->config.tls);
    }
    const std::lock_guard lock(mutex_);
    policy_ = std::move(changed);
    return remark;
}

void WebServer::Server::on_connection(void* self, MHD_Connection* connection, void** session,
                                      MHD_ConnectionNotificationCode code) noexcept try {
    auto& server = *static_cast<Server*>(self);
    if (code == MHD_CONNECTION_NOTIFY_STARTED) return server.begin(connection, session);
    const std::unique_ptr<Session> ended(static_cast<Session*>(*session));
    if (ended && ended->entry != nullptr) {
        server.last_context_ = std::move(ended->entry->context);
        server.connections_.remove(*ended->entry);
    }
    *session = nullptr;
} catch (...) {
    // out of memory: a connection without a session is dropped at its first request
}

void WebServer::Server::begin(MHD_Connection* connection, void** session) {
    const auto now = std::chrono::steady_clock::now();
    const auto info = [connection](MHD_ConnectionInfoType what) {
        return MHD_get_connection_info(connection, what);
    };
    const auto client = web::FailureLimit::client_of(web::address_of(connection));
    auto begun = std::make_unique<Session>();
    begun->entry = &connections_.add(info(MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd, client, now);
    *session = begun.get();
    auto& entry = *begun.release()->entry;
    const auto current = policy();
    if (current->tls)
        entry.context = current->tls->set_up(info(MHD_CONNECTION_INFO_GNUTLS_SESSION)->tls_session);
    close_what_must(now);
    if (current->tls) accept_more(connection);
}

// With poll, libmicrohttpd accepts one connection each time that it has gone through all of them: hundreds would wait for
// seconds.
void WebServer::Server::accept_more(MHD_Connection* connection) {
    if (accepted_more_ > 0) {
        --accepted_more_;
        return;
    }
    auto* daemon = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_DAEMON)->daemon;
    while (accepted_more_ < accepted_at_once) {
        sockaddr_storage address{};
        socklen_t size = sizeof address;
        auto* from = reinterpret_cast<sockaddr*>(&address);
        const int socket = accept4(listener_, from, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (socket < 0) return;
        if (MHD_add_connection(daemon, socket, from, size) == MHD_YES) ++accepted_more_;
    }
}

// libmicrohttpd sees the end of the stream, and closes the connection then.
void WebServer::Server::close_what_must(web::Connection::Time now) {
    for (const auto* connection : connections_.to_close(now))
        shutdown(connection->socket, SHUT_RDWR);
}

void WebServer::Server::on_completed(void* self, MHD_Connection* connection, void**,
                                     MHD_RequestTerminationCode) noexcept {
    const auto* info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    if (info == nullptr || info->socket_context == nullptr) return;
    auto& session = *static_cast<Session*>(info->socket_context);
    session.let_in = false;
    session.parked.reset();
    session.entry->parked = false;
    static_cast<Server*>(self)->connections_.answered(*session.entry, std::chrono::steady_clock::now());
}

// libmicrohttpd calls this first when the headers are there, and again when the body is. A body is refused at the first
// call, which makes it close the connection without reading on. A request that waited comes here once more.
MHD_Result WebServer::Server::on_request(void* self, MHD_Connection* connection, const char* url,
                                         const char* method, const char* /*version*/, const char* /*upload*/,
                                         std::size_t* upload_size, void** request) noexcept try {
    static int headers_seen;
    auto& server = *static_cast<Server*>(self);
    auto* session = static_cast<Session*>(
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context);
    if (session == nullptr) return MHD_NO;
    if (*request == nullptr) {
        *request = &headers_seen;
        if (!web::has_body(connection)) return MHD_YES;
        return server.send(connection, *session,
                           web::refusal(MHD_HTTP_CONTENT_TOO_LARGE, "A request here has no body.\n"), true);
    }
    if (*upload_size != 0) return MHD_NO;
    return server.respond(connection, *session, url, method);
} catch (...) {
    return MHD_NO;  // out of memory: drop the connection, keep the agent
}

MHD_Result WebServer::Server::respond(MHD_Connection* connection, Session& session, const char* url,
                                      std::string_view method) {
    const auto woken = std::exchange(session.parked, nullptr);
    session.entry->parked = false;
    std::optional<Reply> reply;
    if (woken && woken->reply) {
        reply = std::move(woken->reply);
    } else if (woken && !woken->login) {
        reply = web::refusal(MHD_HTTP_SERVICE_UNAVAILABLE, "The agent is ending.\n");
    } else if (woken && !*woken->login) {
        reply = web::login_wanted();
    } else {
        session.let_in = session.let_in || woken != nullptr;
        if (!session.let_in) reply = ask_login(connection, session, *policy());
        if (!reply && !session.parked) reply = answer(connection, session, url, method);
    }
    return reply ? send(connection, session, std::move(*reply), false) : MHD_YES;
}

std::optional<Reply> WebServer::Server::ask_login(MHD_Connection* connection, Session& session,
                                                  const Policy& policy) {
    const auto& limit = policy.config.rate_limit;
    if (!requests_.take(limit.interval, limit.burst, std::chrono::steady_clock::now()))
        return web::come_later(MHD_HTTP_TOO_MANY_REQUESTS, "More requests than rate_limit lets through.\n",
                               "1");
    auto asked = gate_.ask(policy.config.users, web::header(connection, MHD_HTTP_HEADER_AUTHORIZATION),
                           session.entry->client);
    using Verdict = web::Gate::Verdict;
    switch (asked.verdict) {
        case Verdict::let_in:
            session.let_in = true;
            return {};
        case Verdict::no_login:
        case Verdict::wrong:
            return web::login_wanted();
        case Verdict::too_often:
            return web::come_later(MHD_HTTP_TOO_MANY_REQUESTS,
                                   "Too many wrong passwords from this address: wait.\n", "5");
        case Verdict::busy:
            break;
        case Verdict::unknown:
            if (!park(connection, session)) break;
            gate_.check(std::move(*asked.check), [parking = parking_, parked = session.parked](bool right) {
                parking->wake(parked, [right](web::Parked& result) { result.login = right; });
            });
            return {};
    }
    return web::come_later(MHD_HTTP_SERVICE_UNAVAILABLE, "Too many logins are being looked at: try again.\n",
                           "1");
}

bool WebServer::Server::park(MHD_Connection* connection, Session& session) {
    session.parked = parking_->park(connection);
    session.entry->parked = session.parked != nullptr;
    return session.entry->parked;
}

std::optional<Reply> WebServer::Server::answer(MHD_Connection* connection, Session& session,
                                               std::string_view path, std::string_view method) {
    const auto* route = route_of(routes_, path);
    if (route == nullptr)
        return web::refusal(MHD_HTTP_NOT_FOUND, "There is nothing here. Try / or /metrics.\n");
    const bool reads = method == MHD_HTTP_METHOD_GET || method == MHD_HTTP_METHOD_HEAD;
    try {
        if (reads && route->reply) return route->reply(request_of(connection, *route, path));
        if (method != MHD_HTTP_METHOD_POST || !route->post) return web::wrong_method(*route);
        if (web::is_of_another_site(connection))
            return web::refusal(MHD_HTTP_FORBIDDEN, "A page of another site asked for this: refused.\n");
        const auto request = request_of(connection, *route, path);
        if (!park(connection, session))
            return web::refusal(MHD_HTTP_SERVICE_UNAVAILABLE, "The agent is ending.\n");
        route->post(request, [parking = parking_, parked = session.parked](Reply reply) {
            parking->wake(parked, [&reply](web::Parked& result) { result.reply = std::move(reply); });
        });
        return {};
    } catch (const std::exception&) {
        auto reply = web::refusal(MHD_HTTP_INTERNAL_SERVER_ERROR,
                                  "The agent failed to make this page; its log may say more.\n");
        if (!session.parked) return reply;
        parking_->wake(session.parked, [&reply](web::Parked& result) { result.reply = std::move(reply); });
        return {};
    }
}

MHD_Result WebServer::Server::send(MHD_Connection* connection, Session& session, Reply reply, bool close) {
    const char* encodings = web::header(connection, MHD_HTTP_HEADER_ACCEPT_ENCODING);
    const auto status = reply.status;
    const auto now = std::chrono::steady_clock::now();
    connections_.answer(*session.entry, reply.content.get(), reply.content ? reply.content->text().size() : 0,
                        now);
    close_what_must(now);
    auto* response = web::make_response(std::move(reply), encodings != nullptr && accepts_gzip(encodings));
    if (response == nullptr) return MHD_NO;
    web::add_security_headers(response, policy()->config.headers);
    if (close) MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
    if (session.let_in && !session.entry->welcome) {
        session.entry->welcome = true;
        MHD_set_connection_option(connection, MHD_CONNECTION_OPTION_TIMEOUT, welcome_seconds);
    }
    const auto result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

WebServer::WebServer(const std::string& listen, std::vector<Route> routes, std::optional<WebConfig> config)
    : server_(std::make_unique<Server>(listen, std::move(routes), std::move(config))) {}

WebServer::~WebServer() = default;

std::uint16_t WebServer::port() const {
    return server_->port();
}

std::string WebServer::configure(std::optional<WebConfig> config) {
    return server_->configure(std::move(config));
}

}  // namespace reputed
