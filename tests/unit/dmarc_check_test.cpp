#include "checks/auth/dmarc_check.hpp"

#include <gtest/gtest.h>

#include "tests/support/dkim_keys.hpp"
#include "tests/support/fake_resolver.hpp"

namespace reputed::dmarc {
namespace {

using test::FakeResolver;

Report run(const std::string& zone, std::vector<Sender> senders = {},
           const std::string& domain = "example.com") {
    FakeResolver resolver(zone);
    Settings settings;
    settings.senders = std::move(senders);
    const ActiveLists lists;
    const Services services{resolver, settings, lists, std::chrono::system_clock::time_point{}, {}};
    return dmarc_check().run(domain, services);
}

std::string summary(const Report& report) {
    std::string out;
    for (const auto& finding : report.findings)
        out += finding.code + '(' + finding.object + ") " + std::string(to_string(finding.severity)) + '\n';
    return out;
}

Sender sender(std::vector<std::string> selectors = {}) {
    Sender out;
    out.name = "mail";
    out.hostname = "mail.example.com";
    out.domains = {"example.com"};
    out.networks = {*IpNetwork::parse("192.0.2.1")};
    out.selectors = std::move(selectors);
    return out;
}

constexpr const char* rua = "; rua=mailto:a@example.com";

std::string policy(const std::string& text, const std::string& domain = "example.com") {
    return "_dmarc." + domain + " TXT \"" + text + "\"\n";
}

TEST(DmarcCheckWalk, NamesThatAreAsked) {
    EXPECT_EQ(walked_names("example.com"), (std::vector<std::string>{"example.com", "com"}));
    EXPECT_EQ(walked_names("com"), (std::vector<std::string>{"com"}));
    EXPECT_EQ(walked_names("a.b.c.d.e.f.g.h.i.j.mail.example.com"),
              (std::vector<std::string>{"a.b.c.d.e.f.g.h.i.j.mail.example.com", "g.h.i.j.mail.example.com",
                                        "h.i.j.mail.example.com", "i.j.mail.example.com",
                                        "j.mail.example.com", "mail.example.com", "example.com", "com"}));
    EXPECT_EQ(walked_names("a.b.c.d.e.f.example.com").size(), 8U);
}

TEST(DmarcCheckWalk, OrganizationalDomain) {
    const std::tuple<std::string, const char*, const char*> rows[] = {
        {"", "a.mail.example.com", ""},
        {policy("v=DMARC1; p=none", "mail.example.com") + policy("v=DMARC1; p=reject"), "example.com",
         "example.com"},
        {policy("v=DMARC1; p=none; psd=n", "mail.example.com") + policy("v=DMARC1; p=reject"),
         "mail.example.com", "mail.example.com"},
        {policy("v=DMARC1; p=reject; psd=y", "com"), "example.com", "com"},
        {policy("v=DMARC1; p=none", "a.mail.example.com"), "a.mail.example.com", "a.mail.example.com"},
    };
    for (const auto& [zone, organizational, applied] : rows) {
        FakeResolver resolver(zone);
        const auto found = discover("a.mail.example.com", resolver, {});
        EXPECT_EQ(found.organizational, organizational) << zone;
        EXPECT_EQ(found.applied == nullptr ? "" : found.applied->domain, applied) << zone;
        EXPECT_EQ(resolver.asked().size(), 4U);
    }
}

TEST(DmarcCheckVerdict, Records) {
    const std::tuple<std::string, const char*, double> rows[] = {
        {policy(std::string("v=DMARC1; p=reject") + rua), "", 0},
        {"", "dmarc.missing() warning\n", 2},
        {policy(std::string("v=DMARC1; p=none") + rua), "dmarc.policy_none() info\n", 1},
        {policy("v=DMARC1; p=reject"), "dmarc.no_reports() info\n", 1},
        {policy(std::string("v=DMARC1; p=reject; pct=20") + rua), "dmarc.partial() warning\n", 2},
        {policy(std::string("v=DMARC1; p=reject; sp=none") + rua), "dmarc.subdomain_weaker() warning\n", 2},
        {policy(std::string("v=DMARC1; p=reject; t=y") + rua), "dmarc.testing() warning\n", 2},
        {policy("v=DMARC1; p=reject; rua=a@example.com"), "dmarc.rua_invalid() warning\n", 2},
        {policy("v=DMARC1; p=rejct"), "dmarc.invalid() critical\n", 3},
        {policy("v=DMARC1 p=reject"), "dmarc.invalid() critical\n", 3},
        {policy("v=DMARC1; p=none") + policy("v=DMARC1; p=reject"), "dmarc.multiple() critical\n", 3},
        {policy("some text") + policy(std::string("v=DMARC1; p=reject") + rua), "", 0},
        {"_dmarc.example.com SERVFAIL", "dmarc.unknown() unknown\n", -1},
        {"_dmarc.com TIMEOUT", "dmarc.unknown() unknown\n", -1},
        // What is above does not matter where the domain has a record.
        {policy(std::string("v=DMARC1; p=reject") + rua) + "_dmarc.com TIMEOUT", "", 0},
    };
    for (const auto& [zone, wanted, value] : rows) {
        const auto report = run(zone);
        EXPECT_EQ(summary(report), wanted) << zone;
        ASSERT_EQ(report.samples.size(), 1U);
        EXPECT_EQ(report.samples[0].value, value) << zone;
        EXPECT_EQ(report.holds.size(), value == -1 ? 1U : 0U) << zone;
        for (const auto& finding : report.findings)
            EXPECT_FALSE(finding.remedy.empty() || finding.evidence.empty()) << finding.code;
    }
}

TEST(DmarcCheckRemedy, ReadyToPaste) {
    const std::pair<std::string, const char*> rows[] = {
        {"", "Publish _dmarc.example.com. IN TXT \"v=DMARC1; p=none; rua=mailto:postmaster@example.com\""},
        {policy(std::string("v=DMARC1; p=reject; pct=20") + rua),
         "Publish _dmarc.example.com. IN TXT \"v=DMARC1; p=reject; rua=mailto:a@example.com\""},
        {policy("v=DMARC1 p=reject rua=mailto:a@example.com"),
         "Publish _dmarc.example.com. IN TXT \"v=DMARC1; p=reject; rua=mailto:a@example.com\""},
        {policy("v=DMARC1; p=reject; rua=a@example.com"),
         "Publish _dmarc.example.com. IN TXT \"v=DMARC1; p=reject; rua=mailto:a@example.com\""},
        {policy("v=DMARC1; p=reject"),
         "Publish _dmarc.example.com. IN TXT \"v=DMARC1; p=reject; rua=mailto:postmaster@example.com\""},
        {policy("v=DMARC1; p=none") + policy("v=DMARC1; p=reject"),
         "Leave a single record. Publish _dmarc.example.com. IN TXT \"v=DMARC1; p=reject\""},
    };
    for (const auto& [zone, wanted] : rows)
        EXPECT_EQ(run(zone).findings.at(0).remedy, wanted) << zone;
}

TEST(DmarcCheckVerdict, PolicyOfAParent) {
    EXPECT_EQ(summary(run(policy("v=DMARC1; p=reject"), {}, "mail.example.com")), "");
    EXPECT_EQ(summary(run(policy("v=DMARC1; p=reject; sp=none"), {}, "mail.example.com")),
              "dmarc.policy_none() info\n");
    EXPECT_EQ(summary(run(policy("v=DMARC1; p=reject; psd=y", "com"))), "dmarc.only_by_walk() info\n");
    const auto report = run(policy("v=DMARC1; p=rejct"), {}, "mail.example.com");
    EXPECT_EQ(summary(report), "dmarc.invalid() critical\n");
    EXPECT_EQ(report.findings[0].subject, "mail.example.com");
}

TEST(DmarcCheckReports, DestinationsOutsideHaveToAgree) {
    const auto own = policy("v=DMARC1; p=reject; rua=mailto:a@reports.example.net,mailto:b@sub.example.com");
    auto report = run(own);
    EXPECT_EQ(summary(report), "dmarc.external_unauthorised(reports.example.net) warning\n");
    EXPECT_EQ(
        report.findings[0].remedy,
        "Ask the operator of reports.example.net to publish "
        "example.com._report._dmarc.reports.example.net. IN TXT \"v=DMARC1\", or name an address in your own "
        "domain.");
    EXPECT_EQ(summary(run(own + "example.com._report._dmarc.reports.example.net TXT \"v=DMARC1;\"")), "");
    report = run(own + "example.com._report._dmarc.reports.example.net SERVFAIL");
    EXPECT_EQ(summary(report), "");
    ASSERT_EQ(report.holds.size(), 1U);
    EXPECT_EQ(report.holds[0].code, "dmarc.external_unauthorised");
    EXPECT_EQ(report.holds[0].object, "reports.example.net");
}

TEST(DmarcCheckAlignment, WhatTheSenderSends) {
    const auto reject = policy(std::string("v=DMARC1; p=reject") + rua);
    const std::string spf = "example.com TXT \"v=spf1 ip4:192.0.2.1 -all\"\n";
    const auto key = "s._domainkey.example.com TXT \"v=DKIM1; p=" + test::good_key().published + "\"\n";
    EXPECT_EQ(summary(run(reject + spf + key, {sender({"s"})})), "");
    EXPECT_EQ(summary(run(reject + key, {sender({"s"})})), "");
    EXPECT_EQ(summary(run(reject + spf, {sender({"s"})})), "dmarc.alignment(mail) info\n");
    auto report = run(reject, {sender({"s"})});
    EXPECT_EQ(summary(report), "dmarc.alignment(mail) critical\n");
    EXPECT_EQ(
        report.findings[0].message,
        "mail of mail from example.com fails DMARC: SPF of example.com says none for 192.0.2.1, and there is "
        "no good DKIM key at s._domainkey.example.com");
    report = run(policy(std::string("v=DMARC1; p=none") + rua), {sender()});
    EXPECT_EQ(summary(report), "dmarc.policy_none() info\ndmarc.alignment(mail) warning\n");
    // Could not tell is neither passed nor failed.
    for (const auto* broken : {"s._domainkey.example.com SERVFAIL", "example.com TIMEOUT TXT"}) {
        report = run(reject + broken, {sender({"s"})});
        EXPECT_EQ(summary(report), "") << broken;
        ASSERT_EQ(report.holds.size(), 1U);
        EXPECT_EQ(report.holds[0].code, "dmarc.alignment");
    }
    auto relayed = sender({"s"});
    relayed.via = "relay.example.net";
    EXPECT_EQ(summary(run(reject, {relayed})), "");
}

TEST(DmarcCheckAlignment, RelaxedAndStrict) {
    const std::tuple<const char*, const char*, bool, bool> rows[] = {
        {"example.com", "example.com", true, true},
        {"mail.example.com", "example.com", false, true},
        {"example.com", "mail.example.com", false, true},
        {"example.net", "example.com", false, false},
        {"a.co.uk", "b.co.uk", false, false},
    };
    for (const auto& [domain, author, strict, relaxed] : rows) {
        FakeResolver resolver;
        const auto from = discover(author, resolver, {});
        EXPECT_EQ(is_aligned(domain, author, from, true, resolver, {}), strict) << domain;
        EXPECT_EQ(is_aligned(domain, author, from, false, resolver, {}), relaxed) << domain;
    }
}

}  // namespace
}  // namespace reputed::dmarc
