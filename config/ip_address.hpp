#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace reputed {

enum class Family : std::uint8_t { v4, v6 };

// One IPv4 or IPv6 address. IPv4 uses the first four of the sixteen bytes; the rest stay zero.
class IpAddress {
  public:
    IpAddress() = default;  // 0.0.0.0
    static IpAddress v4(std::uint32_t host_order);
    static IpAddress v6(const std::array<std::uint8_t, 16>& network_order);

    // Accepts what inet_pton accepts and nothing else: no zone index, no brackets, no leading zeros in IPv4.
    static std::optional<IpAddress> parse(std::string_view text);

    Family family() const { return family_; }
    int bits() const { return family_ == Family::v4 ? 32 : 128; }
    const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }
    std::uint32_t v4_value() const;  // host order; only for Family::v4

    // Dotted quad, or RFC 5952 text for IPv6.
    std::string to_string() const;

    // ::ffff:a.b.c.d as a.b.c.d, everything else as it is (RFC 4291 section 2.5.5.2).
    IpAddress unmapped() const;

    // Not loopback, link-local, private, shared (RFC 6598), documentation, multicast or otherwise reserved:
    // an address from which the Internet could receive mail.
    bool is_public() const;

    auto operator<=>(const IpAddress&) const = default;

  private:
    Family family_ = Family::v4;
    std::array<std::uint8_t, 16> bytes_{};
};

// An address range in CIDR notation. Host bits are cleared: 192.0.2.7/24 holds 192.0.2.0/24.
class IpNetwork {
  public:
    IpNetwork() = default;
    IpNetwork(const IpAddress& address, int prefix_length);

    // ADDRESS or ADDRESS/LENGTH with LENGTH 0..32 or 0..128; a bare address has its full length.
    static std::optional<IpNetwork> parse(std::string_view text);

    const IpAddress& first() const { return first_; }
    int prefix_length() const { return prefix_length_; }
    bool contains(const IpAddress& address) const;  // false for the other family

    // The number of addresses; UINT64_MAX where it does not fit.
    std::uint64_t size() const;
    // The address at `offset` (0 is first()); offset < size().
    IpAddress at(std::uint64_t offset) const;

    std::string to_string() const;  // a full-length network prints as a bare address

    auto operator<=>(const IpNetwork&) const = default;

  private:
    IpAddress first_;
    int prefix_length_ = 32;
};

}  // namespace reputed
