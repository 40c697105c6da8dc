#include "config/web_config.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace reputed;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Problems problems;
    const auto config = parse_web_config(fuzz::text_of(data, size), "web.yml", problems);
    if (!problems.empty()) return 0;
    if (config.tls) {
        fuzz::require(config.tls->certificate.given() && config.tls->key.given(),
                      "TLS has a certificate and a key");
        fuzz::require(config.tls->client != ClientCertificate::verified || config.tls->client_ca.given(),
                      "certificates are verified by somebody");
        fuzz::require(!config.tls->priorities.empty(), "what is spoken is said");
    }
    for (const auto& [name, hash] : config.users)
        fuzz::require(hash.size() == 60 && name.find(':') == std::string::npos,
                      "users have names and bcrypt hashes");
    for (const auto& [name, value] : config.headers)
        fuzz::require(value.find_first_of("\r\n") == std::string::npos, "a header is one line");
    fuzz::require(config.rate_limit.interval.count() >= 0, "a limit is not negative");
    return 0;
}
