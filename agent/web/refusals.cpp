#include "agent/web/refusals.hpp"

#include <utility>

#include <microhttpd.h>

namespace reputed::web {

Reply refusal(unsigned status, std::string text, Headers headers) {
    Reply reply;
    reply.status = status;
    reply.preamble = std::move(text);
    reply.headers = std::move(headers);
    return reply;
}

Reply still_starting() {
    return refusal(MHD_HTTP_SERVICE_UNAVAILABLE, "The agent is starting: it has nothing to show yet.\n");
}

// RFC 7617; browsers ask for a password when they see it.
Reply login_wanted() {
    return refusal(MHD_HTTP_UNAUTHORIZED, "A user and a password are needed.\n",
                   {{MHD_HTTP_HEADER_WWW_AUTHENTICATE, R"(Basic realm="reputed", charset="UTF-8")"}});
}

Reply come_later(unsigned status, std::string text, const char* seconds) {
    return refusal(status, std::move(text), {{MHD_HTTP_HEADER_RETRY_AFTER, seconds}});
}

Reply wrong_method(const Route& route) {
    const bool posts = route.post != nullptr;
    return refusal(MHD_HTTP_METHOD_NOT_ALLOWED,
                   posts ? "Only POST is answered here.\n" : "Only GET and HEAD are answered here.\n",
                   {{MHD_HTTP_HEADER_ALLOW, posts ? "POST" : "GET, HEAD"}});
}

}  // namespace reputed::web
