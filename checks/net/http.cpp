#include "checks/net/http.hpp"

#include <algorithm>
#include <string_view>

#include "checks/net/transfer.hpp"
#include "config/text.hpp"

namespace reputed::http {

using net::append;
using net::StringList;
using net::Transfer;

namespace {

constexpr long longest_wait = 86'400;       // seconds of Retry-After
constexpr std::size_t longest_value = 256;  // of a header that is kept
constexpr std::size_t largest_headers =
    262'144;  // all of them; libcurl has no limit of its own for their number

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
           is_line(request.if_none_match) &&
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

struct Headers {
    bool ended = false;  // libcurl takes a header that ends with the connection for a whole one
    std::size_t size = 0;
    std::string etag;
    std::string content_type;
};

// "" unless it is short and of visible ASCII and blanks.
std::string value_of(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == '\r' || text.back() == '\n' || text.back() == ' '))
        text.remove_suffix(1);
    const bool fits = text.size() <= longest_value &&
                      std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
    return fits ? std::string(text) : "";
}

std::size_t take_header(char* data, std::size_t, std::size_t size, void* headers_pointer) {
    auto& headers = *static_cast<Headers*>(headers_pointer);
    const std::string_view line(data, size);
    if ((headers.size += size) > largest_headers) return 0;
    headers.ended = line == "\r\n" || line == "\n";
    const auto colon = line.find(':');
    if (line.starts_with("HTTP/")) {  // what came before was of an interim answer
        headers.etag.clear();
        headers.content_type.clear();
    } else if (colon != std::string_view::npos) {
        const auto name = lower(line.substr(0, colon));
        if (name == "etag") headers.etag = value_of(line.substr(colon + 1));
        if (name == "content-type") headers.content_type = value_of(line.substr(colon + 1));
    }
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
    if (!request.if_none_match.empty()) append(lines, "If-None-Match: " + request.if_none_match);
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

bool is_redirect(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// The end of a sentence that says why a redirect ends there: only the origin of where it leads to may be shown.
std::string why_not_followed(const std::optional<ServiceUrl>& target, const Request& request) {
    if (request.redirects > 0 && target)
        return ": a redirect to " + target->origin() + ", which is not followed";
    return ": a redirect, which is not followed: configure the address that it leads to";
}

std::string status_error(const ServiceUrl& url, int status, const Request& request) {
    if (status >= 200 && status < 300) return "";
    if (status == 304 && !request.if_none_match.empty()) return "";
    return url.origin() + " answered " + std::to_string(status) + std::string(reason(status));
}

// One request and its answer. `target`: where a redirect leads to.
Response exchange_once(const Request& request, const ServiceUrl& url, std::chrono::milliseconds timeout,
                       const std::stop_token& stop, std::optional<ServiceUrl>& target) {
    Response response;
    Transfer transfer(url, "http,https", timeout, request.ca_file);
    CURL* const curl = transfer.handle();
    const StringList lines = header_lines(request);
    set_request(curl, request, lines.get());
    Sink sink{&response, request.max_response};
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &sink);
    Headers headers;
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &headers);

    CURLcode code = transfer.run(stop);
    if (code == CURLE_OK && !headers.ended) code = CURLE_PARTIAL_FILE;
    if (code != CURLE_OK && !(code == CURLE_WRITE_ERROR && response.body_cut)) {
        response.error = transfer.fault(code);
        return response;
    }
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    response.status = static_cast<int>(status);
    response.retry_after = retry_after(curl);
    response.etag = std::move(headers.etag);
    response.content_type = std::move(headers.content_type);
    response.error = status_error(url, response.status, request);
    const char* location = nullptr;
    if (is_redirect(response.status) &&
        curl_easy_getinfo(curl, CURLINFO_REDIRECT_URL, &location) == CURLE_OK && location != nullptr)
        target = ServiceUrl::parse(location, {"http", "https"});
    if (response.status >= 300 && response.status < 400 && !response.error.empty())
        response.error += why_not_followed(target, request);
    return response;
}

// From https only to the very same server; from http to https of the same host, whatever its port.
bool may_follow(const ServiceUrl& from, const std::optional<ServiceUrl>& to) {
    return to && to->scheme == "https" && to->host == from.host &&
           (from.scheme == "http" || to->origin() == from.origin());
}

}  // namespace

Response Client::exchange(const Request& request, const std::stop_token& stop) {
    return http::exchange(request, stop);
}

Response exchange(const Request& request, const std::stop_token& stop) {
    using Clock = std::chrono::steady_clock;
    Response response;
    auto url = ServiceUrl::parse(request.url, {"http", "https"});
    if (!url) {
        response.error = "the URL is not one of http or https with a host";
        return response;
    }
    if (!has_only_lines(request)) {
        response.error = url->origin() + ": a header holds a line break and is not sent";
        return response;
    }
    const auto end = Clock::now() + request.timeout;
    auto left = request.timeout;
    for (int redirects = request.method == "GET" ? request.redirects : 0;; --redirects) {
        std::optional<ServiceUrl> target;
        response = exchange_once(request, *url, left, stop, target);
        if (!target || redirects <= 0 || !may_follow(*url, target)) return response;
        left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now());
        if (left <= std::chrono::milliseconds(0)) return response;
        url = std::move(target);
    }
}

}  // namespace reputed::http
