// What the check says about the records themselves, and whether the records that it proposes are any better.

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "checks/auth/spf.hpp"
#include "checks/auth/spf_critique.hpp"
#include "checks/auth/spf_remedy.hpp"
#include "tests/support/spf_domain.hpp"

namespace reputed::spf {
namespace {

using test::find_code;
using test::run_spf;
using test::spf_sender;
using test::summary;

const char* const around =
    "mail.example.com A 192.0.2.1\nexample.com A 192.0.2.80\nexample.com MX 10 mx.example.com\n"
    "mx.example.com A 192.0.2.25\n";

std::string record_of(const std::string& text) {
    return "example.com TXT \"" + text + "\"\n";
}

Report judge_record(const std::string& text, const std::string& zone = "") {
    return run_spf(around + record_of(text) + zone, {spf_sender("mail.example.com", {"192.0.2.1"})});
}

struct Row {
    const char* record;
    const char* findings;
    const char* published;  // as the remedy of the first finding says
    const char* zone = "";
};

const Row rows[] = {
    {"v=spf1 a mx ip4:192.0.2.1 -all", "", ""},
    {"v=spf1 ip4:192.0.2.1", "spf.no_all() warning\n", "v=spf1 ip4:192.0.2.1 ~all"},
    {"v=spf1 ip4:192.0.2.1 +all", "spf.pass_all() critical\n", "v=spf1 ip4:192.0.2.1 ~all"},
    {"v=spf1 all", "spf.pass_all() critical\n", "v=spf1 ip4:192.0.2.1 ~all"},
    {"v=spf1 ip4:192.0.2.1 ip4:0.0.0.0/0 -all", "spf.pass_all() critical\n", "v=spf1 ip4:192.0.2.1 -all"},
    {"v=spf1 ip4:192.0.2.1 ?all", "spf.neutral_all() warning\n", "v=spf1 ip4:192.0.2.1 ~all"},
    {"v=spf1 ip4:192.0.2.1 -all mx", "spf.after_all() warning\n", "v=spf1 ip4:192.0.2.1 -all"},
    {"v=spf1 ip4:192.0.2.1 -all redirect=x.example.net", "spf.redirect_ignored() warning\n",
     "v=spf1 ip4:192.0.2.1 -all"},
    {"v=spf1 ptr ip4:192.0.2.1 -all", "spf.ptr() warning\n", "v=spf1 ip4:192.0.2.1 -all"},
    // Whoever passed by ptr alone is named.
    {"v=spf1 ptr -all", "spf.ptr() warning\n", "v=spf1 ip4:192.0.2.1 -all",
     "1.2.0.192.in-addr.arpa PTR mail.example.com\n"},
    {"v=spf1 a ip4:192.0.2.1 A -all", "spf.duplicate() info\n", "v=spf1 a ip4:192.0.2.1 -all"},
    {"v=spf1 ip4:192.0.0.0/19 -all", "spf.wide_network() warning\n", "v=spf1 ip4:192.0.2.1 -all"},
    {"v=spf1 ip4:192.0.0.0/20 -all", "", ""},
    {"v=spf1 ip4:192.0.2.1 a/19 -all", "spf.wide_network() warning\n", "v=spf1 ip4:192.0.2.1 -all"},
    {"v=spf1 ip4:192.0.2.1 a//31 -all", "spf.wide_network() warning\n", "v=spf1 ip4:192.0.2.1 -all"},
    {"v=spf1 ip4:192.0.2.1 -ip4:10.0.0.0/8 -all", "", ""},
    {"v=spf1 ip4:192.0.2.1 spam=yes -all", "spf.unknown_modifier() info\n", "v=spf1 ip4:192.0.2.1 -all"},
    {"v=spf1 ip4:192.0.2.1 include:x.example.netinclude:y.example.net -all",
     "spf.permerror() warning\nspf.glued() warning\n",
     "v=spf1 ip4:192.0.2.1 include:x.example.net include:y.example.net -all",
     "x.example.net TXT \"v=spf1 -all\"\ny.example.net TXT \"v=spf1 -all\"\n"},
    {"v=spf1 ip4:192.0.2.1include:x.example.net -all", "spf.permerror() critical\n",
     "v=spf1 ip4:192.0.2.1 include:x.example.net -all", "x.example.net TXT \"v=spf1 -all\"\n"},
    // Includes.
    {"v=spf1 ip4:192.0.2.1 include:x.example.net -all", "spf.pass_all(x.example.net) critical\n",
     "v=spf1 ip4:192.0.2.1 -all", "x.example.net TXT \"v=spf1 a +all\"\nx.example.net A 192.0.2.7\n"},
    {"v=spf1 ip4:192.0.2.1 include:w.example.net -all", "spf.pass_all(x.example.net) critical\n",
     "v=spf1 ip4:192.0.2.1 -all",
     "w.example.net TXT \"v=spf1 include:x.example.net -all\"\nx.example.net TXT \"v=spf1 +all\"\n"},
    {"v=spf1 ip4:192.0.2.1 ?include:x.example.net -all", "", "", "x.example.net TXT \"v=spf1 +all\"\n"},
    // A provider's networks are its own business, and so is how its record ends.
    {"v=spf1 ip4:192.0.2.1 include:x.example.net -all", "", "",
     "x.example.net TXT \"v=spf1 ip4:74.124.0.0/14 ip6:2001:4860::/28 ptr ?all\"\n"},
    {"v=spf1 ip4:192.0.2.1 include:x.example.net -all", "spf.wide_network(x.example.net) warning\n",
     "v=spf1 ip4:192.0.2.1 -all", "x.example.net TXT \"v=spf1 ip4:74.0.0.0/7 -all\"\n"},
    {"v=spf1 include:_spf.example.com -all", "spf.wide_network(_spf.example.com) warning\n",
     "v=spf1 ip4:192.0.2.1 -all", "_spf.example.com TXT \"v=spf1 ip4:192.0.0.0/16 -all\"\n"},
    {"v=spf1 redirect=_spf.example.com", "spf.neutral_all(_spf.example.com) warning\n",
     "v=spf1 ip4:192.0.2.1 ~all", "_spf.example.com TXT \"v=spf1 ip4:192.0.2.1 ?all\"\n"},
    // The first is where evaluation ends, the second would be next.
    {"v=spf1 ip4:192.0.2.1 include:gone.example.net include:lost.example.net -all",
     "spf.permerror() warning\nspf.include_void(lost.example.net) warning\n", "v=spf1 ip4:192.0.2.1 -all"},
    {"v=spf1 ip4:192.0.2.1 include:gone.example.net include:bad.example.net -all",
     "spf.permerror() warning\nspf.include_broken(bad.example.net) warning\n", "v=spf1 ip4:192.0.2.1 -all",
     "bad.example.net TXT \"v=spf1 moo\"\n"},
    {"v=spf1 ip4:192.0.2.1 include:example.com -all", "spf.include_loop(example.com) warning\n",
     "v=spf1 ip4:192.0.2.1 -all"},
    {"v=spf1 include:example.com ip4:192.0.2.1 -all", "spf.include_loop(example.com) critical\n",
     "v=spf1 ip4:192.0.2.1 -all"},
    // Addresses that nobody uses.
    {"v=spf1 ip4:192.0.2.1 ip4:198.51.100.7 -all", "spf.stale_address(ip4:198.51.100.7) info\n",
     "v=spf1 ip4:192.0.2.1 -all"},
    {"v=spf1 ip4:192.0.2.1 ip6:2001:db8::/48 -all", "spf.stale_address(ip6:2001:db8::/48) info\n",
     "v=spf1 ip4:192.0.2.1 -all"},
    {"v=spf1 ip4:192.0.2.1 a:old.example.com -all", "spf.stale_address(a:old.example.com) info\n",
     "v=spf1 ip4:192.0.2.1 -all", "old.example.com A 198.51.100.7\n"},
    {"v=spf1 ip4:192.0.2.1 mx:example.net -all", "spf.stale_address(mx:example.net) info\n",
     "v=spf1 ip4:192.0.2.1 -all", "example.net MX 1 mx.example.net\nmx.example.net A 198.51.100.7\n"},
    {"v=spf1 ip4:192.0.2.0/24 ~ip4:198.51.100.7 -all", "", ""},                            // not authorised
    {"v=spf1 ip4:192.0.2.1 ip4:192.0.2.25 ip4:192.0.2.80 a:mx.example.com -all", "", ""},  // its own hosts
    {"v=spf1 include:_spf.example.com -all", "spf.stale_address(ip4:198.51.100.7) info\n",
     "v=spf1 ip4:192.0.2.1 -all", "_spf.example.com TXT \"v=spf1 ip4:192.0.2.1 ip4:198.51.100.7 -all\"\n"},
    {"v=spf1 ip4:192.0.2.1 include:x.example.net -all", "", "",
     "x.example.net TXT \"v=spf1 ip4:198.51.100.7 -all\"\n"},  // a stranger's
    {"v=spf1 ip4:192.0.2.1 a:gone.example.com -all", "spf.void_term(a:gone.example.com) info\n",
     "v=spf1 ip4:192.0.2.1 -all"},
};

TEST(SpfCriticismFindings, CodeSeverityAndRecord) {
    for (const auto& row : rows) {
        const auto report = judge_record(row.record, row.zone);
        EXPECT_EQ(summary(report), row.findings) << row.record << '\n' << row.zone;
        if (report.findings.empty()) continue;
        const auto& finding = report.findings.front();
        EXPECT_EQ(finding.subject, "example.com");
        EXPECT_NE(finding.remedy.find(" IN TXT \"" + std::string(row.published) + '"'), std::string::npos)
            << row.record << '\n'
            << finding.remedy;
        EXPECT_NE(finding.evidence.find(std::string("example.com. IN TXT \"") + row.record),
                  std::string::npos);
    }
}

// Each remedy published makes its finding go, and every sender pass; one after the other, none is left.
TEST(SpfCriticismRemedy, PublishedOneAfterTheOtherNothingIsLeft) {
    for (const auto& row : rows) {
        std::string zone = std::string(around) + row.zone;
        std::string own = row.record;
        for (int round = 0; round < 4; ++round) {
            const auto report =
                run_spf(zone + record_of(own), {spf_sender("mail.example.com", {"192.0.2.1"})});
            if (report.findings.empty()) break;
            const auto& finding = report.findings.front();
            const std::string begin = "example.com. IN TXT \"";
            auto at = finding.remedy.find(begin);
            ASSERT_NE(at, std::string::npos) << finding.remedy;
            const bool included = at != 0 && finding.remedy[at - 1] == '.';
            at += begin.size();
            const auto record = finding.remedy.substr(at, finding.remedy.find('"', at) - at);
            ASSERT_TRUE(std::holds_alternative<Record>(parse_record(record))) << record;
            if (included)
                zone = std::string(around) + "_spf.example.com TXT \"" + record + "\"\n";
            else
                own = record;
            const auto after =
                run_spf(zone + record_of(own), {spf_sender("mail.example.com", {"192.0.2.1"})});
            for (const auto& left : after.findings)
                EXPECT_FALSE(left.code == finding.code && left.object == finding.object)
                    << row.record << " became " << record;
        }
        const auto report = run_spf(zone + record_of(own), {spf_sender("mail.example.com", {"192.0.2.1"})});
        EXPECT_EQ(summary(report), "") << row.record << " became " << own;
        test::FakeResolver resolver(zone + record_of(own));
        const Query query{*IpAddress::parse("192.0.2.1"), "a@example.com", "mail.example.com"};
        EXPECT_EQ(to_string(check_host(query, resolver).result), "pass") << own;
    }
}

TEST(SpfCriticismFindings, Sentences) {
    auto report = judge_record("v=spf1 ip4:192.0.2.1 +all");
    ASSERT_EQ(report.findings.size(), 1U);
    EXPECT_EQ(report.findings[0].message,
              "SPF of example.com: +all lets every address of the world send in this name");
    report =
        judge_record("v=spf1 ip4:192.0.2.1 include:x.example.net -all", "x.example.net TXT \"v=spf1 +all\"");
    ASSERT_EQ(report.findings.size(), 1U);
    EXPECT_EQ(
        report.findings[0].message,
        "SPF of example.com takes in the record of x.example.net: +all lets every address of the world send "
        "in this name");
    EXPECT_EQ(report.findings[0].evidence,
              "example.com. IN TXT \"v=spf1 ip4:192.0.2.1 include:x.example.net -all\"\n"
              "x.example.net. IN TXT \"v=spf1 +all\"");
    EXPECT_EQ(report.findings[0].remedy,
              "Take include:x.example.net out until its owner has mended the record. "
              "Publish example.com. IN TXT \"v=spf1 ip4:192.0.2.1 -all\"");
    report = judge_record("v=spf1 include:example.com ip4:192.0.2.1 -all");
    ASSERT_EQ(report.findings.size(), 1U);
    EXPECT_EQ(
        report.findings[0].message,
        "SPF of example.com runs in a circle: include:example.com in the record of example.com loops back to "
        "example.com, and receivers give up after 10 lookups");
    EXPECT_EQ(report.findings[0].remedy,
              "Take include:example.com out. Publish example.com. IN TXT \"v=spf1 ip4:192.0.2.1 -all\"");
    report = judge_record("v=spf1 ip4:192.0.2.1 ip4:198.51.100.7 -all");
    ASSERT_EQ(report.findings.size(), 1U);
    EXPECT_EQ(report.findings[0].message,
              "SPF of example.com authorises 198.51.100.7 by \"ip4:198.51.100.7\", but no configured sender "
              "uses it: "
              "whoever has it today may send in this name");
    EXPECT_EQ(report.findings[0].remedy,
              "If it is yours, add it to the addresses of a sender; if not, take it out. Publish "
              "example.com. IN TXT "
              "\"v=spf1 ip4:192.0.2.1 -all\"");
}

TEST(SpfCriticismStale, EveryConfiguredSenderCounts) {
    auto other = spf_sender("other.example.net", {"198.51.100.0/28"});
    other.domains = {"example.net"};
    const auto mail = spf_sender("mail.example.com", {"192.0.2.1"});
    const auto zone = around + record_of("v=spf1 ip4:192.0.2.1 ip4:198.51.100.7 -all");
    EXPECT_EQ(summary(run_spf(zone, {mail, other})), "");
    // The address of the host name, which the configuration does not list.
    auto named = mail;
    named.hostname = "host.example.com";
    EXPECT_EQ(summary(run_spf(zone + "host.example.com A 198.51.100.7\n", {named})), "");
    // Nothing is known about who sends.
    auto unknown = spf_sender("", {});
    EXPECT_EQ(summary(run_spf(zone, {unknown})), "");
}

TEST(SpfCriticismStale, CouldNotTellIsNotStale) {
    for (const auto* broken :
         {"mx.example.com TIMEOUT", "mail.example.com SERVFAIL", "example.com TIMEOUT MX"}) {
        const auto report = run_spf(record_of("v=spf1 ip4:192.0.2.1 ip4:198.51.100.7 -all") +
                                        "example.com MX 10 mx.example.com\n" + broken,
                                    {spf_sender("mail.example.com", {"192.0.2.1"})});
        EXPECT_EQ(find_code(report, "spf.stale_address"), nullptr) << broken;
        EXPECT_TRUE(test::holds(report, "spf.stale_address")) << broken;
    }
}

TEST(SpfCriticismStale, ManyAreOneFinding) {
    std::string terms;
    for (int i = 0; i < 9; ++i)
        terms += " ip4:198.51.100." + std::to_string(i);
    const auto report = judge_record("v=spf1 ip4:192.0.2.1" + terms + " -all");
    EXPECT_EQ(summary(report), "spf.stale_address() info\n");
    EXPECT_EQ(
        report.findings.at(0).remedy,
        "Add those that are yours to the addresses of a sender; take the others out. Without all of them: "
        "Publish example.com. IN TXT \"v=spf1 ip4:192.0.2.1 -all\"");
}

TEST(SpfCriticismSize, LongAndInPieces) {
    auto report = judge_record("v=spf1 ip4:192.0.2.1\" \" -all");
    EXPECT_EQ(summary(report), "spf.pieces() info\n");
    EXPECT_EQ(report.findings.at(0).remedy, "Publish example.com. IN TXT \"v=spf1 ip4:192.0.2.1 -all\"");
    // Two strings that need to be two.
    std::string hosts;
    for (int i = 10; i < 38; ++i)
        hosts += " ip4:192.0.2." + std::to_string(i) + "/31";
    auto sender = spf_sender("mail.example.com", {"192.0.2.0/24"});
    auto text = "v=spf1 ip4:192.0.2.0/24" + hosts.substr(0, 200) + "\" \"" + hosts.substr(200, 100);
    text = text.substr(0, text.rfind(' ')) + " -all";
    EXPECT_EQ(find_code(run_spf(around + record_of(text), {sender}), "spf.pieces"), nullptr);
    report = run_spf(around + record_of("v=spf1 ip4:192.0.2.0/24" + hosts + " -all"), {sender});
    ASSERT_NE(find_code(report, "spf.long"), nullptr) << summary(report);
    // The blank that was lost between two strings.
    report = judge_record("v=spf1 ip4:192.0.2.1\" \"include:x.example.net -all",
                          "x.example.net TXT \"v=spf1 -all\"");
    ASSERT_EQ(summary(report), "spf.permerror() critical\n");
    EXPECT_EQ(report.findings[0].remedy,
              "Correct \"ip4:192.0.2.1include:x.example.net\": the blank before \"include:x.example.net\" is "
              "missing "
              "where two strings are joined. What works: example.com. IN TXT \"v=spf1 ip4:192.0.2.1 "
              "include:x.example.net -all\"");
}

TEST(SpfCriticismRemedy, ARelayIsAdded) {
    const auto report = run_spf(around + record_of("v=spf1 a mx mx ?all") +
                                    "relay.example.net TXT \"v=spf1 ip4:198.51.100.0/24 -all\"",
                                {spf_sender("mail.example.com", {"192.0.2.1"}),
                                 spf_sender("relay.example.net", {"198.51.100.1"}, "relay.example.net")});
    const auto* missing = find_code(report, "spf.via_missing");
    ASSERT_NE(missing, nullptr) << summary(report);
    EXPECT_EQ(missing->remedy,
              "Add include:relay.example.net. Publish example.com. IN TXT \"v=spf1 a mx "
              "ip4:192.0.2.1 include:relay.example.net ~all\"");
}

TEST(SpfCriticismRemedy, HostileRecordsAreBounded) {
    std::string terms;
    for (int i = 0; i < 8000; ++i)
        terms += " ip4:10." + std::to_string(i / 250) + '.' + std::to_string(i % 250) + ".0/8";
    const auto report = judge_record("v=spf1 a" + terms + " ptr ?all");
    EXPECT_LE(report.findings.size(), 20U);
    for (const auto& finding : report.findings) {
        EXPECT_LE(finding.evidence.size(), 5000U);
        EXPECT_LE(finding.remedy.size(), 1000U);
        EXPECT_LE(finding.message.size(), 3000U);
    }
}

TEST(SpfCriticismGlued, TwoTermsOrOne) {
    const std::vector<std::vector<std::string>> found = {
        {"ip4:192.0.2.1", "include:x.example.com"},
        {"include:a.example.com", "include:b.example.com"},
        {"include:a.example.com", "~all"},
        {"a", "mx"},
        {"ip4:192.0.2.1", "-all"},
        {"mx", "-all"},
        {"a:x.example.com", "mx:y.example.com"},
        {"ip6:2001:db8::1", "ip6:2001:db8::2"},
    };
    for (const auto& parts : found)
        EXPECT_EQ(unglued(parts.front() + parts.back()), parts) << parts.front() << parts.back();
    for (const auto* whole : {"a", "all", "-all", "include:spf-all.example.com", "include:x.example-all",
                              "exists:%{i}.mx:x.example", "a:mx.example.com", "include:include.example.com",
                              "moo", "ip4:192.0.2.1:25", "a:192.0.2.1/28", "x=a:b", "redirect=a.example.com",
                              "ip4:192.0.2.1/33", "include:example.com/24", ""})
        EXPECT_EQ(unglued(whole), std::vector<std::string>{whole}) << whole;
}

TEST(SpfCriticismCorrected, Rows) {
    const std::pair<const char*, const char*> corrections[] = {
        {"v=spf1 a mx -all", "v=spf1 a mx -all"},
        {"v=spf1  a   mx", "v=spf1 a mx ~all"},
        {"v=spf1 a +a A mx -all", "v=spf1 a mx -all"},
        {"v=spf1 a -all mx exp=x.example.com", "v=spf1 a -all exp=x.example.com"},
        {"v=spf1 redirect=x.example.com", "v=spf1 redirect=x.example.com"},
        {"v=spf1 ?all redirect=x.example.com", "v=spf1 ~all"},
        {"v=spf1 ptr:x.example.com ip6:::/0 a/0 a -all", "v=spf1 a -all"},
        {"v=spf1 amx -all", "v=spf1 a mx -all"},
        {"v=spf1 moo", "v=spf1 ~all"},
        {"v=spf1", "v=spf1 ~all"},
        {"v=spf10", ""},
    };
    for (const auto& [text, wanted] : corrections) {
        EXPECT_EQ(corrected(text), wanted);
        EXPECT_EQ(corrected(wanted), wanted) << "corrected twice";
    }
}

}  // namespace
}  // namespace reputed::spf
