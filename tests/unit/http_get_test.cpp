#include <gtest/gtest.h>

#include "checks/net/http.hpp"
#include "tests/support/loopback_server.hpp"

namespace reputed::http {
namespace {

using test::Certificate;
using test::Connection;

// Answers by path over TLS, and keeps the requests with their headers.
class Site {
  public:
    explicit Site(std::map<std::string, std::string> answers)
        : answers_(std::move(answers)), server_([this](Connection& connection) { serve(connection); }) {}

    std::string origin() const { return "https://127.0.0.1:" + std::to_string(server_.port()); }
    Request get(const std::string& path) const {
        Request request;
        request.method = "GET";
        request.url = origin() + path;
        request.ca_file = certificate_.file();
        request.timeout = std::chrono::seconds(20);
        request.redirects = 3;
        return request;
    }
    std::vector<std::string> requests() const {
        const std::lock_guard lock(mutex_);
        return requests_;
    }

  private:
    void serve(Connection& connection) {
        if (!connection.start_tls(certificate_)) return;
        const auto line = connection.read_line();
        if (!line) return;
        std::string all = *line;
        while (const auto header = connection.read_line()) {
            if (header->empty()) break;
            all += '\n' + *header;
        }
        {
            const std::lock_guard lock(mutex_);
            requests_.push_back(all);
        }
        const auto path = line->substr(line->find(' ') + 1, line->rfind(' ') - line->find(' ') - 1);
        const auto found = answers_.find(path);
        connection.write(found != answers_.end()
                             ? found->second
                             : "HTTP/1.1 404 x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    }

    std::map<std::string, std::string> answers_;
    Certificate certificate_{"127.0.0.1"};
    mutable std::mutex mutex_;
    std::vector<std::string> requests_;
    test::LoopbackServer server_;
};

std::string answer(const std::string& status, const std::string& headers, const std::string& body = "") {
    return "HTTP/1.1 " + status + "\r\n" + headers +
           "Connection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string redirect(const std::string& location, const std::string& status = "302 x") {
    return answer(status, "Location: " + location + "\r\n");
}

TEST(HttpGet, ReadsWhatTheHeadersSay) {
    const struct {
        std::string headers, etag, content_type;
    } rows[] = {
        {"ETag: \"v1\"\r\ncontent-TYPE:text/csv; charset=utf-8 \r\n", "\"v1\"", "text/csv; charset=utf-8"},
        {"", "", ""},
        {"ETag: " + std::string(257, 'x') + "\r\n", "", ""},
        {"ETag: \"\x01\"\r\nContent-Type: \xff\r\n", "", ""},
    };
    for (const auto& row : rows) {
        const Site site({{"/", answer("200 OK", row.headers, "a")}});
        const auto response = exchange(site.get("/"), {});
        EXPECT_EQ(response.error, "");
        EXPECT_EQ(response.etag, row.etag);
        EXPECT_EQ(response.content_type, row.content_type);
        EXPECT_EQ(response.body, "a");
    }
}

TEST(HttpGet, AsksForWhatIsNew) {
    const Site site({{"/", answer("304 Not Modified", "ETag: \"v1\"\r\n")}});
    auto request = site.get("/");
    EXPECT_EQ(exchange(request, {}).error,
              site.origin() +
                  " answered 304: a redirect, which is not followed: configure the address that it leads to");
    request.if_none_match = "\"v1\"";
    const auto response = exchange(request, {});
    EXPECT_EQ(response.error, "");
    EXPECT_EQ(response.status, 304);
    EXPECT_NE(site.requests()[1].find("\nIf-None-Match: \"v1\""), std::string::npos);
    EXPECT_EQ(site.requests()[1].find("Accept-Encoding"), std::string::npos) << "no compression, so no bombs";
    request.if_none_match = "a\r\nX: y";
    EXPECT_EQ(exchange(request, {}).error, site.origin() + ": a header holds a line break and is not sent");
}

TEST(HttpGet, FollowsOnTheSameServerOnly) {
    const Site other({{"/", answer("200 OK", "", "other")}});
    const Site site({{"/ok", answer("200 OK", "", "there")},
                     {"/1", redirect("/ok", "301 x")},
                     {"/2", redirect("1", "303 x")},
                     {"/3", redirect("/2", "307 x")},
                     {"/4", redirect("/3", "308 x")},
                     {"/loop", redirect("/loop")},
                     {"/other", redirect(other.origin() + "/s3cret")},
                     {"/name", redirect("https://elsewhere.test/s3cret")},
                     {"/http", redirect("http://127.0.0.1:" + other.origin().substr(18) + "/s3cret")},
                     {"/file", redirect("file:///etc/passwd")},
                     {"/user", redirect("https://user:s3cret@127.0.0.1/")},
                     {"/none", answer("302 x", "")}});
    const struct {
        std::string path, body, error;
        std::size_t requests;
    } rows[] = {
        {"/1", "there", "", 2},
        {"/2", "there", "", 3},
        {"/3", "there", "", 4},
        {"/4", "", " answered 301: a redirect to " + site.origin() + ", which is not followed", 4},
        {"/loop", "", " answered 302: a redirect to " + site.origin() + ", which is not followed", 4},
        {"/other", "", " answered 302: a redirect to " + other.origin() + ", which is not followed", 1},
        {"/name", "", " answered 302: a redirect to https://elsewhere.test, which is not followed", 1},
        {"/http", "",
         " answered 302: a redirect to http://127.0.0.1:" + other.origin().substr(18) +
             ", which is not followed",
         1},
        {"/file", "",
         " answered 302: a redirect, which is not followed: configure the address that it leads to", 1},
        {"/user", "",
         " answered 302: a redirect, which is not followed: configure the address that it leads to", 1},
        {"/none", "",
         " answered 302: a redirect, which is not followed: configure the address that it leads to", 1},
    };
    for (const auto& row : rows) {
        const auto before = site.requests().size();
        auto request = site.get(row.path);
        request.bearer = "t0ken";
        const auto response = exchange(request, {});
        EXPECT_EQ(response.body, row.body) << row.path;
        EXPECT_EQ(response.error, row.error.empty() ? "" : site.origin() + row.error);
        EXPECT_EQ(site.requests().size() - before, row.requests) << row.path;
    }
    EXPECT_TRUE(other.requests().empty());
    auto request = site.get("/1");
    request.redirects = 0;
    EXPECT_EQ(exchange(request, {}).status, 301) << "only when it is asked for";
    request.redirects = 3;
    request.method = "POST";
    EXPECT_EQ(exchange(request, {}).status, 301) << "never what may change something";
}

TEST(HttpGet, EndlessHeadersEnd) {
    std::string many;
    for (int i = 0; i < 3000; ++i)
        many += "X-" + std::to_string(i) + ": " + std::string(100, 'x') + "\r\n";
    const Site site({{"/", answer("200 OK", many)}});
    const auto response = exchange(site.get("/"), {});
    EXPECT_EQ(response.status, 0);
    EXPECT_TRUE(response.error.starts_with(site.origin() + ": ")) << response.error;
}

}  // namespace
}  // namespace reputed::http
