#include "checks/identity/mx_check.hpp"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "tests/support/fake_resolver.hpp"

namespace reputed::identity {
namespace {

constexpr const char* domain = "office.example";

Settings settings_with(const std::vector<std::string>& networks = {"11.0.0.1"}) {
    Sender sender;
    sender.name = "office";
    sender.domains = {domain};
    for (const auto& network : networks)
        sender.networks.push_back(IpNetwork::parse(network).value());
    Settings settings;
    settings.senders = {sender};
    return settings;
}

Report run(test::FakeResolver& resolver, const Settings& settings = settings_with()) {
    const ActiveLists lists;
    return mx_check().run(domain, {resolver, settings, lists, {}, {}});
}

using Texts = std::vector<std::string>;

// "CODE SEVERITY [OBJECT]" of every finding, sorted; each must be complete and about the domain.
Texts findings(const Report& report) {
    Texts out;
    for (const auto& finding : report.findings) {
        EXPECT_EQ(finding.subject, domain);
        EXPECT_TRUE(finding.message.ends_with('.')) << finding.message;
        EXPECT_FALSE(finding.evidence.empty()) << finding.code;
        EXPECT_TRUE(finding.remedy.ends_with('.')) << finding.remedy;
        EXPECT_LE(finding.evidence.size(), 16'000U);
        out.push_back(finding.code + ' ' + std::string(to_string(finding.severity)) +
                      (finding.object.empty() ? "" : ' ' + finding.object));
    }
    std::sort(out.begin(), out.end());
    return out;
}

Texts holds(const Report& report) {
    std::set<std::string> out;
    for (const auto& hold : report.holds) {
        EXPECT_EQ(hold.subject, domain);
        out.insert(hold.code + (hold.object.empty() ? "" : ' ' + hold.object));
    }
    return {out.begin(), out.end()};
}

double verdict(const Report& report) {
    EXPECT_EQ(report.samples.size(), 1U);
    EXPECT_EQ(report.samples.at(0).metric->name, "reputed_mx_verdict");
    EXPECT_EQ(report.samples.at(0).values, Texts{domain});
    return report.samples.at(0).value;
}

const Finding& finding(const Report& report, std::string_view code) {
    const auto found = std::find_if(report.findings.begin(), report.findings.end(),
                                    [&](const Finding& one) { return one.code == code; });
    if (found == report.findings.end()) throw std::out_of_range(std::string(code));
    return *found;
}

constexpr const char* good_zone = R"(
office.example MX 10 mail.office.example
mail.office.example A 11.0.0.1
mail.office.example AAAA 2a00::1
)";

struct Row {
    const char* what;
    const char* zone;
    Texts findings;
    double verdict;
};

// Each state is found, and clears once DNS is mended.
TEST(MxCheckStates, BrokenThenMended) {
    const std::string mail = "mail.office.example A 11.0.0.1\n";
    const Row rows[] = {
        {"no MX, an address", "office.example A 11.0.0.1", {"mx.missing warning"}, 2},
        {"no MX, IPv6 address", "office.example AAAA 2a00::1", {"mx.missing warning"}, 2},
        {"no MX, no address", "office.example TXT x", {"mx.missing critical"}, 3},
        {"no such domain", "", {"mx.missing critical"}, 3},
        {"no MX, private address", "office.example A 192.168.1.1", {"mx.missing critical"}, 3},
        {"no MX, one of two addresses private",
         "office.example A 192.168.1.1\noffice.example A 11.0.0.1",
         {"mx.missing warning", "mx.private_address warning office.example"},
         2},
        {"null MX", "office.example MX 0 .\noffice.example A 11.0.0.1", {"mx.null critical"}, 3},
        {"null MX beside another",
         "office.example MX 0 .\noffice.example MX 10 mail.office.example\nmail.office.example A 11.0.0.1",
         {"mx.null_mixed warning"},
         2},
        {"null MX beside a dead one",
         "office.example MX 0 .\noffice.example MX 10 mail.office.example",
         {"mx.null_mixed critical", "mx.unresolved critical mail.office.example"},
         3},
        {"MX without address",
         "office.example MX 10 mail.office.example\nmail.office.example TXT x",
         {"mx.unresolved critical mail.office.example"},
         3},
        {"one of two MX without address",
         "office.example MX 10 gone.office.example\noffice.example MX 20 mail.office.example\n"
         "mail.office.example A 11.0.0.1",
         {"mx.unresolved warning gone.office.example"},
         2},
        {"MX is no DNS name",
         "office.example MX 10 mail..example",
         {"mx.unresolved critical mail..example"},
         3},
        {"MX is an address", "office.example MX 10 11.0.0.1", {"mx.address_literal critical 11.0.0.1"}, 3},
        {"MX is a literal beside a name",
         "office.example MX 10 [11.0.0.1]\noffice.example MX 20 mail.office.example\n"
         "mail.office.example A 11.0.0.1",
         {"mx.address_literal warning [11.0.0.1]"},
         2},
        {"MX is an alias",
         "office.example MX 10 mx.office.example\nmx.office.example CNAME mail.office.example\n"
         "mail.office.example A 11.0.0.1",
         {"mx.cname warning mx.office.example"},
         2},
        {"MX is an alias of nothing",
         "office.example MX 10 mx.office.example\nmx.office.example CNAME mail.office.example",
         {"mx.cname warning mx.office.example", "mx.unresolved critical mx.office.example"},
         3},
        {"MX is on a private address",
         "office.example MX 10 mail.office.example\nmail.office.example A 10.0.0.1",
         {"mx.private_address critical mail.office.example"},
         3},
        {"MX is on this host",
         "office.example MX 10 mail.office.example\nmail.office.example A 127.0.0.1\n"
         "mail.office.example AAAA ::1",
         {"mx.private_address critical mail.office.example"},
         3},
        {"MX is on a private and a public address",
         "office.example MX 10 mail.office.example\nmail.office.example A 10.0.0.1\n"
         "mail.office.example A 11.0.0.1",
         {"mx.private_address warning mail.office.example"},
         2},
        {"MX has IPv6 only",
         "office.example MX 10 mail.office.example\nmail.office.example AAAA 2a00::1",
         {"mx.ipv6_only warning"},
         2},
        {"one host twice",
         "office.example MX 10 mail.office.example\noffice.example MX 20 MAIL.office.example\n"
         "mail.office.example A 11.0.0.1",
         {"mx.duplicate info"},
         1},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.what);
        test::FakeResolver resolver(row.zone);
        const Report broken = run(resolver);
        EXPECT_EQ(findings(broken), row.findings);
        EXPECT_EQ(holds(broken), Texts());
        EXPECT_EQ(verdict(broken), row.verdict);
        resolver.clear();
        resolver.add(good_zone);
        const Report mended = run(resolver);
        EXPECT_EQ(findings(mended), Texts());
        EXPECT_EQ(holds(mended), Texts());
        EXPECT_EQ(verdict(mended), 0);
    }
}

TEST(MxCheckStates, SayWhatWasSeen) {
    test::FakeResolver resolver(R"(
office.example MX 30 c.example
office.example MX 10 a.example
office.example MX 20 b.example
a.example A 11.0.0.1
a.example AAAA 2a00::1
b.example CNAME c.example
)");
    const Report report = run(resolver);
    EXPECT_EQ(findings(report), (Texts{"mx.cname warning b.example", "mx.unresolved warning b.example",
                                       "mx.unresolved warning c.example"}));
    EXPECT_EQ(finding(report, "mx.cname").evidence,
              "office.example MX 20 b.example CNAME c.example (A nxdomain, AAAA nxdomain)");
    EXPECT_EQ(finding(report, "mx.unresolved").message,
              "The mail exchanger b.example of office.example has no address.");

    test::FakeResolver null("office.example MX 0 .");
    EXPECT_EQ(finding(run(null), "mx.null").evidence, "office.example MX 0 .");
    EXPECT_EQ(
        finding(run(null), "mx.null").remedy,
        "Send with another envelope-from domain, or replace the null MX: Publish office.example MX 10 with "
        "the host name of a server that takes bounces and mail to postmaster@office.example and "
        "abuse@office.example.");

    test::FakeResolver implicit("office.example A 11.0.0.1");
    EXPECT_EQ(finding(run(implicit), "mx.missing").evidence,
              "office.example MX: nodata; office.example (11.0.0.1)");
    EXPECT_EQ(finding(run(implicit), "mx.missing").message,
              "office.example has no MX record: its bounces go to the address of the domain itself, and some "
              "receivers distrust it.");
}

// The preference order of scenario B.
TEST(MxCheckStates, EvidenceIsInPreferenceOrder) {
    test::FakeResolver resolver(R"(
office.example MX 30 c.example
office.example MX 5 a.example
office.example MX 10 b.example
a.example AAAA 2a00::1
b.example AAAA 2a00::2
c.example AAAA 2a00::3
)");
    EXPECT_EQ(finding(run(resolver), "mx.ipv6_only").evidence,
              "office.example MX 5 a.example (2a00::1), 10 b.example (2a00::2), 30 c.example (2a00::3)");
}

TEST(MxCheckFamilies, Ipv4OnlyMattersToWhoSendsOverIpv6) {
    const char* zone = "office.example MX 10 mail.office.example\nmail.office.example A 11.0.0.1";
    test::FakeResolver resolver(zone);
    EXPECT_EQ(findings(run(resolver)), Texts());
    EXPECT_EQ(findings(run(resolver, settings_with({"11.0.0.1", "2a00::1"}))), Texts{"mx.ipv4_only info"});
    test::FakeResolver both(good_zone);
    EXPECT_EQ(findings(run(both, settings_with({"11.0.0.1", "2a00::1"}))), Texts());
}

// What DNS did not say neither opens nor clears anything but mx.unknown.
TEST(MxCheckUnknown, HoldsWhatHangsOnIt) {
    struct Unknown {
        const char* what;
        std::string zone;
        Texts findings;
        Texts holds;
        double verdict;
    };
    const std::string mx = "office.example MX 10 mail.office.example\n";
    const Unknown rows[] = {
        {"no answer for MX",
         "office.example TIMEOUT MX\noffice.example A 11.0.0.1",
         {"mx.unknown unknown"},
         {""},
         -1},
        {"SERVFAIL for all", "office.example SERVFAIL", {"mx.unknown unknown"}, {""}, -1},
        {"REFUSED for all", "office.example REFUSED", {"mx.unknown unknown"}, {""}, -1},
        {"no MX, addresses unknown",
         "office.example TXT x\noffice.example TIMEOUT A\noffice.example TIMEOUT AAAA",
         {"mx.missing warning", "mx.unknown unknown"},
         {"mx.private_address office.example"},
         2},
        {"host unknown",
         mx + "mail.office.example TIMEOUT",
         {"mx.unknown unknown"},
         {"mx.cname mail.office.example", "mx.ipv4_only", "mx.ipv6_only",
          "mx.private_address mail.office.example", "mx.unresolved mail.office.example"},
         -1},
        {"AAAA of the host unknown",
         mx + "mail.office.example A 11.0.0.1\nmail.office.example SERVFAIL AAAA",
         {"mx.unknown unknown"},
         {"mx.ipv4_only", "mx.private_address mail.office.example"},
         -1},
        {"A of the host unknown, no AAAA",
         mx + "mail.office.example TXT x\nmail.office.example SERVFAIL A",
         {"mx.unknown unknown"},
         {"mx.ipv6_only", "mx.private_address mail.office.example", "mx.unresolved mail.office.example"},
         -1},
        {"one host gone, the other unknown: not known to be dead",
         mx + "office.example MX 20 b.example\nb.example TIMEOUT",
         {"mx.unknown unknown", "mx.unresolved warning mail.office.example"},
         {"mx.cname b.example", "mx.ipv4_only", "mx.ipv6_only", "mx.private_address b.example",
          "mx.unresolved b.example"},
         2},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.what);
        test::FakeResolver resolver(row.zone);
        const Report report = run(resolver);
        EXPECT_EQ(findings(report), row.findings);
        EXPECT_EQ(holds(report), row.holds);
        EXPECT_EQ(verdict(report), row.verdict);
    }
}

TEST(MxCheckHostile, TenThousandRecordsCostABoundedNumberOfQuestions) {
    test::FakeResolver resolver;
    resolver.answer_below(domain, [](const Question& question) {
        Answer answer;
        answer.outcome = Outcome::ok;
        if (question.type != RecordType::mx) {
            answer.outcome = Outcome::nodata;
            return answer;
        }
        for (int i = 10'000; i > 0; --i) {
            Record record;
            record.preference = static_cast<std::uint16_t>(i);
            record.text = "mx" + std::to_string(i) + ".example";
            answer.records.push_back(record);
        }
        return answer;
    });
    resolver.answer_below("example", [](const Question& question) {
        Answer answer;
        answer.outcome = Outcome::ok;
        for (int i = 0; i < 4000; ++i) {
            Record record;
            record.address = question.type == RecordType::a
                                 ? IpAddress::v4(0x0b000000U + static_cast<std::uint32_t>(i))
                                 : IpAddress::parse("2a00::" + std::to_string(i)).value();
            answer.records.push_back(record);
        }
        return answer;
    });
    const Report report = run(resolver);
    EXPECT_EQ(findings(report), Texts{"mx.too_many warning"});
    EXPECT_EQ(resolver.asked().size(), 3 + 2 * 16U);
    EXPECT_NE(finding(report, "mx.too_many").evidence.find("office.example MX 1 mx1.example (11.0.0.0, "),
              std::string::npos);
    EXPECT_TRUE(finding(report, "mx.too_many").evidence.ends_with(" and 9984 more"));
    EXPECT_EQ(holds(report), (Texts{"mx.address_literal", "mx.cname", "mx.ipv4_only", "mx.ipv6_only",
                                    "mx.null_mixed", "mx.private_address", "mx.unresolved"}));
}

TEST(MxCheckJobs, OnePerDomain) {
    Settings settings = settings_with();
    settings.senders.push_back(settings.senders[0]);
    settings.senders[1].domains = {"b.example", "a.example", domain};
    settings.checks.mx = std::chrono::seconds(77);
    const ActiveLists lists;
    EXPECT_EQ(mx_check().subjects(settings, lists), (Texts{"a.example", "b.example", domain}));
    EXPECT_EQ(mx_check().interval(settings, lists, domain), std::chrono::seconds(77));
}

}  // namespace
}  // namespace reputed::identity
