#include "checks/mta/log/fields.hpp"

#include <charconv>
#include <cmath>

#include "checks/mta/log/event.hpp"

namespace reputed::mta {
namespace {

bool looks_like_ip(std::string_view text) {
    return !text.empty() && text.size() <= 45 &&
           text.find_first_not_of("0123456789abcdefABCDEF.:") == std::string_view::npos;
}

std::string_view without_final_dot(std::string_view host) {
    if (host.ends_with('.')) host.remove_suffix(1);
    return host;
}

}  // namespace

std::optional<std::string_view> take_until(std::string_view& text, std::string_view end) {
    const auto at = text.find(end);
    if (at == std::string_view::npos) return {};
    const auto taken = text.substr(0, at);
    text.remove_prefix(at + end.size());
    return taken;
}

std::string_view address_domain(std::string_view address) {
    if (address.starts_with('<')) address.remove_prefix(1);
    if (address.ends_with('>')) address.remove_suffix(1);
    const auto at = address.rfind('@');
    return at == std::string_view::npos ? std::string_view() : without_final_dot(address.substr(at + 1));
}

std::optional<std::string_view> take_address(std::string_view& text) {
    std::size_t i = 0;
    if (text.starts_with('"')) {
        for (i = 1; i < text.size() && text[i] != '"'; ++i)
            if (text[i] == '\\') ++i;
        if (i >= text.size()) i = 0;  // the quotation has no end, so it is none
    }
    const auto end = text.find('>', i);
    if (end == std::string_view::npos) return {};
    const auto address = text.substr(0, end);
    text.remove_prefix(end + 1);
    return address;
}

Relay read_relay(std::string_view text) {
    Relay relay;
    const auto open = text.find('[');
    if (open == std::string_view::npos) {
        if (text != "none") relay.host = without_final_dot(text);
        return relay;
    }
    auto host = text.substr(0, open);
    while (host.ends_with(' '))
        host.remove_suffix(1);
    relay.host = without_final_dot(host);
    auto ip = text.substr(open + 1);
    ip = ip.substr(0, ip.find(']'));
    if (ip.starts_with("IPv6:")) ip.remove_prefix(5);
    if (looks_like_ip(ip)) relay.ip = ip;
    return relay;
}

float read_seconds(std::string_view text) {
    float value = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (fault != std::errc() || end != text.data() + text.size() || !(value >= 0) || std::isinf(value))
        return unknown_seconds;
    return value;
}

bool is_enhanced_code(std::string_view text) {
    if (text.size() < 5 || text[1] != '.' || (text[0] != '2' && text[0] != '4' && text[0] != '5'))
        return false;
    std::size_t i = 2;
    for (int part = 0; part < 2; ++part) {
        const auto begin = i;
        while (i < text.size() && is_digit(text[i]))
            ++i;
        if (i == begin || i - begin > 3) return false;
        if (part == 0 && (i >= text.size() || text[i++] != '.')) return false;
    }
    return i == text.size();
}

std::string_view leading_enhanced_code(std::string_view reply) {
    if (reply.size() > 3 && is_digit(reply[0]) && is_digit(reply[1]) && is_digit(reply[2]) &&
        (reply[3] == ' ' || reply[3] == '-'))
        reply.remove_prefix(4);
    auto code = reply.substr(0, reply.find_first_not_of("0123456789."));
    while (code.ends_with('.'))
        code.remove_suffix(1);
    return is_enhanced_code(code) ? code : std::string_view();
}

}  // namespace reputed::mta
