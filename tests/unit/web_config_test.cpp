#include "config/web_config.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "config/tls_choice.hpp"
#include "config/yaml_tree.hpp"
#include "tests/support/temporary_folder.hpp"

namespace reputed {
namespace {

using Lines = std::vector<std::string>;

const std::string hash = "$2y$10$mDwo.lAisC94iLAyP81MCesa29IzH37oigHC/42V2pdJlUprsJPze";
const std::string pair = "  cert_file: server.crt\n  key_file: server.key\n";

WebConfig accepted(const std::string& text, const std::string& file = "/etc/reputed/web.yml") {
    Problems problems;
    auto config = parse_web_config(text, file, problems);
    for (const auto& problem : problems)
        ADD_FAILURE() << problem.to_string() << '\n' << text;
    return config;
}

Lines complaints(const std::string& text) {
    Problems problems;
    parse_web_config(text, "f", problems);
    Lines lines;
    for (const auto& problem : problems)
        lines.push_back(problem.to_string());
    return lines;
}

TEST(WebConfig, NothingIsPlainHttpForEverybody) {
    for (const auto* text :
         {"", "# only words\n", "---\n", "{}", "~", "tls_server_config:\n", "tls_server_config: {}\n",
          "basic_auth_users:\n", "http_server_config:\n  headers:\n", "rate_limit:\n",
          "http_server_config: {http2: false}"}) {
        const auto config = accepted(text);
        EXPECT_FALSE(config.tls) << text;
        EXPECT_TRUE(config.users.empty()) << text;
        EXPECT_TRUE(config.headers.empty()) << text;
        EXPECT_FALSE(config.knows_who_asks()) << text;
    }
}

TEST(WebConfig, EveryKey) {
    const auto config = accepted(R"(# as the toolkit documents it
tls_server_config:
  cert_file: server.crt
  key_file: /secret/server.key
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: ../ca.crt
  client_allowed_sans: [prometheus.example.org, "192.0.2.1", spiffe://example.org/prometheus]
  min_version: TLS12
  max_version: TLS13
  cipher_suites:
    - TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384
    - TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384
  prefer_server_cipher_suites: false
  curve_preferences: [CurveP384, X25519]
http_server_config:
  http2: true
  headers:
    Content-Security-Policy: default-src 'none'
    X-Frame-Options: sameorigin
    X-Content-Type-Options: nosniff
    X-XSS-Protection: "0"
    Strict-Transport-Security: max-age=31536000
basic_auth_users:
  alice: $2y$10$mDwo.lAisC94iLAyP81MCesa29IzH37oigHC/42V2pdJlUprsJPze
  "bob smith": '$2b$04$mDwo.lAisC94iLAyP81MCesa29IzH37oigHC/42V2pdJlUprsJPze'
rate_limit:
  interval: 1m0.5s
  burst: 20
)");
    ASSERT_TRUE(config.tls);
    EXPECT_EQ(config.tls->certificate.file, "/etc/reputed/server.crt");
    EXPECT_EQ(config.tls->key.file, "/secret/server.key");
    EXPECT_EQ(config.tls->client_ca.file, "/etc/reputed/../ca.crt");
    EXPECT_EQ(config.tls->client, ClientCertificate::verified);
    EXPECT_EQ(config.tls->client_allowed_sans,
              (Lines{"prometheus.example.org", "192.0.2.1", "spiffe://example.org/prometheus"}));
    EXPECT_EQ(
        config.tls->priorities,
        "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-KX-ALL:+ECDHE-RSA:+ECDHE-ECDSA:-CIPHER-ALL:+AES-256-GCM:"
        "-MAC-ALL:+AEAD:-GROUP-ALL:+GROUP-SECP384R1:+GROUP-X25519");
    EXPECT_EQ(config.headers.size(), 5U);
    EXPECT_EQ(config.users.at("alice"), hash);
    EXPECT_EQ(config.users.size(), 2U);
    EXPECT_TRUE(config.knows_who_asks());
    EXPECT_EQ(config.rate_limit.interval, std::chrono::milliseconds(60'500));
    EXPECT_EQ(config.rate_limit.burst, 20);
    EXPECT_EQ(config.remarks, Lines{});
}

TEST(WebConfig, TextsInPlaceOfFiles) {
    const auto config = accepted("tls_server_config:\n  cert: |\n    -----BEGIN\n    AA\n  key: \"K\\nK\"\n");
    ASSERT_TRUE(config.tls);
    EXPECT_EQ(config.tls->certificate.text, "-----BEGIN\nAA\n");
    EXPECT_EQ(config.tls->key.text, "K\nK");
}

TEST(WebConfig, RelativeToTheFolderOfTheFile) {
    const std::string text = "tls_server_config:\n" + pair;
    EXPECT_EQ(accepted(text, "web.yml").tls->key.file, "server.key");
    EXPECT_EQ(accepted(text, "conf/web.yml").tls->key.file, "conf/server.key");
}

TEST(WebConfig, HeadersThatAreEmptyAreAsIfNotThere) {
    EXPECT_TRUE(accepted("http_server_config: {headers: {X-Frame-Options: '', Content-Security-Policy: }}")
                    .headers.empty());
}

TEST(WebConfig, SaysWhatIsWeak) {
    const auto remarks = [](const std::string& more) {
        return accepted("tls_server_config:\n" + pair + more, "f").remarks;
    };
    EXPECT_EQ(remarks("  min_version: TLS10\n"),
              Lines{"f: min_version lets in TLS older than 1.2, which can be broken: TLS12 is the default"});
    EXPECT_EQ(remarks("  client_auth_type: RequireAnyClientCert\n"),
              Lines{"f: RequireAnyClientCert lets in every certificate, self-made ones, too: "
                    "RequireAndVerifyClientCert "
                    "looks who signed it"});
    EXPECT_EQ(remarks("  client_auth_type: VerifyClientCertIfGiven\n  client_ca_file: ca\n"),
              Lines{"f: client_auth_type lets in clients without a certificate: RequireAndVerifyClientCert "
                    "does not"});
}

TEST(WebConfig, Rejected) {
    const std::string no_pair = "tls_server_config needs cert_file and key_file";
    const struct {
        std::string text;
        Lines problems;
    } rows[] = {
        {"- a\n", {"f:1:1: the file must have keys and values"}},
        {"words", {"f:1:1: the file must have keys and values"}},
        {"tls_config:\n  a: b\n", {"f:1:1: unknown key \"tls_config\""}},
        {"tls_server_confg: {}\n",
         {"f:1:1: unknown key \"tls_server_confg\": did you mean \"tls_server_config\"?"}},
        {"basic_auth_users: {}\nbasic_auth_users: {}\n", {"f:2:1: \"basic_auth_users\" is there twice"}},
        {"? [a]\n: b\n", {"f:1:3: a key must be a word"}},
        {"<<: {a: b}\n", {"f:1:1: unknown key \"<<\""}},
        {"a: [\n", {"f:2:1: not YAML: end of sequence flow not found"}},
        {"{}\n---\n{}\n", {"f:3:1: a second document: only one is read"}},
        {"tls_server_config:\n  min_version: TLS13\n", {"f:2:3: " + no_pair}},
        {"tls_server_config:\n  cert_file: c\n", {"f:2:3: " + no_pair}},
        {"tls_server_config: [c, k]\n", {"f:1:20: tls_server_config must have keys and values"}},
        {"tls_server_config:\n" + pair + "  certfile: x\n",
         {"f:4:3: unknown key \"certfile\" in tls_server_config: did you mean \"cert_file\"?"}},
        {"tls_server_config:\n  cert_file: ''\n  key_file: k\n",
         {"f:2:14: must be the name of a file", "f:2:3: " + no_pair}},
        {"tls_server_config:\n" + pair + "  key: SECRET\n",
         {"f:2:3: key and key_file are both there: leave one out"}},
        {"tls_server_config:\n" + pair + "  key: {SECRET: SECRET}\n",
         {"f:4:8: must be one value, no list and no keys"}},
        {"tls_server_config:\n" + pair + "  min_version: TLS14\n",
         {"f:4:16: \"TLS14\" is no TLS version that is known here: did you mean \"TLS10\"?"}},
        {"tls_server_config:\n" + pair + "  min_version: TLS13\n  max_version: TLS12\n",
         {"f:2:3: min_version is above max_version"}},
        {"tls_server_config:\n" + pair + "  client_auth_type: RequireAndVerify\n",
         {"f:4:21: \"RequireAndVerify\" is no client_auth_type that is known here: did you mean "
          "\"RequireAndVerifyClientCert\"?"}},
        {"tls_server_config:\n" + pair + "  client_auth_type: RequireAndVerifyClientCert\n",
         {"f:4:21: \"RequireAndVerifyClientCert\" needs client_ca_file: the authority whose certificates are "
          "let in"}},
        {"tls_server_config:\n" + pair + "  client_ca_file: ca\n",
         {"f:4:19: an authority for certificates of clients, and client_auth_type asks for none: set it to "
          "RequireAndVerifyClientCert"}},
        {"tls_server_config:\n" + pair +
             "  client_auth_type: RequestClientCert\n  client_allowed_sans: [a]\n",
         {"f:5:24: client_allowed_sans needs client_auth_type: RequireAndVerifyClientCert; others let in "
          "clients that "
          "show no name"}},
        {"tls_server_config:\n" + pair +
             "  client_auth_type: RequireAnyClientCert\n  client_allowed_sans: []\n",
         {"f:5:24: client_allowed_sans is empty: nobody would be let in"}},
        {"tls_server_config:\n" + pair + "  cipher_suites: TLS_AES_128_GCM_SHA256\n",
         {"f:4:18: must be a list"}},
        {"tls_server_config:\n" + pair + "  cipher_suites: [TLS_RSA_WITH_RC4_128_SHA]\n",
         {"f:4:19: \"TLS_RSA_WITH_RC4_128_SHA\" is no cipher suite that is known here"}},
        {"tls_server_config:\n" + pair + "  cipher_suites: [TLS_AES_128_GCM_SHA256]\n  max_version: TLS12\n",
         {"f:2:3: all of cipher_suites are of TLS 1.3, which max_version does not let in"}},
        {"tls_server_config:\n" + pair + "  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA]\n",
         {"f:2:3: cipher_suites has nothing that TLS 1.3 can use: add one with GCM or CHACHA20, or set "
          "max_version to "
          "TLS12"}},
        {"tls_server_config:\n" + pair +
             "  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_RSA_WITH_AES_256_GCM_SHA384]\n",
         {"f:2:3: cipher_suites cannot be told apart from TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 here: name "
          "that, too, "
          "or leave out one of those that share its parts"}},
        {"tls_server_config:\n" + pair + "  curve_preferences: [P256]\n",
         {"f:4:23: \"P256\" is no curve that is known here"}},
        {"tls_server_config:\n" + pair + "  prefer_server_cipher_suites: maybe\n",
         {"f:4:32: must be true or false"}},
        {"http_server_config: {http3: true}\n",
         {"f:1:22: unknown key \"http3\" in http_server_config: did you mean \"http2\"?"}},
        {"http_server_config: {headers: {Server: x}}\n", {"f:1:32: unknown key \"Server\" in headers"}},
        {"http_server_config: {headers: {X-Frame-Options: allow}}\n",
         {"f:1:49: \"allow\" is no value of X-Frame-Options that is known here"}},
        {"http_server_config: {headers: {X-XSS-Protection: \"0\\r\\nSet-Cookie: a\"}}\n",
         {"f:1:50: a header is one line of at most 4096 printable ASCII characters"}},
        {"basic_auth_users: [alice]\n", {"f:1:19: basic_auth_users must have keys and values"}},
        {"basic_auth_users: {alice: SECRET}\n",
         {"f:1:27: the password of \"alice\" must be hashed with bcrypt (\"$2y$10$\" and 53 characters): "
          "htpasswd -nBC "
          "10 \"\""}},
        {"basic_auth_users: {alice: }\n",
         {"f:1:27: the password of \"alice\" must be hashed with bcrypt (\"$2y$10$\" and 53 characters): "
          "htpasswd -nBC "
          "10 \"\""}},
        {"basic_auth_users: {\"a:b\": " + hash + "}\n",
         {"f:1:20: the name of a user cannot have a colon (RFC 7617)"}},
        {"basic_auth_users: {a: $2y$17$mDwo.lAisC94iLAyP81MCesa29IzH37oigHC/42V2pdJlUprsJPze}\n",
         {"f:1:23: the password of \"a\" is hashed with a cost above 16, which takes longer than Prometheus "
          "waits"}},
        {"rate_limit: {interval: 1s}\n",
         {"f:1:13: rate_limit needs a burst of at least 1: without it every request is refused"}},
        {"rate_limit: {interval: 1 second, burst: 1}\n",
         {"f:1:24: \"1 second\" is no time between two requests: write it like \"1s\" or \"500ms\", at most "
          "\"24h\", or "
          "0 for no limit"}},
        {"rate_limit: {interval: -1s, burst: many}\n",
         {"f:1:24: \"-1s\" is no time between two requests: write it like \"1s\" or \"500ms\", at most "
          "\"24h\", or 0 "
          "for no limit",
          "f:1:36: \"many\" is no number of requests"}},
        {"a: &x [*x]\n", {"f:1:8: an alias stands inside of what it means"}},
    };
    for (const auto& row : rows) {
        const auto found = complaints(row.text);
        EXPECT_EQ(found, row.problems) << row.text;
        for (const auto& line : found)
            EXPECT_EQ(line.find("SECRET"), std::string::npos) << line;
    }
}

TEST(WebConfig, AliasesAreWhatTheyStandFor) {
    const auto config = accepted("basic_auth_users: {a: &x " + hash + ", b: *x}\n");
    EXPECT_EQ(config.users.at("b"), hash);
}

TEST(WebConfig, AliasesOfAliasesAreBounded) {
    std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 30; ++i) {
        const auto one = "*a" + std::to_string(i - 1);
        text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + one;
        for (int k = 0; k < 9; ++k)
            text += ", " + one;
        text += "]\n";
    }
    EXPECT_EQ(complaints(text), Lines{"f:4:45: more than 10000 values: too many for a configuration"});
    EXPECT_EQ(complaints(std::string(100'000, '[')).size(), 1U);
    EXPECT_EQ(complaints(std::string(100'000, '-')).size(), 1U);
}

std::string priorities(TlsChoice choice) {
    std::string fault;
    auto text = tls_priorities(choice, fault);
    return fault.empty() ? text : fault;
}

TEST(WebConfig, WhatIsSpoken) {
    const std::string groups =
        ":-GROUP-ALL:+GROUP-X25519:+GROUP-SECP256R1:+GROUP-SECP384R1:+GROUP-SECP521R1:%SERVER_PRECEDENCE";
    EXPECT_EQ(
        priorities({}),
        "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-KX-ALL:+ECDHE-ECDSA:+ECDHE-RSA:-CIPHER-ALL:+AES-128-GCM:"
        "+AES-256-GCM:+CHACHA20-POLY1305:-MAC-ALL:+AEAD" +
            groups);
    // Names of TLS 1.3 alone: nothing else can be spoken.
    EXPECT_EQ(priorities({.cipher_suites = {"TLS_AES_256_GCM_SHA384"}}),
              "NORMAL:-VERS-ALL:+VERS-TLS1.3:-KX-ALL:-CIPHER-ALL:+AES-256-GCM:-MAC-ALL:+AEAD" + groups);
    // Beside older ones they choose nothing.
    EXPECT_EQ(
        priorities({.cipher_suites = {"TLS_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"}}),
        "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-KX-ALL:+ECDHE-RSA:-CIPHER-ALL:+AES-256-GCM:-MAC-ALL:+"
        "AEAD" +
            groups);
    // Whether the certificate is RSA or ECDSA tells which of the two is used: not a hole.
    EXPECT_EQ(
        priorities({.most = TlsVersion::tls12,
                    .cipher_suites = {"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
                                      "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"}}),
        "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+ECDHE-RSA:+ECDHE-ECDSA:-CIPHER-ALL:+AES-256-GCM:+AES-128-CBC:"
        "-MAC-ALL:+AEAD:+SHA1" +
            groups);
}

TEST(WebConfig, WhoReaches) {
    const auto open =
        "[web] listen = \"0.0.0.0:15782\": everybody who reaches this address reads the pages, the metrics "
        "and the API: set [web] config_file to a file with basic_auth_users or client certificates, or "
        "listen on 127.0.0.1";
    EXPECT_EQ(web_remarks("0.0.0.0:15782", nullptr), Lines{open});
    for (const auto* here : {"127.0.0.1:15782", "127.1.2.3:80", "[::1]:15782", "localhost:1", ""})
        EXPECT_EQ(web_remarks(here, nullptr), Lines{}) << here;
    WebConfig config;
    EXPECT_EQ(web_remarks("0.0.0.0:15782", &config), Lines{open});
    config.users["a"] = hash;
    EXPECT_EQ(web_remarks("0.0.0.0:15782", &config),
              Lines{"[web] listen = \"0.0.0.0:15782\": passwords cross the network for all to read: add "
                    "tls_server_config to the file of [web] config_file"});
    config.tls.emplace();
    EXPECT_EQ(web_remarks("0.0.0.0:15782", &config), Lines{});
    config.users.clear();
    EXPECT_EQ(web_remarks("0.0.0.0:15782", &config), Lines{open});
    config.tls->client = ClientCertificate::verified;
    EXPECT_EQ(web_remarks("0.0.0.0:15782", &config), Lines{});
}

TEST(WebConfigFile, WhoMayReadSecrets) {
    const test::TemporaryFolder folder;
    const auto file = folder / "web.yml";
    const auto key = folder / "server.key";
    std::ofstream(file) << "tls_server_config:\n" << pair << "basic_auth_users: {a: " << hash << "}\n";
    std::ofstream(key) << "K";
    Problems problems;
    std::filesystem::permissions(file, std::filesystem::perms(0640));
    std::filesystem::permissions(key, std::filesystem::perms(0640));
    EXPECT_EQ(load_web_config(file, problems).remarks, Lines{});
    std::filesystem::permissions(file, std::filesystem::perms(0644));
    std::filesystem::permissions(key, std::filesystem::perms(0644));
    const std::string says = " holds a secret and everybody on this machine may read it: chmod 640";
    EXPECT_EQ(load_web_config(file, problems).remarks, (Lines{file + says, key + says}));
    EXPECT_TRUE(problems.empty());

    load_web_config(folder / "none.yml", problems);
    ASSERT_EQ(problems.size(), 1U);
    EXPECT_EQ(problems[0].to_string(),
              (folder / "none.yml") + ": the web configuration of [web] config_file: not found");
}

}  // namespace
}  // namespace reputed
