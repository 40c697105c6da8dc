#include "checks/auth/spf_helo.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/spf_domain.hpp"

namespace reputed::spf {
namespace {

using test::find_code;
using test::run_spf;
using test::spf_sender;
using test::summary;

const char* const addresses = "mail.example.com A 192.0.2.1\nmail.example.com AAAA 2001:db8::1\n";

TEST(SpfHeloResults, EachResult) {
    struct Row {
        const char* zone;
        const char* findings;
        const char* remedy;
    };
    const Row rows[] = {
        {"mail.example.com TXT \"v=spf1 a -all\"", "", ""},
        {"mail.example.com TXT \"v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::1 ~all\"", "", ""},
        {"", "spf.helo_none() info\n", "Publish mail.example.com. IN TXT \"v=spf1 a -all\""},
        {"mail.example.com TXT \"v=spf1 -all\"",
         "spf.helo_fail(192.0.2.1) critical\nspf.helo_fail(2001:db8::1) critical\n",
         "Publish mail.example.com. IN TXT \"v=spf1 a -all\""},
        // One family only.
        {"mail.example.com TXT \"v=spf1 ip4:192.0.2.1 -all\"", "spf.helo_fail(2001:db8::1) critical\n",
         "Publish mail.example.com. IN TXT \"v=spf1 ip4:192.0.2.1 a -all\""},
        {"mail.example.com TXT \"v=spf1 ip4:192.0.2.1 ~all\"", "spf.helo_softfail(2001:db8::1) warning\n",
         "Publish mail.example.com. IN TXT \"v=spf1 ip4:192.0.2.1 a ~all\""},
        {"mail.example.com TXT \"v=spf1 ip4:192.0.2.1 ?all\"", "spf.helo_neutral(2001:db8::1) info\n",
         "Publish mail.example.com. IN TXT \"v=spf1 ip4:192.0.2.1 a ~all\""},
        {"mail.example.com TXT \"v=spf1 moo -all\"", "spf.helo_permerror() warning\n",
         "Publish mail.example.com. IN TXT \"v=spf1 a -all\""},
        {"mail.example.com TIMEOUT TXT", "spf.helo_temperror() unknown\n",
         "Look at the name servers of the name in the message."},
    };
    for (const auto& row : rows) {
        const auto report =
            run_spf(std::string(addresses) + row.zone,
                    {spf_sender("mail.example.com", {"192.0.2.1", "2001:db8::1"})}, "mail.example.com");
        EXPECT_EQ(summary(report), row.findings) << row.zone;
        for (const auto& finding : report.findings) {
            EXPECT_EQ(finding.subject, "mail.example.com");
            EXPECT_EQ(finding.remedy, row.remedy);
            EXPECT_FALSE(finding.evidence.empty());
        }
    }
}

TEST(SpfHeloResults, Sentences) {
    const auto sender = spf_sender("mail.example.com", {"192.0.2.1"});
    auto report = run_spf(addresses, {sender}, "mail.example.com");
    ASSERT_EQ(report.findings.size(), 1U);
    EXPECT_EQ(
        report.findings[0].message,
        "SPF of the EHLO name mail.example.com says none: mail.example.com has no SPF record; bounces get "
        "no SPF pass, and anybody can greet with this name");
    report = run_spf(std::string(addresses) + "mail.example.com TXT \"v=spf1 -all\"", {sender},
                     "mail.example.com");
    ASSERT_EQ(report.findings.size(), 1U);
    EXPECT_EQ(report.findings[0].message,
              "SPF of the EHLO name mail.example.com says fail for 192.0.2.1: matched -all in the record of "
              "mail.example.com; receivers that check EHLO refuse the server, and its bounces fail SPF");
    EXPECT_EQ(report.findings[0].evidence, "mail.example.com. IN TXT \"v=spf1 -all\"");
}

TEST(SpfHeloResults, CouldNotTellHoldsTheRest) {
    const auto report = run_spf("mail.example.com SERVFAIL", {spf_sender("mail.example.com", {"192.0.2.1"})},
                                "mail.example.com");
    EXPECT_EQ(summary(report), "spf.helo_temperror() unknown\n");
    EXPECT_TRUE(test::holds(report, "spf.helo_fail"));
    EXPECT_TRUE(test::holds(report, "spf.helo_none"));
}

TEST(SpfHeloResults, ManyAddressesAreOneFinding) {
    const auto report = run_spf("mail.example.com TXT \"v=spf1 -all\"",
                                {spf_sender("mail.example.com", {"192.0.2.0/28"})}, "mail.example.com");
    EXPECT_EQ(summary(report), "spf.helo_fail() critical\n");
    EXPECT_EQ(report.findings.at(0).remedy,
              "Publish mail.example.com. IN TXT \"v=spf1 ip4:192.0.2.0/28 -all\"");
}

TEST(SpfHeloNames, OnlyWhatIsTheOperators) {
    Settings settings;
    settings.senders = {spf_sender("mail.example.com", {"192.0.2.1"}),
                        spf_sender("Mail.Example.com", {"192.0.2.2"}),
                        spf_sender("relay.example.net", {"192.0.2.3"}, "relay.example.net"),
                        spf_sender("example.com", {"192.0.2.4"}),
                        spf_sender("localhost", {"192.0.2.5"}),
                        spf_sender("", {"192.0.2.6"})};
    EXPECT_EQ(helo_names(settings), std::vector<std::string>{"mail.example.com"});
    // The provider's name: without a record there is nothing that the operator could publish.
    const auto hosted = spf_sender("www274.sakura.ne.jp", {"192.0.2.1"});
    EXPECT_EQ(summary(run_spf("", {hosted}, "www274.sakura.ne.jp")), "");
    const auto report = run_spf("www274.sakura.ne.jp TXT \"v=spf1 -all\"", {hosted}, "www274.sakura.ne.jp");
    EXPECT_EQ(summary(report), "spf.helo_fail(192.0.2.1) critical\n");
    EXPECT_NE(report.findings.at(0).remedy.find("The name belongs to the provider"), std::string::npos);
}

}  // namespace
}  // namespace reputed::spf
