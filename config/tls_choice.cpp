#include "config/tls_choice.hpp"

#include <algorithm>

namespace reputed {

namespace {

struct Suite {
    std::string_view name;
    std::string_view exchange;  // "" = TLS 1.3, where it is chosen apart
    std::string_view cipher;
    bool aead;
};

constexpr Suite suites[] = {
    {"TLS_AES_128_GCM_SHA256", "", "AES-128-GCM", true},
    {"TLS_AES_256_GCM_SHA384", "", "AES-256-GCM", true},
    {"TLS_CHACHA20_POLY1305_SHA256", "", "CHACHA20-POLY1305", true},
    {"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "ECDHE-ECDSA", "AES-128-GCM", true},
    {"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "ECDHE-RSA", "AES-128-GCM", true},
    {"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "ECDHE-ECDSA", "AES-256-GCM", true},
    {"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "ECDHE-RSA", "AES-256-GCM", true},
    {"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-ECDSA", "CHACHA20-POLY1305", true},
    {"TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-RSA", "CHACHA20-POLY1305", true},
    {"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", "ECDHE-ECDSA", "AES-128-CBC", false},
    {"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "ECDHE-RSA", "AES-128-CBC", false},
    {"TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", "ECDHE-ECDSA", "AES-256-CBC", false},
    {"TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", "ECDHE-RSA", "AES-256-CBC", false},
    {"TLS_RSA_WITH_AES_128_GCM_SHA256", "RSA", "AES-128-GCM", true},
    {"TLS_RSA_WITH_AES_256_GCM_SHA384", "RSA", "AES-256-GCM", true},
    {"TLS_RSA_WITH_AES_128_CBC_SHA", "RSA", "AES-128-CBC", false},
    {"TLS_RSA_WITH_AES_256_CBC_SHA", "RSA", "AES-256-CBC", false},
};

struct Curve {
    std::string_view name;
    std::string_view group;
};
constexpr Curve curves[] = {
    {"X25519", "X25519"},
    {"CurveP256", "SECP256R1"},
    {"CurveP384", "SECP384R1"},
    {"CurveP521", "SECP521R1"},
};

constexpr std::string_view versions[] = {"TLS1.0", "TLS1.1", "TLS1.2", "TLS1.3"};

// What the exchange gives; whether the certificate is RSA or ECDSA is the certificate's affair.
bool is_ephemeral(const Suite& suite) {
    return suite.exchange != "RSA";
}

void add_once(std::vector<std::string_view>& to, std::string_view what) {
    if (std::find(to.begin(), to.end(), what) == to.end()) to.push_back(what);
}

using Suites = std::vector<const Suite*>;

Suites asked_suites(const TlsChoice& choice) {
    Suites asked;
    for (const auto& name : choice.cipher_suites)
        for (const auto& suite : suites)
            if (suite.name == name) asked.push_back(&suite);
    const bool old_too =
        std::any_of(asked.begin(), asked.end(), [](const Suite* suite) { return !suite->exchange.empty(); });
    // Names of TLS 1.3 beside others choose nothing, as in Go.
    if (old_too) std::erase_if(asked, [](const Suite* suite) { return suite->exchange.empty(); });
    return asked;
}

Suites good_suites(TlsVersion least) {
    Suites good;
    for (const auto& suite : suites)
        if (suite.exchange != "" && suite.exchange != "RSA" && (suite.aead || least < TlsVersion::tls12))
            good.push_back(&suite);
    return good;
}

// A suite that the parts of these make up and that is none of these; null when there is none.
const Suite* uninvited(const Suites& asked) {
    for (const auto* one : asked)
        for (const auto* other : asked)
            for (const auto& mixed : suites) {
                if (mixed.exchange != one->exchange || mixed.cipher != other->cipher) continue;
                const bool invited = std::any_of(asked.begin(), asked.end(), [&](const Suite* suite) {
                    return suite->cipher == mixed.cipher && is_ephemeral(*suite) == is_ephemeral(mixed);
                });
                if (!invited) return &mixed;
            }
    return nullptr;
}

std::string check_suites(const Suites& asked, const TlsChoice& choice) {
    if (asked.front()->exchange.empty())
        return choice.most == TlsVersion::tls13
                   ? ""
                   : "all of cipher_suites are of TLS 1.3, which max_version does not let in";
    if (const auto* more = uninvited(asked))
        return "cipher_suites cannot be told apart from " + std::string(more->name) +
               " here: name that, too, or leave out one of those that share its parts";
    if (choice.most == TlsVersion::tls13 &&
        std::none_of(asked.begin(), asked.end(), [](const Suite* suite) { return suite->aead; }))
        return "cipher_suites has nothing that TLS 1.3 can use: add one with GCM or CHACHA20, or set "
               "max_version to "
               "TLS12";
    return "";
}

}  // namespace

std::vector<std::string_view> cipher_suite_names() {
    std::vector<std::string_view> names;
    for (const auto& suite : suites)
        names.push_back(suite.name);
    return names;
}

std::vector<std::string_view> curve_names() {
    std::vector<std::string_view> names;
    for (const auto& curve : curves)
        names.push_back(curve.name);
    return names;
}

std::string tls_priorities(const TlsChoice& choice, std::string& fault) {
    if (choice.least > choice.most) {
        fault = "min_version is above max_version";
        return "";
    }
    Suites asked = asked_suites(choice);
    if (asked.empty())
        asked = good_suites(choice.least);
    else if (fault = check_suites(asked, choice); !fault.empty())
        return "";
    const auto least = asked.front()->exchange.empty() ? TlsVersion::tls13 : choice.least;

    std::vector<std::string_view> exchanges;
    std::vector<std::string_view> ciphers;
    std::vector<std::string_view> macs;
    for (const auto* suite : asked) {
        if (!suite->exchange.empty()) add_once(exchanges, suite->exchange);
        add_once(ciphers, suite->cipher);
        add_once(macs, suite->aead ? "AEAD" : "SHA1");
    }

    std::string priorities = "NORMAL";
    const auto only = [&](std::string_view all, std::string_view prefix,
                          const std::vector<std::string_view>& wanted) {
        priorities.append(":-").append(all);
        for (const auto one : wanted)
            priorities.append(":+").append(prefix).append(one);
    };
    std::vector<std::string_view> spoken;
    for (auto version = static_cast<int>(choice.most); version >= static_cast<int>(least); --version)
        spoken.push_back(versions[version]);
    std::vector<std::string_view> groups;
    for (const auto& curve : curves)
        if (choice.curves.empty()) groups.push_back(curve.group);
    for (const auto& name : choice.curves)
        for (const auto& curve : curves)
            if (curve.name == name) groups.push_back(curve.group);
    only("VERS-ALL", "VERS-", spoken);
    only("KX-ALL", "", exchanges);
    only("CIPHER-ALL", "", ciphers);
    only("MAC-ALL", "", macs);
    only("GROUP-ALL", "GROUP-", groups);
    if (choice.server_order) priorities += ":%SERVER_PRECEDENCE";
    return priorities;
}

}  // namespace reputed
