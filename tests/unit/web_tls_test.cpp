#include <fstream>

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include "agent/web/server.hpp"
#include "agent/web/tls.hpp"
#include "config/tls_choice.hpp"
#include "tests/support/http_client.hpp"
#include "tests/support/pem_pair.hpp"
#include "tests/support/temporary_folder.hpp"

namespace reputed {
namespace {

using test::http::Client;

WebConfig with(const test::PemPair& certificate) {
    std::string fault;
    WebConfig config;
    config.tls.emplace();
    config.tls->certificate.text = certificate.certificate;
    config.tls->key.text = certificate.key;
    config.tls->priorities = tls_priorities({}, fault);
    return config;
}

std::vector<Route> one_route() {
    return {{"/", [](const Request&) { return Reply{.preamble = "page\n", .content = {}}; }}};
}

// The subject of the certificate that is shown, and the response; both "" when there is no handshake.
struct Shown {
    std::string subject;
    std::string response;
};

Shown ask(std::uint16_t port) {
    const Client client(port);
    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()),
                                                                    SSL_CTX_free);
    const std::unique_ptr<SSL, decltype(&SSL_free)> session(SSL_new(context.get()), SSL_free);
    SSL_set_fd(session.get(), client.socket());
    Shown shown;
    if (SSL_connect(session.get()) != 1) return shown;
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(SSL_get1_peer_certificate(session.get()),
                                                                  X509_free);
    char name[100] = {};
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()), NID_commonName, name, sizeof name);
    shown.subject = name;
    const auto words = test::http::request("GET", "/");
    SSL_write(session.get(), words.data(), static_cast<int>(words.size()));
    char buffer[4096];
    for (int n = 0; (n = SSL_read(session.get(), buffer, sizeof buffer)) > 0;)
        shown.response.append(buffer, static_cast<std::size_t>(n));
    return shown;
}

TEST(WebTls, ServesWithTheCertificateOfTheConfigurationInUse) {
    WebServer server("127.0.0.1:0", one_route(), with(test::self_signed("one")));
    const auto first = ask(server.port());
    EXPECT_EQ(first.subject, "one");
    EXPECT_TRUE(first.response.ends_with("page\n")) << first.response;
    EXPECT_EQ(server.configure(with(test::self_signed("two"))), "");
    EXPECT_EQ(ask(server.port()).subject, "two");
    EXPECT_THROW(
        server.configure(with({test::self_signed("three").certificate, test::self_signed("four").key})),
        std::runtime_error);
    EXPECT_EQ(ask(server.port()).subject, "two");
}

TEST(WebTls, TlsNeitherBeginsNorEndsOnTheWay) {
    WebServer server("127.0.0.1:0", one_route(), with(test::self_signed("one")));
    EXPECT_EQ(
        server.configure({}),
        "TLS ends with the next start of the agent: until then it goes on with the certificate that it had");
    EXPECT_EQ(ask(server.port()).subject, "one");

    WebServer plain("127.0.0.1:0", one_route());
    EXPECT_EQ(plain.configure(with(test::self_signed("one"))),
              "TLS begins with the next start of the agent: until then it speaks plain HTTP");
    EXPECT_EQ(test::http::body_of(test::http::get(plain.port(), "/")), "page\n");
}

TEST(WebTls, WhatCannotBeUsedDoesNotStart) {
    EXPECT_THROW(WebServer("127.0.0.1:0", one_route(), with({"no", "PEM"})), std::runtime_error);
    auto config = with(test::self_signed("one"));
    config.tls->client = ClientCertificate::verified;
    config.tls->client_ca.text = "no PEM";
    EXPECT_THROW(WebServer("127.0.0.1:0", one_route(), config), std::runtime_error);
}

TEST(WebTls, HalfHandshakesAreLeftBehind) {
    auto server = std::make_unique<WebServer>("127.0.0.1:0", one_route(), with(test::self_signed("one")));
    std::vector<Client> half_open;
    for (int i = 0; i < 50; ++i) {
        half_open.emplace_back(server->port());
        ASSERT_TRUE(half_open.back().send(i % 2 == 0 ? "GET / HTTP/1.1\r\n\r\n" : "\x16\x03\x01"));
    }
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(server->configure(with(test::self_signed("two"))), "");
    EXPECT_EQ(ask(server->port()).subject, "two");
    server.reset();
    for (auto& client : half_open)
        EXPECT_EQ(client.rest().find("page"), std::string::npos);
}

TEST(WebTls, ConfigurationAndCertificateAreCheckedTogether) {
    const test::TemporaryFolder folder;
    const auto certificate = test::self_signed("one");
    std::ofstream(folder / "crt") << certificate.certificate;
    std::ofstream(folder / "key") << test::self_signed("other").key;
    std::ofstream(folder / "web.yml") << "tls_server_config: {cert_file: crt, key_file: key}\n";
    WebSettings settings;
    Problems problems;
    EXPECT_FALSE(checked_web_config(settings, problems));
    settings.config_file = folder / "web.yml";
    checked_web_config(settings, problems);
    ASSERT_EQ(problems.size(), 1U);
    EXPECT_EQ(problems[0].to_string(), settings.config_file + ": " + (folder / "crt") + " with " +
                                           (folder / "key") +
                                           ": The certificate and the given key do not match.");
    problems.clear();
    std::ofstream(folder / "key") << certificate.key;
    EXPECT_TRUE(checked_web_config(settings, problems));
    EXPECT_TRUE(problems.empty());
}

}  // namespace
}  // namespace reputed
