#include "checks/identity/ehlo.hpp"

#include <gtest/gtest.h>

namespace reputed::identity {
namespace {

TEST(EhloName, AcceptsFullHostNames) {
    for (const auto* text : {"mail.example.org", "MAIL.Example.org.", "a-1.b.example", "xn--mller-kva.de",
                             "1and1.example", "localhost.example.org", "lan.example"}) {
        const auto name = ehlo_name(text);
        EXPECT_EQ(name.fault, EhloFault::none) << text << ": " << name.why;
        EXPECT_EQ(name.why, "") << text;
    }
    EXPECT_EQ(ehlo_name("MAIL.Example.org.").name, "mail.example.org");
}

TEST(EhloName, RefusesTheRestAndSaysWhy) {
    struct Row {
        std::string text;
        EhloFault fault;
        const char* why;
    };
    const char* example = ".example.org\"";
    const Row rows[] = {
        {"localhost", EhloFault::local, "\"localhost\" is not a name on the Internet"},
        {"LOCALHOST.", EhloFault::local, "\"LOCALHOST.\" is not a name on the Internet"},
        {"localhost.localdomain", EhloFault::local,
         "\"localhost.localdomain\" is not a name on the Internet"},
        {"vm.localdomain", EhloFault::local, "\"vm.localdomain\" is not a name on the Internet"},
        {"mail.local", EhloFault::local, "\"mail.local\" is not a name on the Internet"},
        {"nas.lan", EhloFault::local, "\"nas.lan\" is not a name on the Internet"},
        {"nas.home.arpa", EhloFault::local, "\"nas.home.arpa\" is not a name on the Internet"},
        {"mail.corp.internal", EhloFault::local, "\"mail.corp.internal\" is not a name on the Internet"},
        {"192.0.2.1", EhloFault::syntax, "\"192.0.2.1\" is a bare address, not a host name"},
        {"2001:db8::1", EhloFault::syntax, "\"2001:db8::1\" is a bare address, not a host name"},
        {"[192.0.2.1]", EhloFault::syntax, "\"[192.0.2.1]\" is an address literal, not a host name"},
        {"[IPv6:2001:db8::1]", EhloFault::syntax,
         "\"[IPv6:2001:db8::1]\" is an address literal, not a host name"},
        {"mail", EhloFault::syntax,
         "\"mail\" is one label: write the full name, such as \"mail.example.org\""},
        {"", EhloFault::syntax, "a host name must not be empty"},
        {"mail_1.example.org", EhloFault::syntax,
         "\"mail_1.example.org\" holds an underscore, which a host name must not (RFC 1123 section 2.1)"},
        {"mail..example.org", EhloFault::syntax, "\"mail..example.org\" has an empty label"},
        {"-mail.example.org", EhloFault::syntax,
         "\"-mail.example.org\" has a label that begins or ends with a hyphen"},
        {"192.0.2.256", EhloFault::syntax,
         "\"192.0.2.256\" ends in a number: an address with a slip is no host name"},
        {"mail.example.org\r\nX: y", EhloFault::syntax, nullptr},
        {"b\xc3\xbcro.example", EhloFault::syntax, nullptr},
        {std::string("mail\0.example.org", 17), EhloFault::syntax, nullptr},
        {std::string(300, 'a') + example, EhloFault::syntax, nullptr},
    };
    for (const auto& row : rows) {
        const auto name = ehlo_name(row.text);
        EXPECT_EQ(name.fault, row.fault) << row.text;
        EXPECT_EQ(name.name, "") << row.text;
        if (row.why)
            EXPECT_EQ(name.why, row.why);
        else
            EXPECT_FALSE(name.why.empty()) << row.text;
    }
}

TEST(EhloOtherNames, NoneWhereOneIsTheHostname) {
    MtaNames mta;
    EXPECT_TRUE(other_names(mta, "a.example").empty());
    mta.names = {"a.example", "b.example"};
    EXPECT_TRUE(other_names(mta, "B.example.").empty());
    EXPECT_EQ(other_names(mta, "c.example"), mta.names);
}

}  // namespace
}  // namespace reputed::identity
