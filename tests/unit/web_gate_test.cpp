#include <atomic>
#include <future>
#include <thread>

#include <gtest/gtest.h>

#include "agent/web/gate.hpp"
#include "agent/web/server.hpp"
#include "tests/support/http_client.hpp"

namespace reputed {
namespace {

using namespace test::http;

const std::string right = "Authorization: Basic YWxpY2U6c2VzYW1l\r\n";  // alice:sesame

WebConfig one_user() {
    WebConfig config;
    config.users = {{"alice", "$2b$04$abcdefghijklmnopqrstuuinwY/tkBVrn3xrxQI/TgnMHhkvl85RW"}};
    return config;
}

std::vector<Route> one_route() {
    return {{"/", [](const Request&) { return Reply{.preamble = "secret\n", .content = {}}; }}};
}

TEST(WebGate, AsksBeforeAnythingIsTold) {
    const WebServer server("127.0.0.1:0", one_route(), one_user());
    for (const std::string headers :
         {"", "Authorization: Basic YWxpY2U6b3Blbg==\r\n", "Authorization: Basic Ym9iOnNlc2FtZQ==\r\n",
          "Authorization: Bearer sesame\r\n", "Authorization: Basic\r\n"}) {
        for (const auto* path : {"/", "/nothing"}) {
            const auto response = get(server.port(), path, headers);
            EXPECT_EQ(status_of(response), "HTTP/1.1 401 Unauthorized") << headers;
            EXPECT_EQ(header_of(response, "WWW-Authenticate"), "Basic realm=\"reputed\", charset=\"UTF-8\"");
            EXPECT_EQ(body_of(response), "A user and a password are needed.\n");
        }
    }
    EXPECT_EQ(body_of(get(server.port(), "/", right)), "secret\n");
}

// Each request shows its own password, also on a connection that was let in before.
TEST(WebGate, ALetInConnectionIsAskedAgain) {
    const WebServer server("127.0.0.1:0", one_route(), one_user());
    const auto both =
        talk(server.port(), "GET / HTTP/1.1\r\nHost: x\r\n" + right + "\r\n" + request("GET", "/"));
    EXPECT_EQ(status_of(both), "HTTP/1.1 200 OK");
    EXPECT_NE(both.find("HTTP/1.1 401 Unauthorized"), std::string::npos) << both;
}

TEST(WebGate, ManyAtOnceWhileTheConfigurationChanges) {
    WebServer server("127.0.0.1:0", one_route(), one_user());
    ASSERT_EQ(status_of(get(server.port(), "/", right)), "HTTP/1.1 200 OK");
    std::atomic<int> good{0};
    std::vector<std::thread> readers;
    for (int i = 0; i < 6; ++i)
        readers.emplace_back([&] {
            for (int k = 0; k < 10; ++k)
                good += status_of(get(server.port(), "/", right)) == "HTTP/1.1 200 OK";
        });
    for (int i = 0; i < 20; ++i)
        EXPECT_EQ(server.configure(one_user()), "");
    for (auto& reader : readers)
        reader.join();
    EXPECT_EQ(good, 60);
}

TEST(WebGate, EndsWhilePasswordsAreLookedAt) {
    for (int i = 0; i < 10; ++i) {
        WebConfig config = one_user();
        config.users["alice"].replace(4, 2, "08");
        auto server = std::make_unique<WebServer>("127.0.0.1:0", one_route(), config);
        std::vector<Client> clients;
        for (int k = 0; k < 5; ++k) {
            clients.emplace_back(server->port());
            ASSERT_TRUE(clients.back().send(request("GET", "/", right)));
        }
        server.reset();
        for (auto& client : clients)
            EXPECT_EQ(client.rest().find("secret"), std::string::npos);
    }
}

TEST(WebGate, APostIsAnsweredFromAnotherThread) {
    std::promise<LaterReply> asked;
    const WebServer server(
        "127.0.0.1:0",
        {{"/do", {}, [&](const Request&, LaterReply answer) { asked.set_value(std::move(answer)); }}});
    std::thread other([&] {
        auto answer = asked.get_future().get();
        answer({.status = 200, .preamble = "done\n", .content = {}});
        answer({.status = 500, .preamble = "twice\n", .content = {}});
    });
    EXPECT_EQ(body_of(talk(server.port(), request("POST", "/do"))), "done\n");
    other.join();
}

TEST(WebGate, APostThatFailsIsAnError) {
    const WebServer server(
        "127.0.0.1:0",
        {{"/do", {}, [](const Request&, const LaterReply&) { throw std::runtime_error("secret"); }}});
    EXPECT_EQ(status_of(talk(server.port(), request("POST", "/do"))), "HTTP/1.1 500 Internal Server Error");
}

TEST(WebGate, AnAnswerAfterTheEndIsForNothing) {
    std::promise<LaterReply> asked;
    auto server = std::make_unique<WebServer>(
        "127.0.0.1:0", std::vector<Route>{{"/do", {}, [&](const Request&, LaterReply answer) {
                                               asked.set_value(std::move(answer));
                                           }}});
    Client client(server->port());
    ASSERT_TRUE(client.send(request("POST", "/do")));
    auto answer = asked.get_future().get();
    server.reset();
    answer({.status = 200, .preamble = "late\n", .content = {}});
    EXPECT_EQ(client.rest().find("late"), std::string::npos);
}

TEST(WebGate, PostsOfOtherSitesAreRefused) {
    const WebServer server("127.0.0.1:0", {{"/do", {}, [](const Request&, const LaterReply& answer) {
                                                answer({.preamble = "done\n", .content = {}});
                                            }}});
    for (const std::string headers : {"", "Origin: http://x\r\n", "Origin: https://X\r\n",
                                      "Sec-Fetch-Site: same-origin\r\n", "Sec-Fetch-Site: none\r\n"})
        EXPECT_EQ(body_of(talk(server.port(), request("POST", "/do", headers))), "done\n") << headers;
    for (const std::string headers :
         {"Origin: http://y\r\n", "Origin: null\r\n", "Origin: x\r\n", "Origin: \r\n", "Origin: ftp://x\r\n",
          "Sec-Fetch-Site: cross-site\r\n", "Sec-Fetch-Site: same-site\r\n",
          "Sec-Fetch-Site: same-origin\r\nOrigin: http://y\r\n"})
        EXPECT_EQ(status_of(talk(server.port(), request("POST", "/do", headers))), "HTTP/1.1 403 Forbidden")
            << headers;
    const auto read = get(server.port(), "/do");
    EXPECT_EQ(status_of(read), "HTTP/1.1 405 Method Not Allowed");
    EXPECT_EQ(header_of(read, "Allow"), "POST");
}

}  // namespace
}  // namespace reputed
