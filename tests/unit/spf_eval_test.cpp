#include <algorithm>
#include <tuple>

#include <gtest/gtest.h>

#include "checks/auth/spf.hpp"
#include "tests/support/fake_resolver.hpp"

namespace reputed::spf {
namespace {

using test::FakeResolver;

Query query(std::string_view ip, std::string mail_from = "user@example.com",
            std::string helo = "mail.example.com") {
    return {*IpAddress::parse(ip), std::move(mail_from), std::move(helo)};
}

struct Row {
    std::string record;  // of example.com
    std::string ip;
    Result result;
    std::string reason;
    std::string mechanism;
};

constexpr std::string_view zone = R"(
mail.example.com       A     192.0.2.1
mail.example.com       AAAA  2001:db8::1
v4.example.com         A     192.0.2.4
net.example.com        A     198.51.100.7
mxed.example.com       MX    20 v4.example.com
mxed.example.com       MX    10 mail.example.com
nullmx.example.com     MX    0 .
slow.example.com       TIMEOUT
broken.example.com     SERVFAIL
refused.example.com    REFUSED
garbled.example.com    MALFORMED
halfmx.example.com     MX    10 slow.example.com
halfmx.example.com     MX    20 v4.example.com
latemx.example.com     MX    10 v4.example.com
latemx.example.com     MX    20 slow.example.com
pass.example.com       TXT   "v=spf1 ip4:192.0.2.1 -all"
soft.example.com       TXT   "v=spf1 ~all"
two.example.com        TXT   "v=spf1 -all"
two.example.com        TXT   "v=spf1 +all"
bad.example.com        TXT   "v=spf1 moo"
nospf.example.com      TXT   "hello"
1.2.0.192.in-addr.arpa PTR   mail.example.com
4.2.0.192.in-addr.arpa PTR   elsewhere.example.net
9.2.0.192.in-addr.arpa TIMEOUT
192.0.2.1.listed.example.com A 127.0.0.2
user.local.example.com A     127.0.0.2
)";

void expect_row(const Row& row) {
    FakeResolver resolver(zone);
    resolver.add("example.com TXT \"" + row.record + '"');
    const auto evaluation = check_host(query(row.ip), resolver);
    EXPECT_EQ(to_string(evaluation.result), to_string(row.result)) << row.record;
    EXPECT_EQ(evaluation.reason, row.reason) << row.record;
    EXPECT_EQ(evaluation.mechanism, row.mechanism) << row.record;
}

TEST(SpfEvalTerms, Match) {
    const Row rows[] = {
        {"v=spf1 ip4:192.0.2.0/24 -all", "192.0.2.1", Result::pass,
         "matched ip4:192.0.2.0/24 in the record of example.com", "ip4:192.0.2.0/24"},
        {"v=spf1 ip4:192.0.2.0/24 -all", "::ffff:192.0.2.1", Result::pass,
         "matched ip4:192.0.2.0/24 in the record of example.com", "ip4:192.0.2.0/24"},
        {"v=spf1 ip4:192.0.2.0/24 ~ALL", "198.51.100.1", Result::softfail,
         "matched ~ALL in the record of example.com", "~ALL"},
        {"v=spf1 ip4:192.0.2.0/24 -all", "2001:db8::1", Result::fail,
         "matched -all in the record of example.com", "-all"},
        {"v=spf1 ?ip6:2001:db8::/32 -all", "2001:db8::1", Result::neutral,
         "matched ?ip6:2001:db8::/32 in the record of example.com", "?ip6:2001:db8::/32"},
        {"v=spf1 ip4:192.0.2.9", "192.0.2.1", Result::neutral, "no term of the record of example.com matched",
         ""},
        {"v=spf1", "192.0.2.1", Result::neutral, "no term of the record of example.com matched", ""},
        {"v=spf1 a:mail.example.com -all", "192.0.2.1", Result::pass,
         "matched a:mail.example.com in the record of example.com", "a:mail.example.com"},
        {"v=spf1 a:mail.example.com -all", "2001:db8::1", Result::pass,
         "matched a:mail.example.com in the record of example.com", "a:mail.example.com"},
        {"v=spf1 a:net.example.com/24 -all", "198.51.100.200", Result::pass,
         "matched a:net.example.com/24 in the record of example.com", "a:net.example.com/24"},
        {"v=spf1 a:mail.example.com//64 -all", "2001:db8::ffff", Result::pass,
         "matched a:mail.example.com//64 in the record of example.com", "a:mail.example.com//64"},
        {"v=spf1 mx:mxed.example.com -all", "192.0.2.4", Result::pass,
         "matched mx:mxed.example.com in the record of example.com", "mx:mxed.example.com"},
        {"v=spf1 mx:nullmx.example.com -all", "192.0.2.4", Result::fail,
         "matched -all in the record of example.com", "-all"},
        {"v=spf1 mx:v4.example.com -all", "192.0.2.4", Result::fail,
         "matched -all in the record of example.com", "-all"},
        {"v=spf1 ptr -all", "192.0.2.1", Result::pass, "matched ptr in the record of example.com", "ptr"},
        {"v=spf1 ptr:MAIL.example.com -all", "192.0.2.1", Result::pass,
         "matched ptr:MAIL.example.com in the record of example.com", "ptr:MAIL.example.com"},
        {"v=spf1 ptr:ail.example.com -all", "192.0.2.1", Result::fail,
         "matched -all in the record of example.com", "-all"},
        {"v=spf1 ptr:example.net -all", "192.0.2.4", Result::fail,
         "matched -all in the record of example.com", "-all"},
        {"v=spf1 ptr -all", "192.0.2.9", Result::fail, "matched -all in the record of example.com", "-all"},
        {"v=spf1 exists:%{i}.listed.example.com -all", "192.0.2.1", Result::pass,
         "matched exists:%{i}.listed.example.com in the record of example.com",
         "exists:%{i}.listed.example.com"},
        {"v=spf1 exists:%{l}.local.%{d} -all", "2001:db8::1", Result::pass,
         "matched exists:%{l}.local.%{d} in the record of example.com", "exists:%{l}.local.%{d}"},
        {"v=spf1 exists:%{p}.nowhere.example.com a:%{p} -all", "192.0.2.1", Result::pass,
         "matched a:%{p} in the record of example.com", "a:%{p}"},
    };
    for (const auto& row : rows)
        expect_row(row);
}

TEST(SpfEvalTerms, IncludeAndRedirect) {
    const Row rows[] = {
        {"v=spf1 include:pass.example.com -all", "192.0.2.1", Result::pass,
         "matched include:pass.example.com in the record of example.com: matched ip4:192.0.2.1 in the record "
         "of "
         "pass.example.com",
         "include:pass.example.com"},
        {"v=spf1 -include:pass.example.com +all", "192.0.2.1", Result::fail,
         "matched -include:pass.example.com in the record of example.com: matched ip4:192.0.2.1 in the "
         "record of "
         "pass.example.com",
         "-include:pass.example.com"},
        {"v=spf1 include:pass.example.com ~all", "192.0.2.2", Result::softfail,
         "matched ~all in the record of example.com", "~all"},
        {"v=spf1 include:soft.example.com ?all", "192.0.2.2", Result::neutral,
         "matched ?all in the record of example.com", "?all"},
        {"v=spf1 include:nospf.example.com -all", "192.0.2.1", Result::permerror,
         "include:nospf.example.com in the record of example.com: nospf.example.com has no SPF record", ""},
        {"v=spf1 include:absent.example.com -all", "192.0.2.1", Result::permerror,
         "include:absent.example.com in the record of example.com: absent.example.com does not exist", ""},
        {"v=spf1 include:a..b.example.com -all", "192.0.2.1", Result::permerror,
         "include:a..b.example.com in the record of example.com: \"a..b.example.com\" is not a domain name",
         ""},
        {"v=spf1 include:bad.example.com -all", "192.0.2.1", Result::permerror,
         "include:bad.example.com in the record of example.com: syntax error in the record of "
         "bad.example.com: unknown "
         "mechanism \"moo\" (in \"moo\")",
         ""},
        {"v=spf1 include:two.example.com -all", "192.0.2.1", Result::permerror,
         "include:two.example.com in the record of example.com: two.example.com has 2 SPF records", ""},
        {"v=spf1 redirect=pass.example.com", "192.0.2.1", Result::pass,
         "matched ip4:192.0.2.1 in the record of pass.example.com", "ip4:192.0.2.1"},
        {"v=spf1 redirect=pass.example.com ip4:192.0.2.7", "192.0.2.2", Result::fail,
         "matched -all in the record of pass.example.com", "-all"},
        {"v=spf1 redirect=bad.example.com ?all", "192.0.2.2", Result::neutral,
         "matched ?all in the record of example.com", "?all"},
        {"v=spf1 redirect=nospf.example.com", "192.0.2.1", Result::permerror,
         "redirect=nospf.example.com in the record of example.com: nospf.example.com has no SPF record", ""},
    };
    for (const auto& row : rows)
        expect_row(row);
}

TEST(SpfEvalErrors, WhatDnsDoesNotAnswerIsTemperror) {
    const Row rows[] = {
        {"v=spf1 a:slow.example.com +all", "192.0.2.1", Result::temperror,
         "a:slow.example.com in the record of example.com: A query for slow.example.com: timeout", ""},
        {"v=spf1 a:broken.example.com +all", "2001:db8::1", Result::temperror,
         "a:broken.example.com in the record of example.com: AAAA query for broken.example.com: servfail",
         ""},
        {"v=spf1 exists:refused.example.com +all", "192.0.2.1", Result::temperror,
         "exists:refused.example.com in the record of example.com: A query for refused.example.com: refused",
         ""},
        {"v=spf1 mx:garbled.example.com +all", "192.0.2.1", Result::temperror,
         "mx:garbled.example.com in the record of example.com: MX query for garbled.example.com: malformed",
         ""},
        {"v=spf1 mx:halfmx.example.com +all", "192.0.2.4", Result::temperror,
         "mx:halfmx.example.com in the record of example.com: A query for slow.example.com: timeout", ""},
        {"v=spf1 mx:latemx.example.com -all", "192.0.2.4", Result::pass,
         "matched mx:latemx.example.com in the record of example.com", "mx:latemx.example.com"},
        {"v=spf1 include:slow.example.com +all", "192.0.2.1", Result::temperror,
         "include:slow.example.com in the record of example.com: TXT query for slow.example.com: timeout",
         ""},
        {"v=spf1 redirect=broken.example.com", "192.0.2.1", Result::temperror,
         "redirect=broken.example.com in the record of example.com: TXT query for broken.example.com: "
         "servfail",
         ""},
        {"v=spf1 ip4:192.0.2.1 a:slow.example.com -all", "192.0.2.1", Result::pass,
         "matched ip4:192.0.2.1 in the record of example.com", "ip4:192.0.2.1"},
        {"v=spf1 a:mail.example.com include:slow.example.com -all", "192.0.2.1", Result::pass,
         "matched a:mail.example.com in the record of example.com", "a:mail.example.com"},
    };
    for (const auto& row : rows)
        expect_row(row);

    for (const auto* fault : {"TIMEOUT", "SERVFAIL", "REFUSED", "MALFORMED"}) {
        FakeResolver resolver(std::string("example.com ") + fault);
        EXPECT_EQ(check_host(query("192.0.2.1"), resolver).result, Result::temperror) << fault;
    }
}

TEST(SpfEvalErrors, SyntaxErrorsAnywhereInTheRecord) {
    expect_row({"v=spf1 ip4:192.0.2.1 -all moo", "192.0.2.1", Result::permerror,
                "syntax error in the record of example.com: unknown mechanism \"moo\" (in \"moo\")", ""});
}

TEST(SpfEvalErrors, StopAndTimeLimit) {
    FakeResolver resolver("example.com TXT \"v=spf1 +all\"");
    std::stop_source source;
    source.request_stop();
    Options options;
    options.stop = source.get_token();
    auto evaluation = check_host(query("192.0.2.1"), resolver, options);
    EXPECT_EQ(evaluation.result, Result::temperror);
    EXPECT_EQ(evaluation.reason, "TXT query for example.com: cancelled");
    options = {};
    options.time_limit = std::chrono::milliseconds(0);
    evaluation = check_host(query("192.0.2.1"), resolver, options);
    EXPECT_EQ(evaluation.result, Result::temperror);
    EXPECT_EQ(evaluation.reason, "TXT query for example.com: the time limit passed");
    EXPECT_TRUE(resolver.asked().empty());
}

TEST(SpfEvalIdentity, NoDomainToCheckIsNone) {
    const std::string label63(63, 'a');
    const std::tuple<std::string, std::string, std::string> rows[] = {
        {"user@localhost", "h.example", "\"localhost\" is a single label, not a full domain name"},
        {"user@localhost.", "h.example", "\"localhost\" is a single label, not a full domain name"},
        {"user@[192.0.2.1]", "h.example", "\"[192.0.2.1]\" is an address, not a domain name"},
        {"user@192.0.2.1", "h.example", "\"192.0.2.1\" is an address, not a domain name"},
        {"user@a..example.com", "h.example", "\"a..example.com\" is not a domain name"},
        {"user@.example.com", "h.example", "\".example.com\" is not a domain name"},
        {"user@" + label63 + "a.com", "h.example", "\"" + label63 + "a.com\" is not a domain name"},
        {"user@" + label63 + '.' + label63 + '.' + label63 + '.' + label63 + ".com", "h.example",
         "\"" + (label63 + '.' + label63 + '.' + label63 + '.' + label63 + ".com").substr(0, 255) +
             "\" is not a domain name"},
        {"user@b\xc3\xbc"
         "cher.example",
         "h.example",
         "\"b\xc3\xbc"
         "cher.example\" is not ASCII: the A-label form is needed"},
        {"user@", "h.example", "there is no domain"},
        {"", "", "there is no domain"},
        {"", "OEMCOMPUTER", "\"OEMCOMPUTER\" is a single label, not a full domain name"},
        {"", "[192.0.2.1]", "\"[192.0.2.1]\" is an address, not a domain name"},
        {"user@absent.example", "h.example", "absent.example does not exist"},
        {"user@nospf.example", "h.example", "nospf.example has no SPF record"},
    };
    for (const auto& [mail_from, helo, reason] : rows) {
        FakeResolver resolver("nospf.example TXT \"v=spf10 -all\"");
        const auto evaluation = check_host(query("192.0.2.1", mail_from, helo), resolver);
        EXPECT_EQ(evaluation.result, Result::none) << mail_from;
        EXPECT_EQ(evaluation.reason, reason);
    }
}

TEST(SpfEvalIdentity, SenderParts) {
    const std::tuple<std::string, std::string, std::string> rows[] = {
        {"user@example.com", "h.example.net", "user|example.com|user@example.com"},
        {"<user@example.com>", "h.example.net", "user|example.com|user@example.com"},
        {"user@example.com.", "h.example.net", "user|example.com|user@example.com"},
        {"", "example.com", "postmaster|example.com|postmaster@example.com"},
        {"<>", "example.com", "postmaster|example.com|postmaster@example.com"},
        {"@example.com", "h.example.net", "postmaster|example.com|postmaster@example.com"},
        {"example.com", "h.example.net", "postmaster|example.com|postmaster@example.com"},
        {"\"a@b c\"@example.com", "h.example.net", "\"a@b c\"|example.com|\"a@b c\"@example.com"},
    };
    for (const auto& [mail_from, helo, explanation] : rows) {
        FakeResolver resolver(
            "example.com TXT \"v=spf1 -all exp=why.example.com\"\nwhy.example.com TXT \"%{l}|%{o}|%{s}\"");
        EXPECT_EQ(check_host(query("192.0.2.1", mail_from, helo), resolver).explanation, explanation)
            << mail_from;
    }
}

// RFC 8616 section 4.
TEST(SpfEvalIdentity, NonAsciiLocalPartMatchesNoMacro) {
    FakeResolver resolver(
        "example.com TXT \"v=spf1 exists:%{l}.example.com ?all\"\n*.example.com A 127.0.0.2");
    EXPECT_EQ(check_host(query("192.0.2.1", "us\xc3\xa9r@example.com"), resolver).result, Result::neutral);
    EXPECT_EQ(check_host(query("192.0.2.1", "user@example.com"), resolver).result, Result::pass);
}

TEST(SpfEvalIdentity, BackslashInALocalPartIsAnOctetOfTheName) {
    FakeResolver resolver("example.com TXT \"v=spf1 exists:%{l}.example.com -all\"");
    check_host(query("192.0.2.1", "a\\b@example.com"), resolver);
    EXPECT_EQ(resolver.asked().back(), "a\\\\b.example.com A");
}

std::string repeated(const std::string& term, int count) {
    std::string out;
    for (int i = 0; i < count; ++i)
        out += ' ' + term;
    return out;
}

TEST(SpfEvalLimits, TenTermsThatQueryDns) {
    for (const std::string term : {"a:v4.example.com", "mx:mxed.example.com", "ptr:example.org",
                                   "exists:slow.%{d}", "include:soft.example.com"}) {
        // A name that is asked but never matches, whatever the term.
        const bool exists = term.starts_with("exists");
        const std::string ten_terms =
            exists ? repeated("a:net.example.com", 9) + repeated("-exists:mail.%{d}", 1) : repeated(term, 10);
        const std::string eleven_terms =
            (exists ? repeated("a:net.example.com", 10) : repeated(term, 10)) + ' ' + term;
        const std::string names = std::string(zone) + "7.113.0.203.in-addr.arpa PTR v4.example.com\n";
        FakeResolver ten(names + "example.com TXT \"v=spf1" + ten_terms + " ip4:203.0.113.7 ?all\"");
        auto evaluation = check_host(query("203.0.113.7"), ten);
        EXPECT_EQ(evaluation.result, exists ? Result::fail : Result::pass)
            << term << ": " << evaluation.reason;
        EXPECT_EQ(evaluation.lookups, 10);
        FakeResolver eleven(names + "example.com TXT \"v=spf1" + eleven_terms + " ip4:203.0.113.7 -all\"");
        evaluation = check_host(query("203.0.113.7"), eleven);
        EXPECT_EQ(evaluation.result, Result::permerror) << term;
        EXPECT_EQ(evaluation.reason, term + " in the record of example.com: over 10 terms that query DNS");
    }
}

TEST(SpfEvalLimits, RedirectCountsAndLoopsEnd) {
    FakeResolver resolver("example.com TXT \"v=spf1 redirect=example.com\"");
    auto evaluation = check_host(query("203.0.113.1"), resolver);
    EXPECT_EQ(evaluation.result, Result::permerror);
    EXPECT_EQ(evaluation.lookups, 11);
    EXPECT_NE(evaluation.reason.find("over 10 terms that query DNS"), std::string::npos);
    EXPECT_EQ(resolver.asked().size(), 1U);

    FakeResolver both(
        "example.com TXT \"v=spf1 include:b.example.com\"\nb.example.com TXT \"v=spf1 include:example.com\"");
    EXPECT_EQ(check_host(query("203.0.113.1"), both).result, Result::permerror);
    EXPECT_EQ(both.asked().size(), 2U);
}

TEST(SpfEvalLimits, TwoVoidLookups) {
    const std::pair<const char*, int> rows[] = {
        {"v=spf1 a:x1.example.com a:x2.example.com ?all", 2},
        {"v=spf1 a:x1.example.com exists:x2.example.com mx:x3.example.com ?all", 3},
        {"v=spf1 a:x1.example.com ptr ptr ?all", 3},
        {"v=spf1 mx:voids.example.com ?all", 3},
    };
    for (const auto& [record, voids] : rows) {
        FakeResolver resolver(
            "voids.example.com MX 10 y1.example.com\nvoids.example.com MX 10 y2.example.com\n"
            "voids.example.com MX 10 y3.example.com");
        resolver.add(std::string("example.com TXT \"") + record + '"');
        const auto evaluation = check_host(query("203.0.113.1"), resolver);
        EXPECT_EQ(evaluation.void_lookups, voids) << record;
        EXPECT_EQ(evaluation.result, voids > 2 ? Result::permerror : Result::neutral) << record;
    }
    FakeResolver resolver(
        "example.com TXT \"v=spf1 a:x1.example.com a:x2.example.com mx:x3.example.com +all\"");
    EXPECT_EQ(
        check_host(query("203.0.113.1"), resolver).reason,
        "mx:x3.example.com in the record of example.com: over 2 queries without answer, the last for MX of "
        "x3.example.com");
}

TEST(SpfEvalLimits, TenMxNamesAndTenPtrNames) {
    const auto with = [](int count) {
        std::string text =
            "example.com TXT \"v=spf1 mx ptr:example.net -all\"\nm10.example.net A 203.0.113.1\n";
        for (int i = 0; i < count; ++i)
            text += "example.com MX 10 m" + std::to_string(i) + ".example.org\nm" + std::to_string(i) +
                    ".example.org A 192.0.2.1\n1.113.0.203.in-addr.arpa PTR m" + std::to_string(i) +
                    ".example.net\n";
        return text;
    };
    FakeResolver ten(with(10));
    EXPECT_EQ(check_host(query("203.0.113.1"), ten).result, Result::fail);
    FakeResolver eleven(with(11));
    const auto evaluation = check_host(query("192.0.2.1"), eleven);
    EXPECT_EQ(evaluation.result, Result::permerror);
    EXPECT_EQ(evaluation.reason, "mx in the record of example.com: example.com has 11 MX records, over 10");
    // The eleventh name of the address is not looked at.
    FakeResolver names(with(11));
    names.add("example.edu TXT \"v=spf1 ptr:example.net -all\"");
    EXPECT_EQ(check_host(query("203.0.113.1", "user@example.edu"), names).result, Result::fail);
}

TEST(SpfEvalLimits, HostileDomainsCostLittle) {
    FakeResolver resolver;
    int asked = 0;
    // Each name includes ten more, all different.
    resolver.answer_below("example.com", [&](const Question& question) {
        ++asked;
        Answer answer;
        answer.outcome = Outcome::ok;
        reputed::Record record;
        record.text = "v=spf1";
        for (int i = 0; i < 1000; ++i)
            record.text +=
                " include:i" + std::to_string(i) + '.' + question.name.substr(0, 30) + ".example.com";
        answer.records.push_back(record);
        return answer;
    });
    auto evaluation = check_host(query("203.0.113.1"), resolver);
    EXPECT_EQ(evaluation.result, Result::permerror);
    EXPECT_LE(asked, 60);
    EXPECT_LE(evaluation.trace.size(), 500U);

    FakeResolver large;
    large.answer_below("example.com", [&](const Question&) {
        Answer answer;
        answer.outcome = Outcome::ok;
        reputed::Record record;
        record.text = "v=spf1" + repeated("ip4:192.0.2.1", 4600) + " include:%{s}" + ".example.com";
        answer.records.push_back(record);
        return answer;
    });
    evaluation = check_host(query("203.0.113.1", std::string(64, 'x') + "@example.com"), large);
    EXPECT_EQ(evaluation.result, Result::permerror);
    EXPECT_EQ(evaluation.trace.size(), 500U);
    EXPECT_LT(evaluation.reason.size(), 16U * 1024);
}

TEST(SpfEvalExplain, OnlyOfTheFinalDomainAndOnlyWhenItIsSound) {
    const std::tuple<std::string, std::string, std::string> rows[] = {
        {"v=spf1 -all exp=e.example.com", "e.example.com TXT \"%{i} is not %{d}'s\"",
         "192.0.2.1 is not example.com's"},
        {"v=spf1 -all exp=e.example.com", "e.example.com TXT \"two \" \"pieces.\"", "two pieces."},
        {"v=spf1 ~all exp=e.example.com", "e.example.com TXT \"text\"", ""},
        {"v=spf1 -all", "e.example.com TXT \"text\"", ""},
        {"v=spf1 -all exp=e.example.com", "e.example.com TXT \"one\"\ne.example.com TXT \"two\"", ""},
        {"v=spf1 -all exp=e.example.com", "e.example.com TXT \"the %{x} files\"", ""},
        {"v=spf1 -all exp=e.example.com", "e.example.com TXT \"caf\\233\"", ""},
        {"v=spf1 -all exp=e.example.com", "e.example.com TXT \"a\\010b\"", ""},
        {"v=spf1 -all exp=e.example.com", "e.example.com TIMEOUT", ""},
        {"v=spf1 -all exp=a..b.example.com", "e.example.com TXT \"text\"", ""},
        {"v=spf1 exp=e.example.com redirect=r.example.com",
         "e.example.com TXT \"mine\"\nr.example.com TXT \"v=spf1 -all exp=%{d}.x.example.com\"\n"
         "r.example.com.x.example.com TXT \"theirs\"",
         "theirs"},
        {"v=spf1 exp=e.example.com redirect=r.example.com",
         "e.example.com TXT \"mine\"\nr.example.com TXT \"v=spf1 -all\"", ""},
        {"v=spf1 include:r.example.com -all exp=e.example.com",
         "e.example.com TXT \"mine\"\nr.example.com TXT \"v=spf1 -all exp=x.example.com\"\nx.example.com TXT "
         "\"theirs\"",
         "mine"},
    };
    for (const auto& [record, names, explanation] : rows) {
        FakeResolver resolver(names);
        resolver.add("example.com TXT \"" + record + '"');
        const auto evaluation = check_host(query("192.0.2.1"), resolver);
        EXPECT_EQ(evaluation.explanation, explanation) << record << '\n' << names;
        EXPECT_EQ(evaluation.void_lookups, 0);
    }
}

TEST(SpfEvalCost, AsksNothingTwiceAndPrefetchesWhatIsNeeded) {
    FakeResolver resolver(zone);
    resolver.add(
        "example.com TXT \"v=spf1 include:pass.example.com a:v4.example.com a:v4.example.com ip4:203.0.113.1 "
        "include:soft.example.com -all\"");
    EXPECT_EQ(check_host(query("203.0.113.1"), resolver).result, Result::pass);
    const std::vector<std::string> asked = {"example.com TXT", "pass.example.com TXT", "v4.example.com A"};
    auto sorted = resolver.asked();
    std::sort(sorted.begin() + 1, sorted.end());
    EXPECT_EQ(sorted, asked);
}

TEST(SpfEvalTrace, TellsEveryStep) {
    FakeResolver resolver(zone);
    resolver.add("example.com TXT \"v=spf1 include:pass.example.com a:%{h} ~all\"");
    const auto evaluation = check_host(query("192.0.2.4"), resolver);
    std::vector<std::string> lines;
    for (const auto& step : evaluation.trace)
        lines.push_back(step.to_string());
    const std::vector<std::string> wanted = {
        "example.com: v=spf1 include:pass.example.com a:%{h} ~all",
        "example.com: include:pass.example.com: no match",
        "  pass.example.com: v=spf1 ip4:192.0.2.1 -all",
        "  pass.example.com: ip4:192.0.2.1: no match",
        "  pass.example.com: -all: match",
        "example.com: a:%{h}: mail.example.com: no match",
        "example.com: ~all: match",
    };
    EXPECT_EQ(lines, wanted);
    EXPECT_EQ(evaluation.lookups, 2);
}

// Scenario B: the host sends over both families, the record names one.
TEST(SpfEvalScenario, SharedHostingBothFamilies) {
    FakeResolver resolver(
        "www274.sakura.ne.jp A 59.106.171.84\nwww274.sakura.ne.jp AAAA 2001:e42:102:1614::84\n"
        "ts.skr.jp A 59.106.171.84");
    const auto result = [&](const char* ip) {
        return check_host(query(ip, "me@ts.skr.jp", "www274.sakura.ne.jp"), resolver).result;
    };
    EXPECT_EQ(result("59.106.171.84"), Result::none);
    resolver.add("ts.skr.jp TXT \"v=spf1 ip4:59.106.171.84 ~all\"");
    EXPECT_EQ(result("59.106.171.84"), Result::pass);
    EXPECT_EQ(result("2001:e42:102:1614::84"), Result::softfail);
    FakeResolver mended(
        "www274.sakura.ne.jp A 59.106.171.84\nwww274.sakura.ne.jp AAAA 2001:e42:102:1614::84\n"
        "ts.skr.jp TXT \"v=spf1 a:www274.sakura.ne.jp ~all\"");
    for (const auto* ip : {"59.106.171.84", "2001:e42:102:1614::84"})
        EXPECT_EQ(check_host(query(ip, "me@ts.skr.jp"), mended).result, Result::pass) << ip;
}

// Scenario C: mail leaves through a relay whose addresses vary.
TEST(SpfEvalScenario, RelayInBetween) {
    const std::string relay = "relay.mailchannels.net TXT \"v=spf1 ip4:23.83.208.0/20 -all\"\n";
    FakeResolver before(relay +
                        "example.com A 150.95.55.137\nexample.com MX 10 example.com\n"
                        "example.com TXT \"v=spf1 +a +mx +ip4:150.95.55.137 +ip4:163.44.239.12 ~all\"");
    EXPECT_EQ(check_host(query("23.83.218.24"), before).result, Result::softfail);
    FakeResolver next_day(relay + "example.com TXT \"v=spf1 +ip4:23.83.209.25 ~all\"");
    EXPECT_EQ(check_host(query("23.83.218.24"), next_day).result, Result::softfail);
    FakeResolver mended(relay + "example.com TXT \"v=spf1 include:relay.mailchannels.net ~all\"");
    EXPECT_EQ(check_host(query("23.83.218.24"), mended).result, Result::pass);
}

}  // namespace
}  // namespace reputed::spf
