#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "config/ip_address.hpp"

namespace reputed {

// An IP address and a port.
struct Endpoint {
    IpAddress address;
    std::uint16_t port = 0;

    // ADDRESS, IPV4:PORT, [IPV6] or [IPV6]:PORT; the port 0..65535, `default_port` where there is none.
    static std::optional<Endpoint> parse(std::string_view text, std::uint16_t default_port);

    std::string to_string() const;  // 192.0.2.1:53, [2001:db8::1]:53
};

}  // namespace reputed
