#include "checks/identity/ptr.hpp"

#include <gtest/gtest.h>

#include "checks/identity/generic_name.hpp"
#include "tests/support/fake_resolver.hpp"

namespace reputed::identity {
namespace {

using Sign = GenericName::Sign;

IpAddress ip(const char* text) {
    return IpAddress::parse(text).value();
}

TEST(PtrGenericName, Generic) {
    struct Row {
        const char* address;
        const char* name;
        Sign sign;
    };
    const Row rows[] = {
        // The address: dotted, dashed, otherwise joined, padded, backwards, as one number, hexadecimal.
        {"116.58.168.33", "33.168.58.116.example", Sign::address},
        {"116.58.168.33", "116.58.168.33.example.net", Sign::address},
        {"116.58.168.33", "static.33.168.58.116.clients.your-server.de", Sign::address},
        {"116.58.168.33", "116-58-168-33.example.net", Sign::address},
        {"116.58.168.33", "ip-116-58-168-33.mail.example.net", Sign::address},
        {"116.58.168.33", "HOST-116_58_168_33.Example.NET.", Sign::address},
        {"116.58.168.33", "116x58x168x33.ap58.ftth.ucom.ne.jp", Sign::address},
        {"116.58.168.33", "a116.b58.c168.d33.example.net", Sign::address},
        {"116.58.168.33", "116-058-168-033.example.net", Sign::address},
        {"116.58.168.33", "kd116058168033.ppp-bb.dion.ne.jp", Sign::address},
        {"116.58.168.33", "m033168058116.v4.example.net", Sign::address},
        {"116.58.168.33", "h1165816833.example.net", Sign::address},
        {"116.58.168.33", "h3316858116.example.net", Sign::address},
        {"116.58.168.33", "h1950001185.example.net", Sign::address},
        {"116.58.168.33", "p743aa821.dip0.t-ipconnect.de", Sign::address},
        {"116.58.168.33", "zaq743aa821.zaq.ne.jp", Sign::address},
        {"116.58.168.33", "21a83a74.example.net", Sign::address},
        {"116.58.168.33", "74-3a-a8-21.example.net", Sign::address},
        {"116.58.168.33", "v116-58-168-33.a0a0.g.tyo1.static.cnode.io", Sign::address},
        {"119.238.1.2", "FL1-119-238-1-2.tky.mesh.ad.jp", Sign::address},
        {"60.112.233.44", "softbank060112233044.bbtec.net", Sign::address},
        {"1.2.3.4", "ec2-1-2-3-4.compute-1.amazonaws.com", Sign::address},
        {"1.2.3.4", "ec2-1-2-3-4.ap-northeast-1.compute.amazonaws.com", Sign::address},
        {"1.2.3.4", "4.3.2.1.bc.googleusercontent.com", Sign::address},
        {"73.1.2.3", "c-73-1-2-3.hsd1.ca.comcast.net", Sign::address},
        {"126.152.34.12", "pw126152034012.12.panda-world.ne.jp", Sign::address},
        // Another address in its place: behind a translation, or forgotten after a move.
        {"192.0.2.1", "ip-198-51-100-7.example.net", Sign::address},
        {"2001:db8::1", "198.51.100.7.example.net", Sign::address},
        // A part of it.
        {"51.68.1.200", "ns3012345.ip-51-68-1.eu", Sign::part_of_address},
        {"116.58.168.33", "168-33.example.net", Sign::part_of_address},
        {"116.58.168.33", "33.168.example.net", Sign::part_of_address},
        {"116.58.168.33", "host-168-33.example.net", Sign::part_of_address},
        {"116.58.168.33", "dsl-33-168.example.net", Sign::part_of_address},
        {"116.58.168.33", "static-58-168-33.example.net", Sign::part_of_address},
        // Names that a provider counts through.
        {"192.0.2.1", "p1234-ipngn100101osakakita.osaka.ocn.ne.jp", Sign::provider_default},
        {"192.0.2.1", "p6123-ipbf1234marunouchi.tokyo.ocn.ne.jp", Sign::provider_default},
        {"192.0.2.1", "FL1-119-238.tky.mesh.ad.jp", Sign::provider_default},
        {"192.0.2.1", "softbank060112233044.bbtec.net", Sign::provider_default},
        {"192.0.2.1", "pa1b2c3.tkyea129.ap.so-net.ne.jp", Sign::provider_default},
        {"192.0.2.1", "os3-386-12345.vs.sakura.ne.jp", Sign::provider_default},
        {"192.0.2.1", "vmi123456.contaboserver.net", Sign::provider_default},
        {"192.0.2.1", "li123-45.members.linode.com", Sign::provider_default},
        {"192.0.2.1", "vps-1a2b3c4d.vps.ovh.net", Sign::provider_default},
        // Words for access lines.
        {"192.0.2.1", "nttkyo123456.tkyo.nt.ngn.ppp.infoweb.ne.jp", Sign::line_word},
        {"192.0.2.1", "ntkngw123456.kngw.nt.ftth.ppp.infoweb.ne.jp", Sign::line_word},
        {"192.0.2.1", "zq012034.ppp.dion.ne.jp", Sign::line_word},
        {"192.0.2.1", "h77.catv02.itscom.jp", Sign::line_word},
        {"192.0.2.1", "dynamic.example.net", Sign::line_word},
        {"192.0.2.1", "adsl.example.net", Sign::line_word},
        {"192.0.2.1", "host77.adsl2.example.net", Sign::line_word},
        {"192.0.2.1", "dhcp77.example.co.jp", Sign::line_word},
        {"192.0.2.1", "dialup-77.example.net", Sign::line_word},
        {"192.0.2.1", "77.broadband.example.net", Sign::line_word},
        {"192.0.2.1", "unassigned.example.net", Sign::line_word},
        {"192.0.2.1", "pool-77.example.net", Sign::line_word},
        {"192.0.2.1", "h77.pool.example.net", Sign::line_word},
        {"192.0.2.1", "77.cust.example.net", Sign::line_word},
        {"192.0.2.1", "cable77.example.net", Sign::line_word},
        {"192.0.2.1", "dyn-77.example.net", Sign::line_word},
        {"192.0.2.1", "c77.res.example.net", Sign::line_word},
        {"192.0.2.1", "client77.example.net", Sign::line_word},
        // IPv6: all groups, compressed, hexadecimal, nibbles, interface identifier, prefix.
        {"2001:db8:12:34::25", "2001-db8-12-34-0-0-0-25.example.net", Sign::address},
        {"2001:db8:12:34::25", "2001-db8-12-34--25.example.net", Sign::address},
        {"2001:db8:12:34::25", "v6-2001-0db8-0012-0034-0000-0000-0000-0025.example.net", Sign::address},
        {"2001:db8:12:34::25", "20010db8001200340000000000000025.example.net", Sign::address},
        {"2001:db8::1", "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.example.net",
         Sign::address},
        {"2001:db8::f816:3eff:fe12:3456", "p-f8163efffe123456.example.net", Sign::address},
        {"2400:4050:1234:5600::25", "i2400-4050-1234-5600.example.net", Sign::part_of_address},
        {"2400:4050:1234:5600::25", "v6.2400-4050-1234-5600.example.net", Sign::part_of_address},
        {"2400:4050:1234:5600::25", "h77.dynamic.example.net", Sign::line_word},
    };
    for (const auto& row : rows) {
        const auto generic = generic_name(row.name, ip(row.address));
        if (!generic) {
            ADD_FAILURE() << row.name;
            continue;
        }
        EXPECT_EQ(generic->sign, row.sign) << row.name << ' ' << generic->reason;
    }
}

TEST(PtrGenericName, NotGeneric) {
    const std::pair<const char*, const char*> rows[] = {
        {"192.0.2.1", "mail.example.com"},
        {"192.0.2.1", "mx1.example.co.jp"},
        {"192.0.2.1", "www274.sakura.ne.jp"},
        {"192.0.2.1", "sv12345.xserver.jp"},
        {"192.0.2.1", "jp58.mixhost.jp"},
        {"192.0.2.1", "mogw0131.ocn.ad.jp"},
        {"192.0.2.1", "mail.ocn.ne.jp"},
        {"192.0.2.1", "gateway.ocn.ne.jp"},
        // Words as parts of other words, in the registered domain, or without a number beside them.
        {"192.0.2.1", "mail.dynadot.com"},
        {"192.0.2.1", "dynadot.com"},
        {"192.0.2.1", "pool.ntp.org"},
        {"192.0.2.1", "mail.pool.ntp.org"},
        {"192.0.2.1", "ns1.dyn.com"},
        {"192.0.2.1", "host.dhcp.net"},
        {"192.0.2.1", "www.cable.co.uk"},
        {"192.0.2.1", "erp.dynamics.example.com"},
        {"192.0.2.1", "liverpool2.example.com"},
        {"192.0.2.1", "carpool77.example.com"},
        {"192.0.2.1", "customs12.example.com"},
        {"192.0.2.1", "resort3.example.com"},
        {"192.0.2.1", "client.example.com"},
        {"192.0.2.1", "customer.example.com"},
        {"192.0.2.1", "esa4.res.cisco.com"},
        {"192.0.2.1", "dslr.example.com"},
        {"192.0.2.1", "pppark.example.com"},
        // Mail hosts of providers, in the zones of their lines.
        {"192.0.2.1", "mail.dsl.example.net"},
        {"192.0.2.1", "smtp2.adsl.example.net"},
        {"192.0.2.1", "mx3.cust.example.net"},
        {"192.0.2.1", "mxout77.pool.example.net"},
        // A fixed address that says so.
        {"192.0.2.1", "static77.dsl.example.net"},
        {"192.0.2.1", "customer77.static.example.net"},
        {"192.0.2.1", "static.example.net"},
        // Large senders, which number by octets.
        {"54.240.8.31", "a8-31.smtp-out.amazonses.com"},
        {"166.78.69.130", "m69-130.mailgun.net"},
        {"198.2.133.23", "mail133-23.atl131.mandrillapp.com"},
        {"147.253.70.55", "mta-70-55-253.sparkpostmail.com"},
        {"209.85.221.41", "mail-wr1-f41.google.com"},
        {"167.89.12.45", "o1678912x45.outbound-mail.sendgrid.net"},
        {"77.238.177.20", "sonic310-20.consmr.mail.ne1.yahoo.com"},
        {"116.58.168.33", "mail33.example.com"},
        {"116.58.168.33", "mail-168-33.example.com"},
        {"116.58.168.33", "mx-58-168-33.example.com"},
        {"116.58.168.33", "srv33.example.com"},
        {"116.58.168.33", "rack168.row33.example.com"},
        // Numbers that are not the address: dates, versions, serial numbers.
        {"116.58.168.33", "srv20240131.example.com"},
        {"116.58.168.33", "h01165816833.example.com"},
        {"116.58.168.33", "v1-2-3.example.com"},
        {"1.1.1.1", "host1111.example.com"},
        {"1.1.1.1", "one.one.one.one"},
        {"8.8.8.8", "dns.google"},
        {"192.0.2.1", "a1-300-2-3.example.com"},
        {"192.0.2.1", "1234-5678.example.com"},
        {"2001:db8::25", "mail25.example.com"},
        {"2001:db8::25", "srv-25.example.com"},
        {"2001:db8::25", "a0000000000000025.example.com"},
        {"2001:db8::f816:3eff:fe12:3456", "srv3456.example.com"},
        // Not a name at all: other findings are for that.
        {"192.0.2.1", ""},
        {"192.0.2.1", "."},
        {"192.0.2.1", "192.0.2.1..example"},
        {"192.0.2.1", "localhost"},
    };
    for (const auto& [address, name] : rows) {
        const auto generic = generic_name(name, ip(address));
        EXPECT_FALSE(generic) << name << ' ' << generic->reason;
    }
}

TEST(PtrGenericName, GivesItsReason) {
    const std::tuple<const char*, const char*, const char*> rows[] = {
        {"192.0.2.1", "h1.192-0-2-1.example.net", "contains the address itself"},
        {"192.0.2.1", "h-198-51-100-7.example.net", "contains another address"},
        {"192.0.2.1", "vps-2-1.example.net", "contains \"2-1\", a part of the address"},
        {"192.0.2.1", "vmi1.contaboserver.net",
         "lies under contaboserver.net, where a provider names customers' addresses"},
        {"192.0.2.1", "77.DSL.example.net", "contains the word \"dsl\""},
    };
    for (const auto& [address, name, reason] : rows)
        EXPECT_EQ(generic_name(name, ip(address))->reason, reason);
}

TEST(PtrHostName, AcceptsAndRejects) {
    for (const auto* name : {"mail.example.com", "MAIL.Example.COM.", "1.example.com", "3com.example",
                             "xn--wgv71a.jp", "a-b.c-d.example", "33.168.58.116.example"})
        EXPECT_TRUE(is_host_name(name)) << name;
    const std::string long_label(64, 'a');
    for (const std::string& name :
         {std::string(), std::string("."), std::string("localhost"), std::string("mail_1.example.com"),
          std::string("-mail.example.com"), std::string("mail-.example.com"),
          std::string("mail..example.com"), std::string(".example.com"), std::string("116.58.168.33"),
          std::string("mail example.com"), std::string("mail\\.example.com"), std::string("*.example.com"),
          std::string("m\xc3\xa4il.example.com"), long_label + ".example.com"})
        EXPECT_FALSE(is_host_name(name)) << name;
}

TEST(PtrNames, CompareWithoutCaseAndTrailingDot) {
    EXPECT_TRUE(is_same_name("Mail.Example.COM.", "mail.example.com"));
    EXPECT_FALSE(is_same_name("mail.example.com", "mail.example.co"));
    EXPECT_TRUE(is_within("Mail.Example.com.", "example.COM"));
    EXPECT_TRUE(is_within("example.com", "example.com."));
    EXPECT_FALSE(is_within("notexample.com", "example.com"));
    EXPECT_FALSE(is_within("com", "example.com"));
    EXPECT_FALSE(is_within("example.com", ""));
}

TEST(PtrNames, AreSortedAndOnce) {
    Answer answer{.outcome = Outcome::ok, .records = {}, .aliases = {}};
    for (const auto* name : {"b.example", "a.example", "B.example."}) {
        Record record;
        record.text = name;
        answer.records.push_back(record);
    }
    EXPECT_EQ(ptr_names(answer), (std::vector<std::string>{"a.example", "b.example"}));
}

TEST(PtrNames, ResolvesTenPreferringTheHostname) {
    std::vector<std::string> names;
    for (char c = 'a'; c <= 'z'; ++c)
        names.push_back(std::string(1, c) + ".example");
    const auto chosen = names_to_resolve(names, {"Z.example."});
    ASSERT_EQ(chosen.size(), max_resolved_names);
    EXPECT_EQ(chosen.front(), "z.example");
    EXPECT_EQ(chosen.back(), "i.example");
}

TEST(PtrIprev, Results) {
    struct Row {
        const char* zone;
        Iprev result;
    };
    const Row rows[] = {
        {"", Iprev::permerror},
        {"1.2.0.192.in-addr.arpa TXT x", Iprev::permerror},
        {"1.2.0.192.in-addr.arpa SERVFAIL", Iprev::temperror},
        {"1.2.0.192.in-addr.arpa REFUSED", Iprev::temperror},
        {"1.2.0.192.in-addr.arpa TIMEOUT", Iprev::temperror},
        {"1.2.0.192.in-addr.arpa MALFORMED", Iprev::temperror},
        {"1.2.0.192.in-addr.arpa PTR a.example", Iprev::fail},
        {"1.2.0.192.in-addr.arpa PTR a.example\na.example A 192.0.2.1", Iprev::pass},
        {"1.2.0.192.in-addr.arpa PTR a.example\na.example A 192.0.2.9\na.example A 192.0.2.1", Iprev::pass},
        {"1.2.0.192.in-addr.arpa PTR a.example\na.example A 192.0.2.9", Iprev::fail},
        {"1.2.0.192.in-addr.arpa PTR a.example\na.example AAAA 2001:db8::1", Iprev::fail},
        {"1.2.0.192.in-addr.arpa PTR a.example\na.example TIMEOUT", Iprev::temperror},
        {"1.2.0.192.in-addr.arpa PTR a..example", Iprev::fail},
        {"1.2.0.192.in-addr.arpa PTR a.example\na.example SERVFAIL\n1.2.0.192.in-addr.arpa PTR b.example\n"
         "b.example A 192.0.2.1",
         Iprev::pass},
        {"1.2.0.192.in-addr.arpa PTR a.example\na.example SERVFAIL\n1.2.0.192.in-addr.arpa PTR b.example\n"
         "b.example A 192.0.2.9",
         Iprev::temperror},
        // Classless delegation (RFC 2317).
        {"1.2.0.192.in-addr.arpa CNAME 1.0-25.2.0.192.in-addr.arpa\n1.0-25.2.0.192.in-addr.arpa PTR "
         "a.example\n"
         "a.example A 192.0.2.1",
         Iprev::pass},
    };
    for (const auto& row : rows) {
        test::FakeResolver resolver(row.zone);
        const Answer reverse = resolver.lookup_one(reverse_name(ip("192.0.2.1")), RecordType::ptr);
        std::vector<ForwardName> forward;
        for (const auto& name : ptr_names(reverse))
            forward.push_back({name, resolver.lookup_one(name, RecordType::a)});
        EXPECT_EQ(to_string(iprev(ip("192.0.2.1"), reverse, forward)), to_string(row.result)) << row.zone;
    }
}

TEST(PtrMisplaced, Names) {
    EXPECT_EQ(misplaced_ptr_names(ip("116.58.168.33"), "Example.com."),
              (std::vector<std::string>{"116.58.168.33.example.com", "33.168.58.116.example.com",
                                        "33.168.58.116.in-addr.arpa.example.com"}));
    EXPECT_EQ(misplaced_ptr_names(ip("1.1.1.1"), "example.com"),
              (std::vector<std::string>{"1.1.1.1.example.com", "1.1.1.1.in-addr.arpa.example.com"}));
    EXPECT_TRUE(misplaced_ptr_names(ip("1.1.1.1"), "").empty());
    EXPECT_TRUE(misplaced_ptr_names(ip("1.1.1.1"), "a..example").empty());
    const std::string nibbles = reversed(ip("2001:db8::1"));
    EXPECT_EQ(misplaced_ptr_names(ip("2001:db8::1"), "example.com"),
              (std::vector<std::string>{nibbles + ".example.com", nibbles + ".ip6.arpa.example.com"}));
    EXPECT_TRUE(misplaced_ptr_names(ip("1.1.1.1"), std::string(63, 'a') + '.' + std::string(63, 'b') + '.' +
                                                       std::string(63, 'c') + '.' + std::string(60, 'd'))
                    .empty());
}

}  // namespace
}  // namespace reputed::identity
