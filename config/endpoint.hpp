#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace reputed {

// A host and a port as the configuration writes them: "192.0.2.1:53", "[2001:db8::1]:53",
// "ns.example.org:53".
struct Endpoint {
    std::string host;  // an address without brackets, or a name in lower case
    std::uint16_t port = 0;

    std::string to_string() const;  // HOST:PORT with brackets around IPv6

    // Without a port `default_port` is taken, and a bare IPv6 address needs no brackets; with nullopt a port
    // must stand.
    static std::optional<Endpoint> parse(std::string_view text, std::optional<std::uint16_t> default_port);
};

}  // namespace reputed
