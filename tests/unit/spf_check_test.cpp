#include "checks/auth/spf_check.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

#include <gtest/gtest.h>

#include "checks/auth/spf_audit.hpp"
#include "checks/auth/spf_remedy.hpp"
#include "tests/support/spf_domain.hpp"

namespace reputed::spf {
namespace {

using test::summary;

Sender sender(std::string name, const std::vector<const char*>& networks, std::string via = "") {
    return test::spf_sender(std::move(name), networks, std::move(via));
}

Report run(const std::string& zone, std::vector<Sender> senders, const std::string& domain = "example.com") {
    return test::run_spf(zone, std::move(senders), domain);
}

const Finding& only(const Report& report) {
    EXPECT_EQ(report.findings.size(), 1U) << summary(report);
    static const Finding none;
    return report.findings.empty() ? none : report.findings.front();
}

double sample(const Report& report, const MetricInfo& metric, const std::vector<std::string>& labels) {
    for (const auto& found : report.samples)
        if (found.metric == &metric && found.values == labels) return found.value;
    ADD_FAILURE() << "no sample of " << metric.name;
    return -100;
}

TEST(SpfCheckJobs, OneForEachDomainAndEhloName) {
    Settings settings;
    settings.senders = {sender("a.example.com", {"192.0.2.1"}), sender("b.example.com", {"192.0.2.2"})};
    settings.senders[1].domains = {"example.net", "example.com"};
    settings.checks.spf = std::chrono::seconds(77);
    const auto check = spf_check();
    EXPECT_EQ(check.name, "spf");
    EXPECT_EQ(check.subjects(settings, {}),
              (std::vector<std::string>{"example.com", "example.net", "a.example.com", "b.example.com"}));
    EXPECT_EQ(check.interval(settings, {}, "example.com"), std::chrono::seconds(77));
    EXPECT_EQ(check.metrics, (std::vector<const MetricInfo*>{&verdict_metric, &lookups_metric}));
}

TEST(SpfCheckVerdict, CoveredAddressesAreFine) {
    const auto report =
        run("example.com TXT \"v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 a:mail.example.com -all\"\n"
            "mail.example.com A 192.0.2.1",
            {sender("mail.example.com", {"192.0.2.1", "2001:db8::1"})});
    EXPECT_EQ(summary(report), "");
    EXPECT_TRUE(report.holds.empty());
    EXPECT_EQ(sample(report, verdict_metric, {"example.com", "192.0.2.1"}), 0);
    EXPECT_EQ(sample(report, verdict_metric, {"example.com", "2001:db8::1"}), 0);
    EXPECT_EQ(sample(report, lookups_metric, {"example.com"}), 1);
}

TEST(SpfCheckVerdict, UncoveredAddress) {
    const std::tuple<const char*, const char*, Severity, double> rows[] = {
        {"-all", "spf.fail", Severity::critical, 3},
        {"~all", "spf.softfail", Severity::warning, 2},
        {"?all", "spf.neutral", Severity::warning, 2},
    };
    for (const auto& [all, code, severity, value] : rows) {
        const auto report = run(std::string("example.com TXT \"v=spf1 ip4:192.0.2.1 ") + all + "\"",
                                {sender("mail.example.com", {"192.0.2.1", "192.0.2.9"})});
        // Of ?all its own finding tells.
        EXPECT_EQ(report.findings.size(), code == std::string("spf.neutral") ? 2U : 1U) << summary(report);
        const auto& finding = report.findings.at(0);
        EXPECT_EQ(finding.code, code);
        EXPECT_EQ(finding.subject, "example.com");
        EXPECT_EQ(finding.object, "192.0.2.9");
        EXPECT_EQ(finding.severity, severity);
        EXPECT_EQ(finding.message, "SPF of example.com says " + finding.code.substr(4) +
                                       " for 192.0.2.9: matched " + all + " in the record of example.com");
        EXPECT_EQ(finding.evidence, std::string("example.com. IN TXT \"v=spf1 ip4:192.0.2.1 ") + all + '"');
        EXPECT_EQ(finding.remedy,
                  std::string("Publish example.com. IN TXT \"v=spf1 ip4:192.0.2.1 ip4:192.0.2.9 ") +
                      (all == std::string("?all") ? "~all" : all) + '"');
        EXPECT_EQ(sample(report, verdict_metric, {"example.com", "192.0.2.9"}), value);
        EXPECT_EQ(sample(report, verdict_metric, {"example.com", "192.0.2.1"}), 0);
    }
}

TEST(SpfCheckVerdict, ManyAddressesAreOneFinding) {
    const auto report =
        run("example.com TXT \"v=spf1 -all\"", {sender("mail.example.com", {"192.0.2.0/28"})});
    const auto& finding = only(report);
    EXPECT_EQ(finding.code, "spf.fail");
    EXPECT_EQ(finding.object, "mail.example.com");
    EXPECT_EQ(
        finding.message,
        "SPF of example.com says fail for 16 addresses of mail.example.com (192.0.2.0, 192.0.2.1, 192.0.2.2, "
        "192.0.2.3, "
        "192.0.2.4, 192.0.2.5, 192.0.2.6, 192.0.2.7 and 8 more): matched -all in the record of example.com");
    EXPECT_EQ(finding.remedy, "Publish example.com. IN TXT \"v=spf1 ip4:192.0.2.0/28 -all\"");
}

TEST(SpfCheckVerdict, LargeNetworksAreSampled) {
    const auto report = run("example.com TXT \"v=spf1 ip4:198.51.0.0/17 -all\"",
                            {sender("mail.example.com", {"198.51.0.0/16"})});
    const auto& finding = only(report);
    EXPECT_EQ(report.samples.size(), 257U);
    EXPECT_NE(finding.message.find("fail for 128 addresses of mail.example.com"), std::string::npos)
        << finding.message;
    EXPECT_NE(finding.evidence.find("\nlooked at 256 of 65536 addresses of mail.example.com"),
              std::string::npos);
}

TEST(SpfCheckVerdict, MissingRecord) {
    auto report = run("mail.example.com A 192.0.2.1",
                      {sender("mail.example.com", {"192.0.2.1", "2001:db8::/64"}),
                       sender("other.example.com", {"192.0.2.1"}, "relay.example.net")});
    EXPECT_EQ(only(report).code, "spf.missing");
    EXPECT_EQ(only(report).severity, Severity::warning);
    EXPECT_EQ(only(report).message, "SPF is missing: example.com has no SPF record");
    EXPECT_EQ(only(report).evidence, "no TXT record at example.com begins with v=spf1");
    EXPECT_EQ(only(report).remedy,
              "Publish example.com. IN TXT \"v=spf1 ip4:192.0.2.1 ip6:2001:db8::/64 "
              "include:relay.example.net ~all\"");
    EXPECT_EQ(sample(report, verdict_metric, {"example.com", "192.0.2.1"}), 2);
    report = run("", {sender("mail.example.com", {"192.0.2.1"})});
    EXPECT_EQ(only(report).message, "SPF is missing: example.com does not exist");
}

TEST(SpfCheckErrors, PermanentErrors) {
    struct Row {
        std::string zone;
        std::string message;
        std::string remedy;
    };
    const Row rows[] = {
        {"example.com TXT \"v=spf1 a:192.0.2.1/28 -all\"",
         "SPF of example.com cannot be interpreted: syntax error in the record of example.com: \"192.0.2.1\" "
         "is an address, "
         "not a domain (in \"a:192.0.2.1/28\")",
         "Correct \"a:192.0.2.1/28\". What works: example.com. IN TXT \"v=spf1 ip4:192.0.2.0/28 "
         "-all\""},
        {"example.com TXT \"v=spf1 ip4:192.0.2.1:25 moo -all\"",
         "SPF of example.com cannot be interpreted: syntax error in the record of example.com: "
         "\"192.0.2.1:25\" is not an IPv4 "
         "address (in \"ip4:192.0.2.1:25\")",
         "Correct \"ip4:192.0.2.1:25\". What works: example.com. IN TXT \"v=spf1 ip4:192.0.2.1 -all\""},
        {"example.com TXT \"v=spf1 a -all\"\nexample.com TXT \"v=spf1 include:x.example.net a ~all\"\n"
         "x.example.net TXT \"v=spf1 ip4:192.0.2.1 -all\"",
         "SPF of example.com cannot be interpreted: example.com has 2 SPF records",
         "Leave a single SPF record: example.com. IN TXT \"v=spf1 a include:x.example.net -all\""},
        {"example.com TXT \"v=spf1 include:gone.example.net -all\"",
         "SPF of example.com cannot be interpreted: include:gone.example.net in the record of example.com: "
         "gone.example.net "
         "does not exist",
         "Take the term that fails out of the record. Publish example.com. IN TXT \"v=spf1 ip4:192.0.2.1 "
         "-all\""},
    };
    for (const auto& row : rows) {
        const auto report = run(row.zone, {sender("mail.example.com", {"192.0.2.1"})});
        EXPECT_EQ(only(report).code, "spf.permerror");
        EXPECT_EQ(only(report).severity, Severity::critical);
        EXPECT_EQ(only(report).object, "");
        EXPECT_EQ(only(report).message, row.message);
        EXPECT_EQ(only(report).remedy, row.remedy);
        EXPECT_EQ(sample(report, verdict_metric, {"example.com", "192.0.2.1"}), 3);
    }
}

TEST(SpfCheckErrors, FaultBehindTheMatchIsAWarning) {
    const auto report = run("example.com TXT \"v=spf1 ip4:192.0.2.1 include:gone.example.net -all\"",
                            {sender("mail.example.com", {"192.0.2.1"})});
    EXPECT_EQ(summary(report), "spf.permerror() warning\n");
    EXPECT_EQ(sample(report, verdict_metric, {"example.com", "192.0.2.1"}), 0);
}

TEST(SpfCheckErrors, CouldNotTellIsUnknownAndHoldsTheRest) {
    for (const auto* zone :
         {"example.com TIMEOUT", "example.com SERVFAIL", "example.com REFUSED",
          "example.com TXT \"v=spf1 a:slow.example.com -all\"\nslow.example.com TIMEOUT"}) {
        const auto report = run(zone, {sender("mail.example.com", {"192.0.2.1"})});
        EXPECT_EQ(only(report).code, "spf.temperror");
        EXPECT_EQ(only(report).severity, Severity::unknown);
        EXPECT_EQ(sample(report, verdict_metric, {"example.com", "192.0.2.1"}), -1);
        EXPECT_TRUE(std::isnan(sample(report, lookups_metric, {"example.com"})));
        const bool holds_fail = std::any_of(report.holds.begin(), report.holds.end(), [](const Hold& hold) {
            return hold.code == "spf.fail" && hold.subject == "example.com" && hold.object.empty();
        });
        EXPECT_TRUE(holds_fail) << zone;
    }
    // Nothing of ours depends on the name that does not answer.
    const auto report =
        run("example.com TXT \"v=spf1 ip4:192.0.2.1 a:slow.example.com -all\"\nslow.example.com TIMEOUT",
            {sender("mail.example.com", {"192.0.2.1"})});
    EXPECT_EQ(summary(report), "");
    EXPECT_FALSE(report.holds.empty());
}

TEST(SpfCheckLookups, NearTheLimit) {
    const std::tuple<int, const char*> rows[] = {{8, ""},
                                                 {9, "spf.lookups() info\n"},
                                                 {10, "spf.lookups() warning\n"},
                                                 {11, "spf.lookups() warning\n"}};
    std::string zone;
    for (int i = 0; i < 12; ++i)
        zone += "x" + std::to_string(i) + ".example.com A 198.51.100.1\n";
    const auto names = [](int count) {
        std::string terms;
        for (int i = 0; i < count; ++i)
            terms += " a:x" + std::to_string(i) + ".example.com";
        return terms;
    };
    auto other = sender("other.example.net", {"198.51.100.1"});
    other.domains = {"example.net"};
    const std::vector<Sender> senders{sender("mail.example.com", {"192.0.2.1"}), other};
    for (const auto& [count, wanted] : rows) {
        const auto report =
            run(zone + "example.com TXT \"v=spf1 ip4:192.0.2.1" + names(count) + " -all\"", senders);
        EXPECT_EQ(summary(report), wanted);
        EXPECT_EQ(sample(report, lookups_metric, {"example.com"}), count);
        if (report.findings.empty()) continue;
        EXPECT_EQ(report.findings[0].message, "SPF of example.com needs " + std::to_string(count) +
                                                  " terms that query DNS; past 10 it is a permanent error");
        EXPECT_NE(report.findings[0].evidence.find("terms that query DNS: " + std::to_string(count) +
                                                   " of 10\n  a:x0.example.com  1\n"),
                  std::string::npos)
            << report.findings[0].evidence;
        EXPECT_EQ(report.findings[0].remedy,
                  "Put addresses in place of a and mx, and renew them when these change: example.com. IN TXT "
                  "\"v=spf1 ip4:192.0.2.1 ip4:198.51.100.1 -all\" needs 0.");
    }
    const auto report = run(zone + "example.com TXT \"v=spf1" + names(11) + " ip4:192.0.2.1 -all\"", senders);
    EXPECT_EQ(summary(report), "spf.permerror() critical\n");
    EXPECT_EQ(report.findings[0].remedy,
              "Put addresses in place of a and mx, and renew them when these change: example.com. IN TXT "
              "\"v=spf1 ip4:198.51.100.1 ip4:192.0.2.1 -all\" needs 0.");
}

// Scenario B.
TEST(SpfCheckFamily, NamesTheUncoveredFamily) {
    const std::string host =
        "www274.sakura.ne.jp A 59.106.171.84\nwww274.sakura.ne.jp AAAA 2001:e42:102:1614::84\n";
    auto both = sender("www274.sakura.ne.jp", {"59.106.171.84", "2001:e42:102:1614::84"});
    both.domains = {"ts.skr.jp"};
    auto report = run(host + "ts.skr.jp TXT \"v=spf1 ip4:59.106.171.84 -all\"", {both}, "ts.skr.jp");
    EXPECT_EQ(only(report).code, "spf.family");
    EXPECT_EQ(only(report).severity, Severity::critical);
    EXPECT_EQ(only(report).object, "www274.sakura.ne.jp");
    EXPECT_EQ(only(report).message,
              "SPF of ts.skr.jp covers www274.sakura.ne.jp over IPv4, but not over IPv6: "
              "2001:e42:102:1614::84 gets fail "
              "(matched -all in the record of ts.skr.jp)");
    EXPECT_EQ(only(report).remedy,
              "Publish ts.skr.jp. IN TXT \"v=spf1 ip4:59.106.171.84 ip6:2001:e42:102:1614::84 -all\"");
    EXPECT_EQ(sample(report, verdict_metric, {"ts.skr.jp", "2001:e42:102:1614::84"}), 3);

    report = run(host + "ts.skr.jp TXT \"v=spf1 ip6:2001:e42::/32 ~all\"", {both}, "ts.skr.jp");
    EXPECT_EQ(summary(report), "spf.family(www274.sakura.ne.jp) warning\n");
    EXPECT_NE(only(report).message.find("over IPv6, but not over IPv4: 59.106.171.84 gets softfail"),
              std::string::npos);

    report = run(host + "ts.skr.jp TXT \"v=spf1 a:www274.sakura.ne.jp -all\"", {both}, "ts.skr.jp");
    EXPECT_EQ(summary(report), "");
}

TEST(SpfCheckFamily, TheHostNameTellsTheOtherFamily) {
    const std::string host = "mail.example.com A 192.0.2.1\nmail.example.com AAAA 2001:db8::1\n";
    auto report = run(host + "example.com TXT \"v=spf1 ip4:192.0.2.1 -all\"",
                      {sender("mail.example.com", {"192.0.2.1"})});
    EXPECT_EQ(summary(report), "spf.family(mail.example.com) warning\n");
    EXPECT_NE(
        only(report).evidence.find("mail.example.com has an AAAA record, so that mail may leave from there"),
        std::string::npos);
    EXPECT_EQ(only(report).remedy,
              "Publish example.com. IN TXT \"v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 -all\"");
    report = run(host + "example.com TXT \"v=spf1 a:mail.example.com -all\"",
                 {sender("mail.example.com", {"192.0.2.1"})});
    EXPECT_EQ(summary(report), "");
    // What the configured address gets is told; the other family is not told beside it.
    report = run(host + "example.com TXT \"v=spf1 -all\"", {sender("mail.example.com", {"192.0.2.1"})});
    EXPECT_EQ(summary(report), "spf.fail(192.0.2.1) critical\n");
    report = run("mail.example.com TIMEOUT AAAA\nexample.com TXT \"v=spf1 ip4:192.0.2.1 -all\"",
                 {sender("mail.example.com", {"192.0.2.1"})});
    EXPECT_EQ(summary(report), "");
    ASSERT_EQ(report.holds.size(), 1U);
    EXPECT_EQ(report.holds[0].code, "spf.family");
}

// Scenario C.
TEST(SpfCheckRelay, IncludeOfTheRelayIsDemanded) {
    const std::string relay =
        "relay.mailchannels.net TXT \"v=spf1 ip4:23.83.208.0/20 -all\"\nexample.com A 150.95.55.137\n"
        "example.com MX 10 example.com\n";
    const auto via = sender("vps.example.com", {"23.83.218.24"}, "relay.mailchannels.net");
    auto report =
        run(relay + "example.com TXT \"v=spf1 +a +mx +ip4:150.95.55.137 +ip4:163.44.239.12 ~all\"", {via});
    EXPECT_EQ(summary(report),
              "spf.softfail(23.83.218.24) info\nspf.via_missing(relay.mailchannels.net) warning\n"
              "spf.stale_address(ip4:163.44.239.12) info\n");
    ASSERT_EQ(report.findings.size(), 3U);
    EXPECT_EQ(report.findings[1].message,
              "SPF of example.com does not include relay.mailchannels.net, through which vps.example.com "
              "sends: its mail gets "
              "softfail");
    EXPECT_EQ(
        report.findings[1].remedy,
        "Add include:relay.mailchannels.net. Publish example.com. IN TXT \"v=spf1 +a +mx +ip4:150.95.55.137 "
        "+ip4:163.44.239.12 include:relay.mailchannels.net ~all\"");
    report = run(relay + "example.com TXT \"v=spf1 a mx include:Relay.MailChannels.net ~all\"", {via});
    EXPECT_EQ(summary(report), "");
    // At any depth, and behind redirect.
    report = run(relay +
                     "_spf.example.com TXT \"v=spf1 include:relay.mailchannels.net -all\"\n"
                     "example.com TXT \"v=spf1 include:_spf.example.com ~all\"",
                 {via});
    EXPECT_EQ(summary(report), "");
    report = run(relay +
                     "_spf.example.com TXT \"v=spf1 include:relay.mailchannels.net -all\"\n"
                     "example.com TXT \"v=spf1 redirect=_spf.example.com\"",
                 {via});
    EXPECT_EQ(summary(report), "");
    report = run(relay + "example.com TXT \"v=spf1 a -all\"", {via});
    EXPECT_EQ(summary(report),
              "spf.fail(23.83.218.24) info\nspf.via_missing(relay.mailchannels.net) critical\n");
}

TEST(SpfCheckRemedy, TermsGoWhereTheyTakeEffect) {
    const std::tuple<const char*, const char*> rows[] = {
        {"v=spf1 a ~all", "v=spf1 a ip4:192.0.2.1 ~all"},
        {"v=spf1 a  -ALL exp=x.example.com", "v=spf1 a  ip4:192.0.2.1 -ALL exp=x.example.com"},
        {"v=spf1 redirect=_spf.example.com", "v=spf1 ip4:192.0.2.1 redirect=_spf.example.com"},
        {"v=spf1 a ", "v=spf1 a ip4:192.0.2.1"},
        {"v=spf1", "v=spf1 ip4:192.0.2.1"},
        {"v=spf1 +ip4:192.0.2.1/32 -all", "v=spf1 +ip4:192.0.2.1/32 -all"},
        {"v=spf1 moo", "v=spf1 moo"},
    };
    for (const auto& [record, wanted] : rows)
        EXPECT_EQ(with_terms(record, {"ip4:192.0.2.1"}), wanted);
}

TEST(SpfCheckRemedy, RepairsAndZoneLines) {
    EXPECT_EQ(repaired("v=spf1 moo.example=1 moo -all"), "v=spf1 moo.example=1 -all");
    EXPECT_EQ(repaired("v=spf1 mx:2001:db8::1 ~all"), "v=spf1 ip6:2001:db8::1 ~all");
    EXPECT_EQ(repaired("v=spf10"), "");
    EXPECT_EQ(merged({"v=spf1 redirect=a.example.com", "v=spf1 a mx"}), "v=spf1 a mx redirect=a.example.com");
    EXPECT_EQ(merged({"v=spf1 moo", "v=spf1 a"}), "");
    const auto line = zone_line("example.com", "v=spf1 " + std::string(300, 'x') + "\"\\");
    EXPECT_EQ(line, "example.com. IN TXT \"v=spf1 " + std::string(248, 'x') + "\" \"" + std::string(52, 'x') +
                        "\\\"\\\\\"");
}

TEST(SpfCheckSample, SpreadsOverEveryNetwork) {
    const auto sample_of = [](const std::vector<const char*>& texts, std::size_t limit) {
        std::vector<IpNetwork> networks;
        for (const auto* text : texts)
            networks.push_back(*IpNetwork::parse(text));
        return sample_addresses(networks, limit);
    };
    EXPECT_EQ(sample_of({"192.0.2.0/30", "192.0.2.2/32", "2001:db8::1"}, 256).size(), 5U);
    const auto large = sample_of({"10.0.0.0/8", "2001:db8::/32"}, 256);
    EXPECT_EQ(large.size(), 256U);
    EXPECT_EQ(large.front().ip.to_string(), "10.0.0.0");
    EXPECT_EQ(large[127].ip.to_string(), "10.255.255.255");
    EXPECT_EQ(large[128].ip.to_string(), "2001:db8::");
    EXPECT_EQ(large[128].network, 1U);
    EXPECT_EQ(sample_of({"192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"}, 2).size(), 2U);
    EXPECT_TRUE(sample_of({}, 256).empty());
}

}  // namespace
}  // namespace reputed::spf
