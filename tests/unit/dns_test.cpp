#include "checks/net/dns.hpp"

#include <gtest/gtest.h>

namespace reputed {
namespace {

const std::string label63(63, 'a');
// Four labels: 63 + 63 + 63 + 61 octets and three dots, 253 in all.
const std::string name253 = label63 + '.' + label63 + '.' + label63 + '.' + std::string(61, 'b');

TEST(DnsName, CanBeAsked) {
    const std::string rows[] = {
        "example.com",
        "example.com.",
        "com",
        "EXAMPLE.Com",
        "_dmarc.example.com",
        "2.0.0.127.zen.spamhaus.org",
        "xn--bcher-kva.example",
        "a b.example",
        "\xc3\xa4.example",
        R"(a\.b.example)",
        R"(a\046b.example)",
        R"(\255.example)",
        R"(a\\.example)",
        R"(a\\.)",
        R"(a\.)",
        R"(a\\\.)",
        label63 + ".example",
        std::string(62, 'a') + R"(\046.example)",
        name253,
        name253 + '.',
    };
    for (const auto& row : rows)
        EXPECT_TRUE(is_valid_name(row)) << row;
}

TEST(DnsName, CannotBeAsked) {
    const std::string rows[] = {
        "",
        ".",
        "..",
        "a..b",
        ".a",
        "a..",
        label63 + "a.example",
        std::string(63, 'a') + R"(\046.example)",
        name253 + 'b',
        name253 + "b.",
        R"(a\)",
        R"(a\0)",
        R"(a\04)",
        R"(a\256.example)",
        R"(a\999.example)",
        R"(a\0x6.example)",
        R"(a\000.example)",
        std::string("a\0b", 3),
        std::string("a\\\0b", 4),
    };
    for (const auto& row : rows)
        EXPECT_FALSE(is_valid_name(row)) << row;
}

TEST(DnsName, Normalized) {
    struct Row {
        const char* name;
        const char* normalized;
    };
    const Row rows[] = {
        {"Example.COM.", "example.com"},
        {"example.com", "example.com"},
        {"", ""},
        {".", ""},
        {"a..", "a."},
        {R"(a\.)", R"(a\.)"},
        {R"(a\..)", R"(a\.)"},
        {R"(a\\.)", R"(a\\)"},
        {R"(a\\\.)", R"(a\\\.)"},
        {"\xc3\x84.Example", "\xc3\x84.example"},
    };
    for (const auto& row : rows)
        EXPECT_EQ(normalized_name(row.name), row.normalized) << row.name;
}

TEST(DnsReversed, BothFamilies) {
    struct Row {
        const char* address;
        const char* reversed;
        const char* name;
    };
    const Row rows[] = {
        {"127.0.0.2", "2.0.0.127", "2.0.0.127.in-addr.arpa"},
        {"0.0.0.0", "0.0.0.0", "0.0.0.0.in-addr.arpa"},
        {"255.10.100.9", "9.100.10.255", "9.100.10.255.in-addr.arpa"},
        // The example of RFC 5782 section 2.4
        {"2001:db8:1:2:3:4:567:89ab", "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2",
         "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"},
        {"::ffff:7f00:2", "2.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0",
         "2.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa"},
    };
    for (const auto& row : rows) {
        const auto address = IpAddress::parse(row.address).value();
        EXPECT_EQ(reversed(address), row.reversed);
        EXPECT_EQ(reverse_name(address), row.name);
        std::string appended = "x.";
        append_reversed(appended, address);
        EXPECT_EQ(appended, std::string("x.") + row.reversed);
    }
}

TEST(DnsWords, TypesAndOutcomes) {
    EXPECT_EQ(to_string(RecordType::aaaa), "AAAA");
    EXPECT_EQ(to_string(RecordType::soa), "SOA");
    EXPECT_EQ(to_string(static_cast<RecordType>(99)), "?");
    const std::pair<Outcome, bool> rows[] = {
        {Outcome::ok, true},        {Outcome::nodata, true},     {Outcome::nxdomain, true},
        {Outcome::servfail, false}, {Outcome::refused, false},   {Outcome::timeout, false},
        {Outcome::invalid, false},  {Outcome::malformed, false}, {Outcome::cancelled, false},
    };
    for (const auto& [outcome, definite] : rows) {
        Answer answer;
        answer.outcome = outcome;
        EXPECT_EQ(answer.definite(), definite) << to_string(outcome);
    }
}

}  // namespace
}  // namespace reputed
