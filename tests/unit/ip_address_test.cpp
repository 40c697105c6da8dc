#include "config/ip_address.hpp"

#include <gtest/gtest.h>

namespace reputed {
namespace {

TEST(IpAddressParse, AcceptsAndPrintsCanonically) {
    struct Row {
        const char* text;
        const char* printed;
        Family family;
    };
    const Row rows[] = {
        {"192.0.2.1", "192.0.2.1", Family::v4},
        {"0.0.0.0", "0.0.0.0", Family::v4},
        {"255.255.255.255", "255.255.255.255", Family::v4},
        {"2001:DB8:0:0:0:0:0:1", "2001:db8::1", Family::v6},
        {"::", "::", Family::v6},
        {"::ffff:192.0.2.1", "::ffff:192.0.2.1", Family::v6},
    };
    for (const auto& row : rows) {
        const auto address = IpAddress::parse(row.text);
        ASSERT_TRUE(address) << row.text;
        EXPECT_EQ(address->to_string(), row.printed);
        EXPECT_EQ(address->family(), row.family) << row.text;
        EXPECT_EQ(IpAddress::parse(address->to_string()), address) << row.text;
    }
}

TEST(IpAddressParse, Rejects) {
    const char* rows[] = {"",
                          "192.0.2",
                          "192.0.2.256",
                          "192.0.02.1",
                          "192.0.2.1 ",
                          " 192.0.2.1",
                          "0x7f.1",
                          "192.0.2.1.",
                          "fe80::1%eth0",
                          "[::1]",
                          ":::",
                          "1:2:3:4:5:6:7",
                          "example.com",
                          "-1.2.3.4",
                          "2001:db8::12345",
                          "192.0.2.1/32"};
    for (const auto* row : rows)
        EXPECT_FALSE(IpAddress::parse(row)) << row;
    EXPECT_FALSE(IpAddress::parse(std::string_view("1.2.3.4\0", 8)));
}

TEST(IpAddressKind, PublicOrNot) {
    for (const auto* text :
         {"8.8.8.8", "116.58.168.33", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00::1"})
        EXPECT_TRUE(IpAddress::parse(text)->is_public()) << text;
    for (const auto* text :
         {"10.1.2.3", "127.0.0.1", "169.254.1.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "192.0.2.1",
          "198.51.100.1", "203.0.113.7", "224.0.0.1", "255.255.255.255", "0.1.2.3", "::1", "fe80::1",
          "fd00::1", "2001:db8::1", "2002::1", "ff02::1", "::ffff:8.8.8.8"})
        EXPECT_FALSE(IpAddress::parse(text)->is_public()) << text;
}

TEST(IpAddressKind, UnmapsIpv4MappedOnly) {
    EXPECT_EQ(IpAddress::parse("::ffff:192.0.2.1")->unmapped(), IpAddress::parse("192.0.2.1"));
    EXPECT_EQ(IpAddress::parse("::192.0.2.1")->unmapped(), IpAddress::parse("::192.0.2.1"));
}

TEST(IpAddressNetwork, ParsesAndContains) {
    const auto network = IpNetwork::parse("192.0.2.77/28");
    ASSERT_TRUE(network);
    EXPECT_EQ(network->to_string(), "192.0.2.64/28");
    EXPECT_EQ(network->size(), 16U);
    EXPECT_EQ(network->at(0).to_string(), "192.0.2.64");
    EXPECT_EQ(network->at(15).to_string(), "192.0.2.79");
    EXPECT_TRUE(network->contains(*IpAddress::parse("192.0.2.79")));
    EXPECT_FALSE(network->contains(*IpAddress::parse("192.0.2.80")));
    EXPECT_FALSE(network->contains(*IpAddress::parse("2001:db8::1")));
    EXPECT_EQ(IpNetwork::parse("0.0.0.0/0")->size(), std::uint64_t{1} << 32);
    EXPECT_TRUE(IpNetwork::parse("::/0")->contains(*IpAddress::parse("2001:db8::1")));
    EXPECT_EQ(IpNetwork::parse("2001:db8::/112")->at(0xffff).to_string(), "2001:db8::ffff");
    EXPECT_EQ(IpNetwork::parse("2001:db8::5")->to_string(), "2001:db8::5");
}

TEST(IpAddressNetwork, Rejects) {
    for (const auto* text : {"192.0.2.0/33", "192.0.2.0/-1", "192.0.2.0/", "192.0.2.0/024", "192.0.2.0/2 ",
                             "/24", "2001:db8::/129", "192.0.2.0/24/24", "192.0.2/24", "192.0.2.0/+4"})
        EXPECT_FALSE(IpNetwork::parse(text)) << text;
}

}  // namespace
}  // namespace reputed
