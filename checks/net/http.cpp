#include "checks/net/http.hpp"

#include <algorithm>
#include <string_view>

#include "checks/net/transfer.hpp"

namespace reputed::http {

using net::append;
using net::StringList;
using net::Transfer;

namespace {

constexpr long longest_wait = 86'400;  // seconds of Retry-After

// The registered reason phrases (RFC 9110 section 15) of what such services answer: HTTP/2 has none, and foreign ones
// are not to be shown.
std::string_view reason(int status) {
    switch (status) {
        case 400:
            return " Bad Request";
        case 401:
            return " Unauthorized";
        case 403:
            return " Forbidden";
        case 404:
            return " Not Found";
        case 405:
            return " Method Not Allowed";
        case 407:
            return " Proxy Authentication Required";
        case 410:
            return " Gone";
        case 413:
            return " Content Too Large";
        case 415:
            return " Unsupported Media Type";
        case 422:
            return " Unprocessable Content";
        case 429:
            return " Too Many Requests";
        case 500:
            return " Internal Server Error";
        case 502:
            return " Bad Gateway";
        case 503:
            return " Service Unavailable";
        case 504:
            return " Gateway Timeout";
        default:
            return "";
    }
}

bool is_line(std::string_view text) {
    return std::none_of(text.begin(), text.end(), [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

bool has_only_lines(const Request& request) {
    return is_line(request.username) && is_line(request.password) && is_line(request.bearer) &&
           std::all_of(request.headers.begin(), request.headers.end(), [](const auto& header) {
               return is_line(header.first) && is_line(header.second) && !header.first.empty() &&
                      header.first.find(':') == std::string::npos;
           });
}

struct Sink {
    Response* response;
    std::size_t most;
};

std::size_t take(char* data, std::size_t, std::size_t size, void* sink_pointer) {
    auto& sink = *static_cast<Sink*>(sink_pointer);
    const std::size_t room = sink.most - sink.response->body.size();
    sink.response->body.append(data, std::min(room, size));
    if (size <= room) return size;
    sink.response->body_cut = true;
    return 0;
}

// libcurl takes a header that ends with the connection for a whole one.
std::size_t note_end(char* data, std::size_t, std::size_t size, void* complete) {
    const std::string_view line(data, size);
    *static_cast<bool*>(complete) = line == "\r\n" || line == "\n";
    return size;
}

StringList header_lines(const Request& request) {
    StringList lines;
    append(lines, "Expect:");  // no round trip before the body
    for (const auto& [name, value] : request.headers) {
        std::string line = name;
        append(lines,
               line.append(value.empty() ? ";" : ": ").append(value));  // libcurl's sign of an empty one
    }
    if (!request.bearer.empty()) append(lines, "Authorization: Bearer " + request.bearer);
    return lines;
}

void set_request(CURL* curl, const Request& request, curl_slist* lines) {
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "reputed/" REPUTED_VERSION);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, lines);
    if (request.method != "GET") {
        curl_easy_setopt(curl, CURLOPT_POST, 1L);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.c_str());
        curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    }
    if (!request.username.empty()) {
        curl_easy_setopt(curl, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
        curl_easy_setopt(curl, CURLOPT_USERNAME, request.username.c_str());
        curl_easy_setopt(curl, CURLOPT_PASSWORD, request.password.c_str());
    }
}

std::optional<std::chrono::seconds> retry_after(CURL* curl) {
    curl_off_t wait = 0;
    if (curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &wait) != CURLE_OK || wait <= 0) return {};
    return std::chrono::seconds(std::min<curl_off_t>(wait, longest_wait));
}

std::string status_error(const ServiceUrl& url, int status) {
    if (status >= 200 && status < 300) return "";
    std::string text = url.origin() + " answered " + std::to_string(status) + std::string(reason(status));
    if (status >= 300 && status < 400)
        text += ": a redirect, which is not followed: configure the address that it leads to";
    return text;
}

}  // namespace

Response exchange(const Request& request, const std::stop_token& stop) {
    Response response;
    const auto url = ServiceUrl::parse(request.url, {"http", "https"});
    if (!url) {
        response.error = "the URL is not one of http or https with a host";
        return response;
    }
    if (!has_only_lines(request)) {
        response.error = url->origin() + ": a header holds a line break and is not sent";
        return response;
    }
    Transfer transfer(*url, "http,https", request.timeout, request.ca_file);
    CURL* const curl = transfer.handle();
    const StringList lines = header_lines(request);
    set_request(curl, request, lines.get());
    Sink sink{&response, request.max_response};
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &sink);

    bool header_ended = false;
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, note_end);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &header_ended);

    CURLcode code = transfer.run(stop);
    if (code == CURLE_OK && !header_ended) code = CURLE_PARTIAL_FILE;
    if (code != CURLE_OK && !(code == CURLE_WRITE_ERROR && response.body_cut)) {
        response.error = transfer.fault(code);
        return response;
    }
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    response.status = static_cast<int>(status);
    response.retry_after = retry_after(curl);
    response.error = status_error(*url, response.status);
    return response;
}

}  // namespace reputed::http
