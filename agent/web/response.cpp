#include "agent/web/response.hpp"

#include <utility>

#include <microhttpd.h>

namespace reputed::web {
namespace {

constexpr std::pair<const char*, const char*> headers_of_every_reply[] = {
    {"Content-Security-Policy",
     "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; "
     "form-action 'self'; frame-ancestors 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Cache-Control", "no-store"},
};

constexpr std::size_t smallest_to_compress = 1024;

// What a response points into; deleted by libmicrohttpd after the last byte.
struct Body {
    std::string head;
    std::shared_ptr<const Content> content;
    std::string trailer;
};

void delete_body(void* body) {
    delete static_cast<Body*>(body);
}

MHD_Response* response_of(std::unique_ptr<Body> body, const std::string* large_part) {
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

}  // namespace

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

    auto* response = response_of(std::move(body), large_part);
    if (response == nullptr) return nullptr;
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, std::string(reply.content_type).c_str());
    if (compress) MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
    MHD_add_response_header(response, MHD_HTTP_HEADER_VARY, MHD_HTTP_HEADER_ACCEPT_ENCODING);
    for (const auto& [name, value] : reply.headers)
        MHD_add_response_header(response, name.c_str(), value.c_str());
    return response;
}

void add_security_headers(MHD_Response* response, const Headers& configured) {
    for (const auto& [name, value] : headers_of_every_reply) {
        const auto same = [name = std::string_view(name)](const auto& header) {
            return header.first == name;
        };
        if (std::none_of(configured.begin(), configured.end(), same))
            MHD_add_response_header(response, name, value);
    }
    for (const auto& [name, value] : configured)
        MHD_add_response_header(response, name.c_str(), value.c_str());
}

}  // namespace reputed::web
