#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/problem.hpp"

// The web configuration file of Prometheus and its exporters (exporter-toolkit, docs/web-configuration.md): TLS, client
// certificates, users, headers, rate limit.
namespace reputed {

// client_auth_type, with Go's meaning of each.
enum class ClientCertificate : std::uint8_t {
    none,               // NoClientCert
    requested,          // RequestClientCert: asked for, not looked at
    any,                // RequireAnyClientCert: must be there, whoever signed it
    verified_if_given,  // VerifyClientCertIfGiven
    verified,           // RequireAndVerifyClientCert
};

// A PEM text, or the file that holds it; both "" = not given.
struct PemSource {
    std::string text;
    std::string file;
    bool given() const { return !text.empty() || !file.empty(); }
};

struct TlsSettings {
    PemSource certificate;  // with its chain
    PemSource key;
    PemSource client_ca;
    ClientCertificate client = ClientCertificate::none;
    std::vector<std::string> client_allowed_sans;  // {} = any
    std::string priorities;                        // what is spoken, as GnuTLS has it
};

struct RateLimit {
    std::chrono::nanoseconds interval{0};  // a request each on the long run; 0 = no limit
    int burst = 0;
};

struct WebConfig {
    std::optional<TlsSettings> tls;                            // none = plain HTTP
    std::vector<std::pair<std::string, std::string>> headers;  // of every answer, over the agent's own
    std::map<std::string, std::string> users;  // name -> bcrypt hash; {} = no password is asked for
    RateLimit rate_limit;
    std::vector<std::string> remarks;  // what is weaker than it looks, one sentence each

    // Who gets in has shown a password or a certificate of the right authority.
    bool knows_who_asks() const {
        return !users.empty() || (tls && tls->client == ClientCertificate::verified);
    }
};

// Strict: unknown keys, keys that are there twice, and what cannot be honoured are problems. File names become relative
// to the folder of `file`. No message holds a hash, a key or a password.
WebConfig parse_web_config(std::string_view yaml, const std::string& file, Problems& problems);

// The same from a file of at most 256 KiB. Does not look at the files that it names but for who may read the secret ones.
WebConfig load_web_config(const std::string& file, Problems& problems);

// What the operator should know of serving `config` (null = no file) on `listen` (HOST:PORT): one sentence each.
std::vector<std::string> web_remarks(const std::string& listen, const WebConfig* config);

}  // namespace reputed
