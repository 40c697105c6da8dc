#include "checks/net/http.hpp"

#include <gtest/gtest.h>

#include "tests/support/loopback_server.hpp"

namespace reputed::http {
namespace {

using test::Certificate;
using test::HttpSink;

Request request_to(const std::string& url) {
    Request request;
    request.url = url;
    request.body = "hello";
    request.timeout = std::chrono::seconds(20);
    return request;
}

std::string answer(const std::string& status, const std::string& headers = "") {
    return "HTTP/1.1 " + status + "\r\n" + headers + "Content-Length: 2\r\n\r\n";
}

TEST(HttpExchange, SendsWhatItIsGiven) {
    const HttpSink sink;
    auto request = request_to(sink.url("/a/b?c=d"));
    request.headers = {{"Content-Type", "application/json"}, {"Idempotency-Key", "k1"}};
    request.username = "user";
    request.password = "pass";
    const auto response = exchange(request, {});
    EXPECT_EQ(response.error, "");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "ok");
    ASSERT_EQ(sink.requests().size(), 1U);
    const auto got = sink.requests()[0];
    EXPECT_EQ(got.line, "POST /a/b?c=d HTTP/1.1");
    EXPECT_EQ(got.body, "hello");
    EXPECT_EQ(got.headers.at("content-type"), "application/json");
    EXPECT_EQ(got.headers.at("idempotency-key"), "k1");
    EXPECT_EQ(got.headers.at("authorization"), "Basic dXNlcjpwYXNz");
    EXPECT_TRUE(got.headers.at("user-agent").starts_with("reputed/"));
    EXPECT_FALSE(got.headers.contains("expect"));
}

TEST(HttpExchange, SendsABearerToken) {
    const HttpSink sink;
    auto request = request_to(sink.url());
    request.bearer = "t0ken";
    EXPECT_EQ(exchange(request, {}).error, "");
    EXPECT_EQ(sink.requests().at(0).headers.at("authorization"), "Bearer t0ken");
}

TEST(HttpExchange, SaysWhatTheServerAnswered) {
    const struct {
        std::string head;
        int status;
        std::string error;  // after the origin
        int retry_after;    // 0 = none
    } rows[] = {
        {answer("204 No Content"), 204, "", 0},
        {answer("500 <b>s3cret</b>"), 500, " answered 500 Internal Server Error", 0},
        {answer("429 Slow down", "Retry-After: 17\r\n"), 429, " answered 429 Too Many Requests", 17},
        {answer("503 x", "Retry-After: 99999999\r\n"), 503, " answered 503 Service Unavailable", 86'400},
        {answer("503 x", "Retry-After: soon\r\n"), 503, " answered 503 Service Unavailable", 0},
        {answer("404 x"), 404, " answered 404 Not Found", 0},
        {answer("418 x"), 418, " answered 418", 0},
        {answer("302 x", "Location: /elsewhere\r\n"), 302,
         " answered 302: a redirect, which is not followed: configure the address that it leads to", 0},
    };
    for (const auto& row : rows) {
        const HttpSink sink(HttpSink::Answer{row.head});
        const auto response = exchange(request_to(sink.url("/T0/s3cret?x=s3cret")), {});
        EXPECT_EQ(response.status, row.status) << row.head;
        EXPECT_EQ(response.error, row.error.empty() ? "" : sink.url("") + row.error);
        EXPECT_EQ(response.retry_after.value_or(std::chrono::seconds(0)).count(), row.retry_after)
            << row.head;
        EXPECT_EQ(sink.requests().size(), 1U);
    }
}

TEST(HttpExchange, TellsWhyThereIsNoAnswer) {
    const struct {
        HttpSink::Answer answer;
        std::string error;
    } rows[] = {
        {{"", "", false, false, true}, " cut the connection"},
        {{"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n", "half"}, " cut the connection"},
        {{"HTTP/1.1 200 OK\r\nContent-Le", ""}, " cut the connection"},
    };
    for (const auto& row : rows) {
        const HttpSink sink(row.answer);
        const auto response = exchange(request_to(sink.url("/s3cret")), {});
        EXPECT_EQ(response.error, sink.url("") + row.error);
        EXPECT_EQ(response.status, 0);
    }
}

TEST(HttpExchange, GivesUpWhenTheTimeIsOver) {
    const HttpSink sink(HttpSink::Answer{"", "", true});
    auto request = request_to(sink.url("/s3cret"));
    request.timeout = std::chrono::milliseconds(50);
    EXPECT_EQ(exchange(request, {}).error, sink.url("") + " did not answer within 50ms");
}

TEST(HttpExchange, EndsWhenItIsToldTo) {
    const HttpSink sink(HttpSink::Answer{"", "", true});
    std::stop_source stop;
    std::thread stopper([&] {
        while (sink.requests().empty())
            std::this_thread::yield();
        stop.request_stop();
    });
    EXPECT_EQ(exchange(request_to(sink.url()), stop.get_token()).error,
              sink.url("") + ": given up, since the agent ends");
    stopper.join();
    EXPECT_EQ(exchange(request_to(sink.url()), stop.get_token()).error,
              sink.url("") + ": given up, since the agent ends");
}

TEST(HttpExchange, ReadsNoMoreThanItMay) {
    const HttpSink sink(HttpSink::Answer{"HTTP/1.1 200 OK\r\n\r\n", std::string(1000, 'x'), false, true});
    auto request = request_to(sink.url());
    request.max_response = 2500;
    const auto response = exchange(request, {});
    EXPECT_EQ(response.error, "");
    EXPECT_EQ(response.body.size(), 2500U);
    EXPECT_TRUE(response.body_cut);
}

TEST(HttpExchange, NobodyListens) {
    std::string url;
    {
        const HttpSink sink;
        url = sink.url("");
    }
    EXPECT_EQ(exchange(request_to(url + "/s3cret"), {}).error, url + ": no connection: Connection refused");
}

TEST(HttpExchange, VerifiesCertificates) {
    const Certificate certificate("127.0.0.1");
    const Certificate other("192.0.2.1");
    const HttpSink sink({}, certificate);
    const HttpSink wrong_name({}, other);
    EXPECT_EQ(exchange(request_to(sink.url("/s3cret")), {}).error,
              sink.url("") + ": its certificate is not accepted: self-signed certificate");
    EXPECT_TRUE(sink.requests().empty());
    auto trusting = request_to(sink.url());
    trusting.ca_file = certificate.file();
    EXPECT_EQ(exchange(trusting, {}).error, "");
    EXPECT_EQ(sink.requests().size(), 1U);
    auto mistaken = request_to(wrong_name.url());
    mistaken.ca_file = other.file();
    EXPECT_EQ(exchange(mistaken, {}).error,
              wrong_name.url("") + ": its certificate is not accepted: it is for another name");
    trusting.ca_file = "/nonexistent.pem";
    EXPECT_EQ(exchange(trusting, {}).error,
              sink.url("") + ": \"ca_file\" cannot be read or holds no certificate");
}

TEST(HttpExchange, RefusesWhatItMustNotSend) {
    const HttpSink sink;
    const struct {
        std::string url, header, value, bearer, error;
    } rows[] = {
        {"ftp://h/", "", "", "", "the URL is not one of http or https with a host"},
        {"http://user:s3cret@h/", "", "", "", "the URL is not one of http or https with a host"},
        {"http://h/a\r\nX: y", "", "", "", "the URL is not one of http or https with a host"},
        {"", "X", "a\r\nY: b", "", ": a header holds a line break and is not sent"},
        {"", "X", "a\nY: b", "", ": a header holds a line break and is not sent"},
        {"", "X: a\r\nY", "b", "", ": a header holds a line break and is not sent"},
        {"", "X", "a", "t\nY: b", ": a header holds a line break and is not sent"},
    };
    for (const auto& row : rows) {
        auto request = request_to(row.url.empty() ? sink.url() : row.url);
        if (!row.header.empty()) request.headers = {{row.header, row.value}};
        request.bearer = row.bearer;
        EXPECT_EQ(exchange(request, {}).error, (row.url.empty() ? sink.url("") : "") + row.error);
    }
    EXPECT_TRUE(sink.requests().empty());
}

}  // namespace
}  // namespace reputed::http
