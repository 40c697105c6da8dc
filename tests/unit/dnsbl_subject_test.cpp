#include <gtest/gtest.h>

#include "checks/dnsbl/subject.hpp"

namespace reputed::dnsbl {
namespace {

TEST(DnsblSubjectParse, Accepts) {
    struct Row {
        const char* text;
        const char* shown;
        const char* query;
        bool address;
    };
    const Row rows[] = {
        {"192.0.2.1", "192.0.2.1", "1.2.0.192", true},
        {"::ffff:192.0.2.1", "192.0.2.1", "1.2.0.192", true},
        {"2001:DB8::1", "2001:db8::1", "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2",
         true},
        {"Example.COM.", "example.com", "example.com", false},
        {"_spf.example.com", "_spf.example.com", "_spf.example.com", false},
        {"1.2.3.example", "1.2.3.example", "1.2.3.example", false},
        {"xn--bcher-kva.example", "xn--bcher-kva.example", "xn--bcher-kva.example", false},
    };
    for (const auto& row : rows) {
        const auto subject = Subject::parse(row.text);
        ASSERT_TRUE(subject) << row.text;
        EXPECT_EQ(subject->text, row.shown);
        EXPECT_EQ(subject->query, row.query);
        EXPECT_EQ(subject->address.has_value(), row.address) << row.text;
    }
}

TEST(DnsblSubjectParse, Rejects) {
    const std::string rows[] = {"",
                                ".",
                                "localhost",
                                "example..com",
                                ".example.com",
                                "example.com..",
                                "192.0.2",
                                "192.0.2.256",
                                "192.0.2.1.",
                                "1.2.3.4.5",
                                "exa mple.com",
                                "b\xc3\xbc"
                                "cher.example",
                                R"(a\.b.example)",
                                "example.com/x",
                                "*.example.com",
                                "a@example.com",
                                std::string(64, 'a') + ".example",
                                "fe80::1%eth0",
                                std::string("a.example\0", 10)};
    for (const auto& row : rows)
        EXPECT_FALSE(Subject::parse(row)) << row;
}

TEST(DnsblSubjectAccepts, RightKindAndFamily) {
    const auto v4 = Subject::parse("192.0.2.1").value();
    const auto v6 = Subject::parse("2001:db8::1").value();
    const auto domain = Subject::parse("example.com").value();
    struct Row {
        ListKind kind;
        bool ipv4, ipv6;
        bool accepts_v4, accepts_v6, accepts_domain;
    };
    const Row rows[] = {
        {ListKind::ip_blocklist, true, false, true, false, false},
        {ListKind::ip_blocklist, false, true, false, true, false},
        {ListKind::ip_allowlist, true, true, true, true, false},
        {ListKind::ip_score, true, true, true, true, false},
        {ListKind::domain_blocklist, true, true, false, false, true},
        {ListKind::domain_allowlist, false, false, false, false, true},
    };
    for (const auto& row : rows) {
        List list;
        list.kind = row.kind;
        list.ipv4 = row.ipv4;
        list.ipv6 = row.ipv6;
        EXPECT_EQ(accepts(list, v4), row.accepts_v4) << to_string(row.kind);
        EXPECT_EQ(accepts(list, v6), row.accepts_v6) << to_string(row.kind);
        EXPECT_EQ(accepts(list, domain), row.accepts_domain) << to_string(row.kind);
    }
}

TEST(DnsblSubjectQuery, Names) {
    struct Row {
        const char* zone;
        const char* query;
        const char* name;
    };
    const Row rows[] = {
        {"zen.example", "2.0.0.127", "2.0.0.127.zen.example"},
        {"k3y.zen.example", "2.0.0.127", "2.0.0.127.k3y.zen.example"},
        {"k3y.{revip}.http.example", "2.0.0.127", "k3y.2.0.0.127.http.example"},
        {"dbl.example", "example.com", "example.com.dbl.example"},
    };
    for (const auto& row : rows) {
        List list;
        list.zone = row.zone;
        EXPECT_EQ(query_name(list, row.query), row.name);
    }
}

TEST(DnsblSubjectKey, IsTakenOutOfWhatTheListSays) {
    struct Row {
        const char* zone;
        const char* name;
        const char* text;
        const char* clean;
    };
    const Row rows[] = {
        {"k3y.zen.example", "zen.example", "see http://x/?q=1.2.3.4.k3y.zen.example&k=K3Y",
         "see http://x/?q=1.2.3.4.***.zen.example&k=***"},
        {"k3y.{revip}.http.example", "http.example", "k3y k3", "*** k3"},
        {"zen.example", "zen.example", "zen.example", "zen.example"},
        {"{revip}.zen.example", "zen.example", "zen.example", "zen.example"},
        {"***.zen.example", "zen.example", "a***b", "a***b"},
        {".zen.example", "zen.example", "a", "a"},
    };
    for (const auto& row : rows) {
        List list;
        list.zone = row.zone;
        list.name = row.name;
        EXPECT_EQ(without_key(list, row.text), row.clean);
    }
}

TEST(DnsblSubjectLink, HasTheSubjectFilledIn) {
    struct Row {
        const char* lookup;
        const char* subject;
        const char* link;
    };
    const Row rows[] = {
        {"https://l.example/?ip={ip}", "192.0.2.1", "https://l.example/?ip=192.0.2.1"},
        {"https://l.example/?ip={ip}", "2001:db8::1", "https://l.example/?ip=2001%3Adb8%3A%3A1"},
        {"https://l.example/{domain}", "example.com", "https://l.example/example.com"},
        {"https://l.example/", "192.0.2.1", "https://l.example/"},
        {"", "192.0.2.1", "https://site.example/"},
    };
    for (const auto& row : rows) {
        List list;
        list.lookup = row.lookup;
        list.website = "https://site.example/";
        EXPECT_EQ(lookup_link(list, Subject::parse(row.subject).value()), row.link);
    }
    EXPECT_EQ(lookup_link(List{}, Subject::parse("192.0.2.1").value()), "");
}

}  // namespace
}  // namespace reputed::dnsbl
