#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace reputed {

// The address of a service that messages are sent to: "https://hooks.example/T0/B0/x", "smtp://mail.example.org:587".
// User names are refused: they have keys of their own, so that nothing that is shown of a URL can hold a password.
struct ServiceUrl {
    std::string scheme;      // lower case
    std::string host;        // a name in lower case (one label is enough), or an address without brackets
    std::uint16_t port = 0;  // 0 = the scheme's own
    std::string path;        // with query, "" or from "/" on; a secret where it holds a token

    std::string origin() const;  // SCHEME://HOST[:PORT]: all that may be shown
    std::string whole() const;
    bool is_loopback() const;

    // Visible ASCII only, no fragment.
    static std::optional<ServiceUrl> parse(std::string_view text,
                                           std::initializer_list<std::string_view> schemes);
};

}  // namespace reputed
