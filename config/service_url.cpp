#include "config/service_url.hpp"

#include <algorithm>
#include <charconv>

#include "config/ip_address.hpp"
#include "config/text.hpp"

namespace reputed {

namespace {

constexpr std::size_t longest_url = 2048;
constexpr std::size_t longest_host = 253;

bool is_host_name(std::string_view text) {
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
    };
    return !text.empty() && text.size() <= longest_host && text.front() != '.' && text.front() != '-' &&
           text.find("..") == std::string_view::npos && std::all_of(text.begin(), text.end(), fits);
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, port);
    if (error != std::errc{} || rest != end || port == 0) return {};
    return port;
}

bool parse_authority(std::string_view text, ServiceUrl& url) {
    const bool bracketed = text.starts_with('[');
    const auto end = bracketed ? text.find(']') : std::min(text.find(':'), text.size());
    if (end == std::string_view::npos) return false;
    url.host = lower(bracketed ? text.substr(1, end - 1) : text.substr(0, end));
    const auto address = IpAddress::parse(url.host);
    const bool v6 = address && address->family() == Family::v6;
    if (bracketed != v6 || (!address && !is_host_name(url.host))) return false;
    const auto rest = text.substr(std::min(end + (bracketed ? 1 : 0), text.size()));
    if (rest.empty()) return true;
    const auto port = rest.front() == ':' ? parse_port(rest.substr(1)) : std::nullopt;
    url.port = port.value_or(0);
    return port.has_value();
}

}  // namespace

std::string ServiceUrl::origin() const {
    const bool brackets = host.find(':') != std::string::npos;
    std::string out = scheme + "://" + (brackets ? '[' + host + ']' : host);
    if (port != 0) out += ':' + std::to_string(port);
    return out;
}

std::string ServiceUrl::whole() const {
    return origin() + path;
}

bool ServiceUrl::is_loopback() const {
    return host == "localhost" || host == "::1" || (IpAddress::parse(host) && host.starts_with("127."));
}

std::optional<ServiceUrl> ServiceUrl::parse(std::string_view text,
                                            std::initializer_list<std::string_view> schemes) {
    const auto visible = [](char c) { return c > ' ' && c < '\x7f' && c != '#' && c != '\\' && c != '"'; };
    if (text.size() > longest_url || !std::all_of(text.begin(), text.end(), visible)) return {};
    const auto colon = text.find("://");
    if (colon == std::string_view::npos) return {};
    ServiceUrl url;
    url.scheme = lower(text.substr(0, colon));
    if (std::find(schemes.begin(), schemes.end(), url.scheme) == schemes.end()) return {};
    text.remove_prefix(colon + 3);
    const auto authority = text.substr(0, text.find_first_of("/?"));
    url.path = text.substr(authority.size());
    if (url.path.starts_with('?')) url.path.insert(0, "/");
    if (!parse_authority(authority, url)) return {};
    return url;
}

}  // namespace reputed
