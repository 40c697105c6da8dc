#include <atomic>
#include <filesystem>
#include <thread>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include "agent/metrics.hpp"
#include "agent/published.hpp"
#include "agent/web/accept_encoding.hpp"
#include "agent/web/listener.hpp"
#include "agent/web/server.hpp"
#include "agent/web/site.hpp"
#include "tests/support/http_client.hpp"
#include "tests/support/sample_snapshot.hpp"

namespace reputed {
namespace {

using namespace test::http;

std::string gunzipped(const std::string& bytes) {
    z_stream stream{};
    EXPECT_EQ(inflateInit2(&stream, 16 + MAX_WBITS), Z_OK);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    std::string out;
    char buffer[65536];
    int result = Z_OK;
    while (result == Z_OK) {
        stream.next_out = reinterpret_cast<Bytef*>(buffer);
        stream.avail_out = sizeof buffer;
        result = inflate(&stream, Z_NO_FLUSH);
        out.append(buffer, sizeof buffer - stream.avail_out);
    }
    EXPECT_EQ(result, Z_STREAM_END);  // one member, length and checksum right
    EXPECT_EQ(stream.avail_in, 0U);
    inflateEnd(&stream);
    return out;
}

class WebSite : public testing::Test {
  protected:
    Published published_;
    WebServer server_{"127.0.0.1:0", site_routes(published_)};
    std::uint16_t port_ = server_.port();

    void publish(Snapshot snapshot) {
        published_.publish(std::make_shared<const Snapshot>(std::move(snapshot)));
    }
};

TEST_F(WebSite, SaysSoWhileThereIsNothingToShow) {
    for (const auto* path : {"/", "/metrics", "/-/ready"}) {
        const auto response = get(port_, path);
        EXPECT_EQ(status_of(response), "HTTP/1.1 503 Service Unavailable") << path;
        EXPECT_EQ(body_of(response), "The agent is starting: it has nothing to show yet.\n") << path;
    }
    EXPECT_EQ(status_of(get(port_, "/-/healthy")), "HTTP/1.1 200 OK");
    const auto api = get(port_, "/api/v1/findings");
    EXPECT_EQ(status_of(api), "HTTP/1.1 503 Service Unavailable");
    EXPECT_EQ(body_of(api), "{\"error\":\"the agent is starting\"}\n");
}

TEST_F(WebSite, QueriesOfTooManyParametersAreRefused) {
    publish(test::busy_snapshot());
    std::string query = "/api/v1/findings?a=1";
    for (int i = 0; i < 40; ++i)
        query += "&a" + std::to_string(i) + "=1";
    EXPECT_EQ(body_of(get(port_, query.c_str())), "{\"error\":\"more than 32 parameters\"}\n");
}

TEST_F(WebSite, Routes) {
    publish(test::busy_snapshot());
    struct Row {
        const char* path;
        const char* status;
        const char* type;
    };
    const char* text = "text/plain; charset=utf-8";
    const Row rows[] = {
        {"/", "HTTP/1.1 200 OK", "text/html; charset=utf-8"},
        {"/?a=b", "HTTP/1.1 200 OK", "text/html; charset=utf-8"},
        {"/style.css", "HTTP/1.1 200 OK", "text/css; charset=utf-8"},
        {"/page.js", "HTTP/1.1 200 OK", "text/javascript; charset=utf-8"},
        {"/ip/192.0.2.10", "HTTP/1.1 200 OK", "text/html; charset=utf-8"},
        {"/ip/2001%3adb8::10", "HTTP/1.1 200 OK", "text/html; charset=utf-8"},
        {"/ip/198.51.100.1", "HTTP/1.1 404 Not Found", "text/html; charset=utf-8"},
        {"/ip/", "HTTP/1.1 404 Not Found", "text/html; charset=utf-8"},
        {"/ip", "HTTP/1.1 404 Not Found", text},
        {"/list/bl.test", "HTTP/1.1 200 OK", "text/html; charset=utf-8"},
        {"/list/%3Cscript%3E", "HTTP/1.1 404 Not Found", "text/html; charset=utf-8"},
        {"/domain/example.com", "HTTP/1.1 200 OK", "text/html; charset=utf-8"},
        {"/explain/", "HTTP/1.1 200 OK", "text/html; charset=utf-8"},
        {"/explain/dnsbl.listed", "HTTP/1.1 200 OK", "text/html; charset=utf-8"},
        {"/search?q=%3Cscript%3E", "HTTP/1.1 200 OK", "text/html; charset=utf-8"},
        {"/search", "HTTP/1.1 200 OK", "text/html; charset=utf-8"},
        {"/metrics", "HTTP/1.1 200 OK", "text/plain; version=0.0.4; charset=utf-8"},
        {"/metrics?name[]=x", "HTTP/1.1 200 OK", "text/plain; version=0.0.4; charset=utf-8"},
        {"/%6detrics", "HTTP/1.1 200 OK", "text/plain; version=0.0.4; charset=utf-8"},
        {"/-/healthy", "HTTP/1.1 200 OK", text},
        {"/-/ready", "HTTP/1.1 200 OK", text},
        {"/api/v1/findings", "HTTP/1.1 200 OK", "application/json"},
        {"/api/v1/findings?limit=2&severity=%77arning", "HTTP/1.1 200 OK", "application/json"},
        {"/api/v1/findings?limit=0", "HTTP/1.1 400 Bad Request", "application/json"},
        {"/api/v1/findings?limit", "HTTP/1.1 400 Bad Request", "application/json"},
        {"/api/v1/findings?limit=1&limit=1", "HTTP/1.1 400 Bad Request", "application/json"},
        {"/api/v1/findings?&&&=&=", "HTTP/1.1 400 Bad Request", "application/json"},
        {"/api/v1/senders", "HTTP/1.1 200 OK", "application/json"},
        {"/api/v1/lists?after=%00", "HTTP/1.1 400 Bad Request", "application/json"},
        {"/api/v1/transitions", "HTTP/1.1 503 Service Unavailable", "application/json"},
        {"/api/v1/", "HTTP/1.1 404 Not Found", text},
        {"/favicon.ico", "HTTP/1.1 404 Not Found", text},
        {"/metrics/", "HTTP/1.1 404 Not Found", text},
        {"/../etc/passwd", "HTTP/1.1 404 Not Found", text},
        {"//", "HTTP/1.1 404 Not Found", text},
        {"/metrics%00/x", "HTTP/1.1 200 OK",
         "text/plain; version=0.0.4; charset=utf-8"},  // ends there, harmless
        {"/%zz%", "HTTP/1.1 404 Not Found", text},
        {"/<script>", "HTTP/1.1 404 Not Found", text},
        {"*", "HTTP/1.1 404 Not Found", text},
        {"http://elsewhere/metrics", "HTTP/1.1 404 Not Found", text},
    };
    for (const auto& row : rows) {
        const auto response = get(port_, row.path);
        EXPECT_EQ(status_of(response), row.status) << row.path;
        EXPECT_EQ(header_of(response, "Content-Type"), row.type) << row.path;
        EXPECT_EQ(header_of(response, "Content-Length"), std::to_string(body_of(response).size()))
            << row.path;
        EXPECT_EQ(header_of(response, "X-Content-Type-Options"), "nosniff") << row.path;
        EXPECT_EQ(header_of(response, "Referrer-Policy"), "no-referrer") << row.path;
        EXPECT_EQ(
            header_of(response, "Content-Security-Policy"),
            "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; "
            "form-action 'self'; frame-ancestors 'none'")
            << row.path;
    }
}

TEST_F(WebSite, MetricsAreTheProcessAndTheSnapshot) {
    publish(test::busy_snapshot());
    const auto body = body_of(get(port_, "/metrics"));
    EXPECT_TRUE(body.starts_with("# HELP process_cpu_seconds_total ")) << body.substr(0, 200);
    EXPECT_TRUE(body.ends_with(render_metrics(test::busy_snapshot())));
    EXPECT_NE(body.find("\nreputed_listed{ip=\"192.0.2.10\",list=\"bl.test\"} 1\n"), std::string::npos);
}

TEST_F(WebSite, ReadyTellsWhatIsMissing) {
    auto snapshot = test::busy_snapshot();
    snapshot.ready = false;
    publish(snapshot);
    EXPECT_EQ(body_of(get(port_, "/-/ready")), "Not ready: the first round is not complete.\n");
    snapshot.jobs[1].runs = snapshot.jobs[2].runs = 0;
    publish(snapshot);
    const auto response = get(port_, "/-/ready");
    EXPECT_EQ(status_of(response), "HTTP/1.1 503 Service Unavailable");
    EXPECT_EQ(body_of(response), "Not ready: 2 of 10 jobs have not run yet, among them dnsbl bl.test.\n");
}

TEST_F(WebSite, HeadIsGetWithoutTheBody) {
    publish(test::busy_snapshot());
    for (const auto* path : {"/", "/style.css", "/-/healthy", "/nothing"}) {
        const auto head = talk(port_, request("HEAD", path));
        const auto whole = get(port_, path);
        EXPECT_EQ(body_of(head), "") << path;
        EXPECT_EQ(status_of(head), status_of(whole)) << path;
        EXPECT_EQ(header_of(head, "Content-Length"), header_of(whole, "Content-Length")) << path;
    }
}

TEST_F(WebSite, OtherMethodsAreRefused) {
    publish(test::busy_snapshot());
    for (const auto* method : {"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "BREW", "get"}) {
        const auto response = talk(port_, request(method, "/metrics"));
        EXPECT_EQ(status_of(response), "HTTP/1.1 405 Method Not Allowed") << method;
        EXPECT_EQ(header_of(response, "Allow"), "GET, HEAD") << method;
    }
}

// What follows the headers is never read as a second request.
TEST_F(WebSite, BodiesAreRefused) {
    publish(test::busy_snapshot());
    const std::string hidden = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";
    for (const std::string headers :
         {"Content-Length: 40\r\n", "Content-Length: 99999999999\r\n", "Transfer-Encoding: chunked\r\n",
          "Expect: 100-continue\r\nContent-Length: 40\r\n"})
        for (const auto* method : {"GET", "POST"}) {
            const auto response = talk(port_, std::string(method) + " /-/healthy HTTP/1.1\r\nHost: x\r\n" +
                                                  headers + "\r\n" + hidden);
            EXPECT_EQ(status_of(response), "HTTP/1.1 413 Content Too Large") << method << " " << headers;
            EXPECT_EQ(response.find("HTTP/1.1", 1), std::string::npos) << response;
        }
    EXPECT_EQ(status_of(get(port_, "/-/healthy", "Content-Length: 0\r\n")), "HTTP/1.1 200 OK");
    EXPECT_TRUE(status_of(get(port_, "/-/healthy", "Content-Length: -1\r\n")).starts_with("HTTP/1.1 4"));
}

TEST_F(WebSite, GarbageIsHarmless) {
    publish(test::busy_snapshot());
    const std::string rows[] = {std::string("\0\0\0\0", 4),
                                "\x16\x03\x01\x02\x01\x01",
                                "GET\r\n\r\n",
                                "GET / HTTP/9.9\r\n\r\n",
                                "GET /\x80\xff HTTP/1.1\r\nHost: \x1b[31m\"><script>\r\n\r\n",
                                "\r\n\r\n\r\n",
                                "GET / HTTP/1.1\r\n: \r\n\r\n",
                                "GET / HTTP/1.1\r\nHost: " + std::string(2000, 'a') + "\r\n\r\n"};
    for (const auto& row : rows) {
        Client client(port_);
        EXPECT_TRUE(client.send(row));
    }
    EXPECT_EQ(status_of(get(port_, "/-/healthy")), "HTTP/1.1 200 OK");
}

TEST_F(WebSite, OversizeHeadersAreRefused) {
    publish(test::busy_snapshot());
    EXPECT_EQ(status_of(get(port_, "/-/healthy", "Cookie: " + std::string(6000, 'a') + "\r\n")),
              "HTTP/1.1 200 OK");
    const auto many = status_of(get(port_, "/-/healthy", "Cookie: " + std::string(20000, 'a') + "\r\n"));
    EXPECT_TRUE(many == "" || many.starts_with("HTTP/1.1 431")) << many;
    const auto url = status_of(get(port_, "/" + std::string(20000, 'a')));
    EXPECT_TRUE(url == "" || url.starts_with("HTTP/1.1 414")) << url;
    EXPECT_EQ(status_of(get(port_, "/-/healthy")), "HTTP/1.1 200 OK");
}

TEST_F(WebSite, KeepsConnectionsOpen) {
    publish(test::busy_snapshot());
    const auto both = talk(port_, "GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n" + request("GET", "/nothing"));
    EXPECT_EQ(status_of(both), "HTTP/1.1 200 OK");
    EXPECT_NE(both.find("HTTP/1.1 404 Not Found"), std::string::npos) << both;
    EXPECT_TRUE(status_of(talk(port_, "GET /-/healthy HTTP/1.0\r\n\r\n")).ends_with(" 200 OK"));
}

TEST_F(WebSite, HalfOpenConnectionsHoldNothingUp) {
    publish(test::busy_snapshot());
    std::vector<Client> half_open;
    for (int i = 0; i < 200; ++i) {
        half_open.emplace_back(port_);
        ASSERT_TRUE(half_open.back().connected());
        ASSERT_TRUE(half_open.back().send(i % 2 == 0 ? "GET /metrics HT" : "GET / HTTP/1.1\r\nHost: x\r\n"));
    }
    EXPECT_EQ(status_of(get(port_, "/metrics")), "HTTP/1.1 200 OK");
    // They are still there: nobody had to be thrown out for the scrape.
    ASSERT_TRUE(half_open.front().send("TP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
    EXPECT_EQ(status_of(half_open.front().rest()), "HTTP/1.1 200 OK");
    ASSERT_TRUE(half_open.back().send("Connection: close\r\n\r\n"));
    EXPECT_EQ(status_of(half_open.back().rest()), "HTTP/1.1 200 OK");
}

Snapshot large_snapshot() {
    Snapshot snapshot;
    std::vector<Sample> samples;
    for (int i = 0; i < 50000; ++i)
        samples.push_back(test::sample("reputed_listed", {std::to_string(i), "bl.test"}, i % 2));
    snapshot.jobs = {test::job("dnsbl", "bl.test", std::move(samples))};
    return snapshot;
}

// Larger than any socket buffer: sent in many pieces, to readers that began before the edition was replaced.
TEST_F(WebSite, LargeTextsArriveWhole) {
    publish(large_snapshot());
    Client early(port_);
    ASSERT_TRUE(early.send(request("GET", "/metrics")));
    const auto expected = render_metrics(large_snapshot());
    const auto zipped = get(port_, "/metrics", "Accept-Encoding: gzip\r\n");
    EXPECT_TRUE(gunzipped(body_of(zipped)).ends_with(expected));
    publish(test::busy_snapshot());
    EXPECT_TRUE(body_of(get(port_, "/metrics")).ends_with(render_metrics(test::busy_snapshot())));
    EXPECT_TRUE(body_of(early.rest()).ends_with(expected));
}

TEST_F(WebSite, CompressesForThoseWhoAsk) {
    publish(test::busy_snapshot());
    for (const auto* path : {"/", "/metrics", "/style.css"}) {
        const auto plain = get(port_, path);
        EXPECT_EQ(header_of(plain, "Content-Encoding"), "") << path;
        EXPECT_EQ(header_of(plain, "Vary"), "Accept-Encoding") << path;
        for (int again = 0; again < 2; ++again) {
            const auto zipped = get(port_, path, "Accept-Encoding: gzip\r\n");
            EXPECT_EQ(header_of(zipped, "Content-Encoding"), "gzip") << path;
            EXPECT_LT(body_of(zipped).size(), body_of(plain).size() / 2) << path;
            const auto text = gunzipped(body_of(zipped));
            if (std::string_view(path) == "/metrics")
                EXPECT_TRUE(text.ends_with(render_metrics(test::busy_snapshot())));
            else
                EXPECT_EQ(text, body_of(plain)) << path;
        }
    }
    EXPECT_EQ(header_of(get(port_, "/-/healthy", "Accept-Encoding: gzip\r\n"), "Content-Encoding"), "");
}

TEST_F(WebSite, ReadersAndPublisherDoNotDisturbEachOther) {
    publish(test::busy_snapshot());
    std::atomic<int> good{0};
    std::vector<std::thread> readers;
    for (const std::string path : {"/metrics", "/", "/-/ready"})
        readers.emplace_back([&, path] {
            for (int i = 0; i < 20; ++i)
                if (status_of(get(port_, path, i % 2 == 0 ? "Accept-Encoding: gzip\r\n" : "")) ==
                    "HTTP/1.1 200 OK")
                    ++good;
        });
    for (int i = 0; i < 50; ++i)
        publish(test::busy_snapshot());
    for (auto& reader : readers)
        reader.join();
    EXPECT_EQ(good, 60);
}

std::ptrdiff_t open_files() {
    const std::filesystem::directory_iterator files("/proc/self/fd");
    return std::distance(begin(files), end(files));
}

TEST(WebServerStop, LeavesNothingOpen) {
    const auto before = open_files();
    std::uint16_t port = 0;
    for (int i = 0; i < 20; ++i) {
        const WebServer server("127.0.0.1:" + std::to_string(port), {});  // the same port again at once
        port = server.port();
        EXPECT_EQ(status_of(get(port, "/")), "HTTP/1.1 404 Not Found");
    }
    EXPECT_EQ(open_files(), before);
}

TEST(WebServerStop, DoesNotWaitForClients) {
    auto server = std::make_unique<WebServer>("127.0.0.1:0", std::vector<Route>{});
    Client silent(server->port());
    Client half_open(server->port());
    ASSERT_TRUE(half_open.send("GET / HTTP"));
    EXPECT_EQ(status_of(get(server->port(), "/")), "HTTP/1.1 404 Not Found");
    server.reset();
    EXPECT_EQ(silent.rest(), "");
    EXPECT_EQ(half_open.rest(), "");
}

TEST(WebServerReply, AnExceptionIsAnError500) {
    const WebServer server("127.0.0.1:0",
                           {{"/", [](const Request&) -> Reply { throw std::runtime_error("secret"); }}});
    const auto response = get(server.port(), "/");
    EXPECT_EQ(status_of(response), "HTTP/1.1 500 Internal Server Error");
    EXPECT_EQ(response.find("secret"), std::string::npos);
}

std::string start_error(const std::string& listen) {
    try {
        const WebServer server(listen, {});
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return "";
}

TEST(WebServerListen, SaysWhatIsWrongAndWhatToDo) {
    const WebServer first("127.0.0.1:0", {});
    const auto taken = "127.0.0.1:" + std::to_string(first.port());
    EXPECT_EQ(
        start_error(taken),
        taken + ": Address already in use: is another agent running? Set [web] listen to a free address");
    EXPECT_EQ(start_error("192.0.2.1:0"),
              "192.0.2.1:0: Cannot assign requested address: this machine does not have that address; set "
              "[web] listen "
              "to one that it has");
    EXPECT_EQ(start_error("nonsense"),
              "nonsense: not an address to listen on; set [web] listen to HOST:PORT or [V6]:PORT");
}

TEST(WebServerListen, ServesIpv6) {
    if (start_error("[::1]:0") != "") GTEST_SKIP() << "no IPv6 loopback here";
    const WebServer server("[::1]:0", {});
    EXPECT_NE(server.port(), 0);
}

TEST(WebServerListen, Addresses) {
    struct Row {
        const char* text;
        const char* host;
        int port;
    };
    for (const auto& row : {Row{"127.0.0.1:15782", "127.0.0.1", 15782}, Row{"[::1]:0", "::1", 0},
                            Row{"localhost:1", "localhost", 1}, Row{"0.0.0.0:65535", "0.0.0.0", 65535}}) {
        const auto parsed = parse_listen(row.text);
        ASSERT_TRUE(parsed) << row.text;
        EXPECT_EQ(parsed->host, row.host);
        EXPECT_EQ(parsed->port, row.port);
    }
    for (const auto* text : {"", ":", ":80", "host", "host:", "host:-1", "host:65536", "host:1x", "host: 1",
                             "::1:80", "[::1]", "[::1", "::1]:80", "[]:80", "a:b:80", "host:+1"})
        EXPECT_FALSE(parse_listen(text)) << text;
}

TEST(WebAcceptEncoding, Gzip) {
    for (const auto* header :
         {"gzip", "GZIP", "deflate, gzip;q=1.0, *;q=0.5", "br,gzip", " gzip ; q=0.001", "*", "x-gzip"})
        EXPECT_TRUE(accepts_gzip(header)) << header;
    for (const auto* header :
         {"", "identity", "gzip;q=0", "gzip; q=0.000, *", "*;q=0", "gzipped", "deflate", ",,;;", "br;gzip"})
        EXPECT_FALSE(accepts_gzip(header)) << header;
}

}  // namespace
}  // namespace reputed
