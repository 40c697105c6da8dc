#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace reputed {

// Protocol versions in their order.
enum class TlsVersion { tls10, tls11, tls12, tls13 };

// What a server speaks, in the names of Go's crypto/tls, as web configuration files have them.
struct TlsChoice {
    TlsVersion least = TlsVersion::tls12;
    TlsVersion most = TlsVersion::tls13;
    std::vector<std::string> cipher_suites{};  // of cipher_suite_names(); {} = those that are good today
    bool server_order = true;           // the server's order of cipher suites decides, not the client's
    std::vector<std::string> curves{};  // of curve_names(); {} = all
};

std::vector<std::string_view> cipher_suite_names();
std::vector<std::string_view> curve_names();

// The same as a priority string of GnuTLS, which names the parts of cipher suites and combines them. Never lets in what
// was not asked for: where the combination would, `fault` says what to change and the result is "".
std::string tls_priorities(const TlsChoice& choice, std::string& fault);

}  // namespace reputed
