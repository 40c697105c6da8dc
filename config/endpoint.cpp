#include "config/endpoint.hpp"

#include <charconv>

namespace reputed {

std::optional<Endpoint> Endpoint::parse(std::string_view text, std::uint16_t default_port) {
    Endpoint endpoint;
    endpoint.port = default_port;
    std::string_view host = text;
    std::string_view port;
    bool has_port = false;
    if (text.starts_with('[')) {
        const auto close = text.find(']');
        if (close == std::string_view::npos) return {};
        host = text.substr(1, close - 1);
        if (host.find(':') == std::string_view::npos) return {};
        const auto rest = text.substr(close + 1);
        if (!rest.empty() && rest[0] != ':') return {};
        has_port = !rest.empty();
        if (has_port) port = rest.substr(1);
    } else if (text.find(':') == text.rfind(':')) {
        const auto colon = text.find(':');
        has_port = colon != std::string_view::npos;
        host = text.substr(0, colon);
        if (has_port) port = text.substr(colon + 1);
    }
    const auto address = IpAddress::parse(host);
    if (!address) return {};
    endpoint.address = *address;
    if (!has_port) return endpoint;
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), endpoint.port);
    if (error != std::errc() || end != port.data() + port.size()) return {};
    return endpoint;
}

std::string Endpoint::to_string() const {
    const std::string host = address.to_string();
    return (address.family() == Family::v6 ? '[' + host + ']' : host) + ':' + std::to_string(port);
}

}  // namespace reputed
