#include "checks/auth/spf_record.hpp"

#include <gtest/gtest.h>

namespace reputed::spf {
namespace {

TEST(SpfRecordSelect, VersionThenSpaceOrEnd) {
    for (const auto* text : {"v=spf1", "v=spf1 ", "V=SPF1 -all", "v=SpF1 moo"})
        EXPECT_TRUE(is_spf(text)) << text;
    for (const auto* text : {"", "v=spf", "v=spf10", "v=spf1-all", " v=spf1", "v=spf1\t-all",
                             "\"v=spf1 -all\"", "v=spf2.0/pra -all", "spf1 -all"})
        EXPECT_FALSE(is_spf(text)) << text;
}

TEST(SpfRecordParse, AcceptsAndPrintsCanonically) {
    struct Row {
        std::string text;
        std::string printed;
    };
    const Row rows[] = {
        {"v=spf1", "v=spf1"},
        {"V=SPF1   -ALL  ", "v=spf1 -all"},
        {"v=spf1 +a +mx +ip4:150.95.55.137 +ip4:163.44.239.12 ~all",
         "v=spf1 a mx ip4:150.95.55.137 ip4:163.44.239.12 ~all"},
        {"v=spf1 ip4:192.0.2.7/24 ip4:192.0.2.7/32 ip4:0.0.0.0/0",
         "v=spf1 ip4:192.0.2.0/24 ip4:192.0.2.7 ip4:0.0.0.0/0"},
        {"v=spf1 ip6:2001:DB8::1/32 ip6:::FFFF:1.2.3.4 IP6:::/0",
         "v=spf1 ip6:2001:db8::/32 ip6:::ffff:1.2.3.4 ip6:::/0"},
        {"v=spf1 a/24//64 a//0 mx/0 a:foo.example.com/8//16",
         "v=spf1 a/24//64 a//0 mx/0 a:foo.example.com/8//16"},
        {"v=spf1 a/32//128", "v=spf1 a"},
        {"v=spf1 a:foo:bar/baz.example.com/30", "v=spf1 a:foo:bar/baz.example.com/30"},
        {"v=spf1 a:foo.example.xn--zckzah a:x.1-1 a:.com a:example.com.",
         "v=spf1 a:foo.example.xn--zckzah a:x.1-1 a:.com a:example.com."},
        {"v=spf1 a:_under.example.com", "v=spf1 a:_under.example.com"},
        {"v=spf1 exists:%{ir}.%{v}._spf.%{d2} include:%{H}",
         "v=spf1 exists:%{ir}.%{v}._spf.%{d2} include:%{H}"},
        {"v=spf1 a:%{d}/24 a:x%% a:x%_//9 a:x%-", "v=spf1 a:%{d}/24 a:x%% a:x%_//9 a:x%-"},
        {"v=spf1 exists:%{L02R.-+,/_=}", "v=spf1 exists:%{L2r.-+,/_=}"},
        {"v=spf1 ?ptr -ptr:example.com ?all", "v=spf1 ?ptr -ptr:example.com ?all"},
        {"v=spf1 REDIRECT=_spf.example.com EXP=e.%{d}", "v=spf1 redirect=_spf.example.com exp=e.%{d}"},
        {"v=spf1 moo.cow-far_out=man:dog/cat all=x a= a==b",
         "v=spf1 moo.cow-far_out=man:dog/cat all=x a= a==b"},
        {"v=spf1 foo=%{d}%%%{ir} foo=again", "v=spf1 foo=%{d}%%%{ir} foo=again"},
        {"v=spf1 all -all ip4:192.0.2.1", "v=spf1 all -all ip4:192.0.2.1"},
    };
    for (const auto& row : rows) {
        const auto parsed = parse_record(row.text);
        ASSERT_TRUE(std::holds_alternative<Record>(parsed))
            << row.text << ": " << std::get<SyntaxError>(parsed).to_string();
        const auto& record = std::get<Record>(parsed);
        EXPECT_EQ(record.text, row.text);
        EXPECT_EQ(record.to_string(), row.printed) << row.text;
        const auto again = parse_record(record.to_string());
        ASSERT_TRUE(std::holds_alternative<Record>(again)) << row.text;
        EXPECT_EQ(std::get<Record>(again), record) << row.text;
        EXPECT_EQ(std::get<Record>(again).to_string(), row.printed);
    }
}

TEST(SpfRecordParse, KeepsWhatWasWritten) {
    const auto parsed = parse_record("v=spf1  +IP4:192.0.2.7/24   ~All");
    const auto& record = std::get<Record>(parsed);
    ASSERT_EQ(record.terms.size(), 2U);
    EXPECT_EQ(record.written(record.terms[0]), "+IP4:192.0.2.7/24");
    EXPECT_EQ(record.terms[0].network, IpNetwork::parse("192.0.2.0/24"));
    EXPECT_EQ(record.terms[0].qualifier, Qualifier::pass);
    EXPECT_EQ(record.written(record.terms[1]), "~All");
    EXPECT_EQ(record.terms[1].qualifier, Qualifier::softfail);
    EXPECT_EQ(record.find(TermKind::all), &record.terms[1]);
    EXPECT_EQ(record.find(TermKind::redirect), nullptr);
}

TEST(SpfRecordParse, RejectsWithReasonAndTerm) {
    struct Row {
        std::string term;
        std::string reason;
    };
    const Row rows[] = {
        {"moo", "unknown mechanism \"moo\""},
        {"-", "unknown mechanism \"\""},
        {"--all", "unknown mechanism \"-all\""},
        {"all.", "unknown mechanism \"all.\""},
        {"-all:foobar", "\"all\" takes no argument"},
        {"all/8", "\"all\" takes no argument"},
        {"redirect:t2.example.com", "\"redirect\" is a modifier and needs an equals sign"},
        {"exp:t2.example.com", "\"exp\" is a modifier and needs an equals sign"},
        {"exp", "\"exp\" is a modifier and needs an equals sign"},
        {"include", "\"include\" needs a colon and a domain"},
        {"include:", "the domain is empty"},
        {"include:ip5.example.com/24", "\"include\" takes no prefix length"},
        {"exists", "\"exists\" needs a colon and a domain"},
        {"exists:", "the domain is empty"},
        {"exists:mail.example.com/24", "\"exists\" takes no prefix length"},
        {"ptr/0", "\"ptr\" takes no prefix length"},
        {"ptr:", "the domain is empty"},
        {"a:", "the domain is empty"},
        {"a:/24", "the domain is empty"},
        {"mx:", "the domain is empty"},
        {"a:museum", "\"museum\" is one label, not a domain name"},
        {"a:museum.", "\"museum.\" is one label, not a domain name"},
        {"a:foo-bar", "\"foo-bar\" is one label, not a domain name"},
        {"a:111.222.33.44", "\"111.222.33.44\" is an address, not a domain"},
        {"a:111.222.33.44/28", "\"111.222.33.44\" is an address, not a domain"},
        {"mx:abc.123", "\"abc.123\" does not end in a top-level label or a macro"},
        {"a:example.-com", "\"example.-com\" does not end in a top-level label or a macro"},
        {"a:example.com-", "\"example.com-\" does not end in a top-level label or a macro"},
        {"a:example.com..", "\"example.com..\" does not end in a top-level label or a macro"},
        {"a:example.com:8080", "\"example.com:8080\" does not end in a top-level label or a macro"},
        {"a:example.c_m", "\"example.c_m\" does not end in a top-level label or a macro"},
        {"a:%{d}.", "\"%{d}.\" does not end in a top-level label or a macro"},
        {"a:%{d}com", "\"%{d}com\" does not end in a top-level label or a macro"},
        {"a/33", "prefix length 33 is over 32"},
        {"a//129", "prefix length 129 is over 128"},
        {"a/24/64", "the IPv6 prefix length needs two slashes"},
        {"a/", "prefix length without digits"},
        {"a/24//", "prefix length without digits"},
        {"a///64", "prefix length \"/64\" is not a number"},
        {"a/024", "prefix length \"024\" has a leading zero"},
        {"mx//00", "prefix length \"00\" has a leading zero"},
        {"ip4", "\"ip4\" needs a colon and an address"},
        {"ip4/24", "\"ip4\" needs a colon and an address"},
        {"ip4:", "\"\" is not an IPv4 address"},
        {"ip4:1.2.3", "\"1.2.3\" is not an IPv4 address"},
        {"ip4:1.2.3.4:8080", "\"1.2.3.4:8080\" is not an IPv4 address"},
        {"ip4:1.2.3.04", "\"1.2.3.04\" is not an IPv4 address"},
        {"ip4:2001:db8::1", "\"2001:db8::1\" is not an IPv4 address"},
        {"ip4:1.2.3.4/33", "prefix length 33 is over 32"},
        {"ip4:1.2.3.4/032", "prefix length \"032\" has a leading zero"},
        {"ip4:1.2.3.4//32", "prefix length \"/32\" is not a number"},
        {"ip4:1.2.3.4/99999999999999999999999", "prefix length 99999999999999999999 is over 32"},
        {"ip6", "\"ip6\" needs a colon and an address"},
        {"ip6::CAFE::BABE", "\":CAFE::BABE\" is not an IPv6 address"},
        {"ip6:1.2.3.4", "\"1.2.3.4\" is not an IPv6 address"},
        {"ip6:::1.1.1.1/129", "prefix length 129 is over 128"},
        {"ip6:::1.1.1.1//33", "prefix length \"/33\" is not a number"},
        {"ip6:fe80::1%eth0", "\"fe80::1%eth0\" is not an IPv6 address"},
        {"1up=foo", "\"1up\" is no modifier name"},
        {"=all", "\"\" is no modifier name"},
        {"mo%o=x", "\"mo%o\" is no modifier name"},
        {"-exp=a.example.com", "a modifier takes no qualifier"},
        {"moo.cow/far_out=man:dog/cat", "unknown mechanism \"moo.cow\""},
        {"moo.cow:far_out=man:dog/cat", "unknown mechanism \"moo.cow\""},
        {"exp=", "the domain is empty"},
        {"exp=-all", "\"-all\" is one label, not a domain name"},
        {"redirect=", "the domain is empty"},
        {"redirect=%{r}.example.com", "macro letter \"r\" is for explanation texts only"},
        {"foo=%{c}", "macro letter \"c\" is for explanation texts only"},
        {"foo=%abc", "\"%\" is not followed by \"{\", \"%\", \"_\" or \"-\""},
        {"exists:%(ir).sbl.example.com", "\"%\" is not followed by \"{\", \"%\", \"_\" or \"-\""},
        {"exists:foo.example.com%", "\"%\" is not followed by \"{\", \"%\", \"_\" or \"-\""},
        {"a:%{a}.example.com", "macro letter \"a\" is not defined"},
        {"a:%{}.example.com", "macro without a letter"},
        {"a:%{d0}", "macro that keeps 0 parts"},
        {"a:%{d2x}", "\"x\" is no macro delimiter"},
        {"a:%{dr2}", "\"2\" is no macro delimiter"},
        {"a:%{d", "macro without closing brace"},
        {"a:\xEF\xBB\xBFgarbage.example.net",
         "an octet that is not visible ASCII; only spaces separate terms"},
        {"a\tmx", "an octet that is not visible ASCII; only spaces separate terms"},
        {std::string("a:foo.example.com\0", 18),
         "an octet that is not visible ASCII; only spaces separate terms"},
        {"ip4:192.0.2.5\n", "an octet that is not visible ASCII; only spaces separate terms"},
    };
    for (const auto& row : rows) {
        const auto parsed = parse_record("v=spf1 a:ok.example.com " + row.term + " -all");
        ASSERT_TRUE(std::holds_alternative<SyntaxError>(parsed)) << row.term;
        EXPECT_EQ(std::get<SyntaxError>(parsed).reason, row.reason) << row.term;
        EXPECT_EQ(std::get<SyntaxError>(parsed).term, row.term);
    }
}

TEST(SpfRecordParse, RejectsRepeatedModifiersAndOtherTexts) {
    const auto reason = [](std::string_view text) {
        return std::get<SyntaxError>(parse_record(text)).to_string();
    };
    EXPECT_EQ(reason("v=spf1 redirect=a.example.com Redirect=a.example.com"),
              "\"redirect\" appears twice (in \"Redirect=a.example.com\")");
    EXPECT_EQ(reason("v=spf1 exp=a.example.com -all exp=b.example.com"),
              "\"exp\" appears twice (in \"exp=b.example.com\")");
    EXPECT_EQ(reason("v=spf10 -all"), "the record does not begin with \"v=spf1\"");
    EXPECT_EQ(reason(""), "the record does not begin with \"v=spf1\"");
}

TEST(SpfRecordParse, LongTermsAreShownInPart) {
    const auto parsed = parse_record("v=spf1 " + std::string(60'000, 'x'));
    EXPECT_EQ(std::get<SyntaxError>(parsed).term.size(), 200U);
    EXPECT_LT(std::get<SyntaxError>(parsed).to_string().size(), 500U);
}

}  // namespace
}  // namespace reputed::spf
