#include "config/ip_address.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include <arpa/inet.h>

namespace reputed {
namespace {

void clear_host_bits(std::array<std::uint8_t, 16>& bytes, int prefix_length) {
    const auto whole = static_cast<std::size_t>(prefix_length / 8);
    if (whole == bytes.size()) return;
    bytes[whole] &= static_cast<std::uint8_t>(0xff00 >> prefix_length % 8);
    std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(whole) + 1, bytes.end(), std::uint8_t{0});
}

IpAddress rebuilt(Family family, const std::array<std::uint8_t, 16>& bytes) {
    if (family == Family::v6) return IpAddress::v6(bytes);
    return IpAddress::v4(static_cast<std::uint32_t>(bytes[0]) << 24 |
                         static_cast<std::uint32_t>(bytes[1]) << 16 |
                         static_cast<std::uint32_t>(bytes[2]) << 8 | bytes[3]);
}

struct Range {
    const char* base;
    int prefix_length;
};

// IANA special-purpose registries (RFC 6890 and its updates), as far as no mail can come from them.
constexpr Range special_v4[] = {
    {"0.0.0.0", 8},     {"10.0.0.0", 8},      {"100.64.0.0", 10},  {"127.0.0.0", 8},    {"169.254.0.0", 16},
    {"172.16.0.0", 12}, {"192.0.0.0", 24},    {"192.0.2.0", 24},   {"192.88.99.0", 24}, {"192.168.0.0", 16},
    {"198.18.0.0", 15}, {"198.51.100.0", 24}, {"203.0.113.0", 24}, {"224.0.0.0", 3},
};
// Outside 2000::/3 nothing is global unicast; inside it these are not.
constexpr Range special_v6[] = {{"2001::", 23}, {"2001:db8::", 32}, {"2002::", 16}, {"3fff::", 20}};

template <std::size_t N>
bool in_any(const IpAddress& address, const Range (&ranges)[N]) {
    return std::any_of(std::begin(ranges), std::end(ranges), [&](const Range& range) {
        return IpNetwork(*IpAddress::parse(range.base), range.prefix_length).contains(address);
    });
}

}  // namespace

IpAddress IpAddress::v4(std::uint32_t host_order) {
    IpAddress address;
    for (std::size_t i = 0; i < 4; ++i)
        address.bytes_[i] = static_cast<std::uint8_t>(host_order >> (24 - 8 * i));
    return address;
}

IpAddress IpAddress::v6(const std::array<std::uint8_t, 16>& network_order) {
    IpAddress address;
    address.family_ = Family::v6;
    address.bytes_ = network_order;
    return address;
}

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
    if (text.empty() || text.size() >= INET6_ADDRSTRLEN || text.find('\0') != std::string_view::npos)
        return {};
    char buffer[INET6_ADDRSTRLEN] = {};
    std::copy(text.begin(), text.end(), buffer);
    IpAddress address;
    if (inet_pton(AF_INET, buffer, address.bytes_.data()) == 1) return address;
    address.family_ = Family::v6;
    if (inet_pton(AF_INET6, buffer, address.bytes_.data()) == 1) return address;
    return {};
}

std::uint32_t IpAddress::v4_value() const {
    return static_cast<std::uint32_t>(bytes_[0]) << 24 | static_cast<std::uint32_t>(bytes_[1]) << 16 |
           static_cast<std::uint32_t>(bytes_[2]) << 8 | bytes_[3];
}

std::string IpAddress::to_string() const {
    char buffer[INET6_ADDRSTRLEN];
    inet_ntop(family_ == Family::v4 ? AF_INET : AF_INET6, bytes_.data(), buffer, sizeof buffer);
    return buffer;
}

IpAddress IpAddress::unmapped() const {
    static constexpr std::array<std::uint8_t, 12> mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    if (family_ != Family::v6 || !std::equal(mapped.begin(), mapped.end(), bytes_.begin())) return *this;
    IpAddress address;
    std::copy(bytes_.begin() + 12, bytes_.end(), address.bytes_.begin());
    return address;
}

bool IpAddress::is_public() const {
    if (family_ == Family::v4) return !in_any(*this, special_v4);
    return (bytes_[0] & 0xe0) == 0x20 && !in_any(*this, special_v6);
}

IpNetwork::IpNetwork(const IpAddress& address, int prefix_length) : prefix_length_(prefix_length) {
    auto bytes = address.bytes();
    clear_host_bits(bytes, prefix_length);
    first_ = rebuilt(address.family(), bytes);
}

std::optional<IpNetwork> IpNetwork::parse(std::string_view text) {
    const auto slash = text.find('/');
    const auto address = IpAddress::parse(text.substr(0, slash));
    if (!address) return {};
    if (slash == std::string_view::npos) return IpNetwork(*address, address->bits());
    const auto digits = text.substr(slash + 1);
    int length = -1;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
    const bool whole = error == std::errc() && end == digits.data() + digits.size();
    const bool leading_zero = digits.size() > 1 && digits[0] == '0';
    if (!whole || leading_zero || length < 0 || length > address->bits()) return {};
    return IpNetwork(*address, length);
}

bool IpNetwork::contains(const IpAddress& address) const {
    if (address.family() != first_.family()) return false;
    const auto whole = static_cast<std::ptrdiff_t>(prefix_length_ / 8);
    if (!std::equal(first_.bytes().begin(), first_.bytes().begin() + whole, address.bytes().begin()))
        return false;
    const int rest = prefix_length_ % 8;
    if (rest == 0) return true;
    const auto index = static_cast<std::size_t>(whole);
    return ((first_.bytes()[index] ^ address.bytes()[index]) >> (8 - rest)) == 0;
}

std::uint64_t IpNetwork::size() const {
    const int host_bits = first_.bits() - prefix_length_;
    return host_bits >= 64 ? std::numeric_limits<std::uint64_t>::max() : std::uint64_t{1} << host_bits;
}

IpAddress IpNetwork::at(std::uint64_t offset) const {
    auto bytes = first_.bytes();
    const auto last = static_cast<std::size_t>(first_.bits() / 8 - 1);
    for (std::size_t i = 0; i <= last && offset != 0; ++i, offset >>= 8)
        bytes[last - i] |= static_cast<std::uint8_t>(offset & 0xff);
    return rebuilt(first_.family(), bytes);
}

std::string IpNetwork::to_string() const {
    if (prefix_length_ == first_.bits()) return first_.to_string();
    return first_.to_string() + '/' + std::to_string(prefix_length_);
}

}  // namespace reputed
