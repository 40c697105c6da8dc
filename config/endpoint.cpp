#include "config/endpoint.hpp"

#include <charconv>

#include "config/host_name.hpp"
#include "config/ip_address.hpp"

namespace reputed {

namespace {

std::optional<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, port);
    if (error != std::errc{} || rest != end || (text.size() > 1 && text.front() == '0')) return {};
    return port;
}

std::optional<std::string> parse_host(std::string_view text, bool bracketed) {
    if (const auto address = IpAddress::parse(text)) {
        if (bracketed != (address->family() == Family::v6)) return {};
        return address->to_string();
    }
    std::string name(text);
    if (bracketed) return {};
    if (name == "localhost") return name;
    if (!normalize_name(name, NameUse::host).empty()) return {};
    return name;
}

}  // namespace

std::string Endpoint::to_string() const {
    const bool brackets = host.find(':') != std::string::npos;
    return (brackets ? '[' + host + ']' : host) + ':' + std::to_string(port);
}

std::optional<Endpoint> Endpoint::parse(std::string_view text, std::optional<std::uint16_t> default_port) {
    if (default_port) {
        if (const auto address = IpAddress::parse(text)) return Endpoint{address->to_string(), *default_port};
    }
    const bool bracketed = text.starts_with('[');
    const auto host_end = bracketed ? text.find(']') : text.find(':');
    if (bracketed && host_end == std::string_view::npos) return {};
    const auto host =
        parse_host(bracketed ? text.substr(1, host_end - 1) : text.substr(0, host_end), bracketed);
    if (!host) return {};
    std::string_view rest;
    if (host_end != std::string_view::npos) rest = text.substr(host_end + (bracketed ? 1 : 0));
    if (rest.empty()) {
        if (!default_port) return {};
        return Endpoint{*host, *default_port};
    }
    const auto port = rest.starts_with(':') ? parse_port(rest.substr(1)) : std::nullopt;
    if (!port) return {};
    return Endpoint{*host, *port};
}

}  // namespace reputed
