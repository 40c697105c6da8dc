#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace reputed::http {

struct Request {
    std::string method = "POST";  // POST, PUT or GET
    std::string url;              // http or https, without a user name
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    std::string username;  // basic authentication when not ""
    std::string password;
    std::string bearer;  // Authorization: Bearer
    std::chrono::milliseconds timeout{15'000};
    std::string ca_file;               // PEM; "" = the system's
    std::size_t max_response = 65536;  // bytes of the body that are read
    std::string
        if_none_match{};  // an ETag, as it was given: a 304 then has no error (RFC 9110 section 13.1.2)
    // So many redirects of a GET are followed, only to https on the same host; all within the one timeout.
    int redirects = 0;
};

struct Response {
    int status = 0;  // 0: there was no complete answer
    std::string body;
    bool body_cut = false;  // it was longer than max_response; the rest was not waited for
    std::optional<std::chrono::seconds> retry_after;  // RFC 9110 section 10.2.3, at most a day
    // "" for a status of 2xx; otherwise one sentence that names scheme, host and port only, never the path (which may
    // be a secret): "https://hooks.example answered 500 Internal Server Error".
    std::string error;
    std::string etag{};  // visible ASCII, at most 256 bytes; "" where there is none (RFC 9110 section 8.8.3)
    std::string content_type{};  // the same: "text/csv; charset=utf-8"
};

// Where checks ask for HTTP: tests and fuzzing put something else in place.
class Client {
  public:
    virtual ~Client() = default;
    virtual Response exchange(const Request& request, const std::stop_token& stop);  // the network
};

// Blocks for at most the timeout; ends at once when stop is requested. Certificates are always verified. Proxies come
// from the usual environment variables. No compression is asked for, so that what is read is never more than what was
// sent. May be called from several threads.
Response exchange(const Request& request, const std::stop_token& stop);

}  // namespace reputed::http
