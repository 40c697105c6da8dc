#include "checks/identity/ptr_check.hpp"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "checks/net/resolver.hpp"
#include "tests/support/fake_resolver.hpp"

namespace reputed::identity {
namespace {

constexpr const char* own_ip = "116.58.168.33";
constexpr const char* own_v6 = "2001:db8:12:34::25";

Settings settings_for(std::string hostname, std::vector<std::string> domains = {"example.com"}) {
    Sender sender;
    sender.name = "office";
    sender.hostname = std::move(hostname);
    sender.networks = {IpNetwork::parse(own_ip).value(), IpNetwork::parse(own_v6).value()};
    sender.domains = std::move(domains);
    Settings settings;
    settings.senders = {sender};
    return settings;
}

Report run(test::FakeResolver& resolver, const Settings& settings, const std::string& ip = own_ip) {
    const ActiveLists lists;
    return ptr_check().run(ip, {resolver, settings, lists, std::chrono::system_clock::time_point(), {}});
}

// "CODE SEVERITY [OBJECT]" of every finding, sorted; each must be complete and about the IP.
std::vector<std::string> findings(const Report& report, const std::string& ip = own_ip) {
    std::vector<std::string> out;
    for (const auto& finding : report.findings) {
        EXPECT_EQ(finding.subject, ip);
        EXPECT_TRUE(finding.message.ends_with('.')) << finding.message;
        EXPECT_FALSE(finding.evidence.empty()) << finding.code;
        EXPECT_TRUE(finding.remedy.ends_with('.')) << finding.remedy;
        EXPECT_LE(finding.evidence.size(), 60'000U);
        out.push_back(finding.code + ' ' + std::string(to_string(finding.severity)) +
                      (finding.object.empty() ? "" : ' ' + finding.object));
    }
    std::sort(out.begin(), out.end());
    return out;
}

std::set<std::string> holds(const Report& report, const std::string& ip = own_ip) {
    std::set<std::string> out;
    for (const auto& hold : report.holds) {
        EXPECT_EQ(hold.subject, ip);
        EXPECT_FALSE(hold.code.empty());
        out.insert(hold.code + (hold.object.empty() ? "" : ' ' + hold.object));
    }
    return out;
}

double verdict(const Report& report) {
    for (const auto& sample : report.samples)
        if (sample.metric->name == "reputed_ptr_verdict") return sample.value;
    return -99;
}

const Finding& finding(const Report& report, std::string_view code) {
    const auto found = std::find_if(report.findings.begin(), report.findings.end(),
                                    [&](const Finding& one) { return one.code == code; });
    if (found == report.findings.end()) throw std::out_of_range(std::string(code));
    return *found;
}

using Texts = std::vector<std::string>;

constexpr const char* good_zone = R"(
33.168.58.116.in-addr.arpa PTR mail.example.com
mail.example.com A 116.58.168.33
)";

struct Scenario {
    const char* what;
    const char* hostname;
    const char* broken;
    Texts findings;
    double verdict;
    const char* mended;  // the zone after the remedy; nothing is found there
};

// Each state is found, and clears once DNS is mended.
TEST(PtrCheckScenarios, BrokenThenMended) {
    const Scenario scenarios[] = {
        {"missing",
         "mail.example.com",
         "mail.example.com A 116.58.168.33",
         {"ptr.missing critical"},
         3,
         good_zone},
        {"missing, name exists",
         "mail.example.com",
         "33.168.58.116.in-addr.arpa TXT x\nmail.example.com A 116.58.168.33",
         {"ptr.missing critical"},
         3,
         good_zone},
        {"missing behind a classless delegation",
         "mail.example.com",
         "33.168.58.116.in-addr.arpa CNAME 33.32-47.168.58.116.in-addr.arpa\nmail.example.com A "
         "116.58.168.33",
         {"ptr.missing critical"},
         3,
         "33.168.58.116.in-addr.arpa CNAME 33.32-47.168.58.116.in-addr.arpa\n"
         "33.32-47.168.58.116.in-addr.arpa PTR Mail.Example.COM.\nmail.example.com A 116.58.168.33"},
        {"missing, hostname not known", "", "", {"ptr.missing critical"}, 3, good_zone},
        {"name does not exist",
         "",
         "33.168.58.116.in-addr.arpa PTR mail.example.com",
         {"ptr.not_confirmed critical"},
         3,
         good_zone},
        {"name is elsewhere",
         "",
         "33.168.58.116.in-addr.arpa PTR mail.example.com\nmail.example.com A 116.58.168.34",
         {"ptr.not_confirmed critical"},
         3,
         good_zone},
        {"name has the other family only",
         "mail.example.com",
         "33.168.58.116.in-addr.arpa PTR mail.example.com\nmail.example.com AAAA 2001:db8::1",
         {"hostname.address_mismatch warning mail.example.com", "ptr.not_confirmed critical"},
         3,
         good_zone},
        {"two names, both good",
         "mail.example.com",
         "33.168.58.116.in-addr.arpa PTR mail.example.com\n33.168.58.116.in-addr.arpa PTR www.example.com\n"
         "mail.example.com A 116.58.168.33\nwww.example.com A 116.58.168.33",
         {"ptr.multiple info"},
         1,
         good_zone},
        {"two names, one stale",
         "mail.example.com",
         "33.168.58.116.in-addr.arpa PTR mail.example.com\n33.168.58.116.in-addr.arpa PTR old.example.com\n"
         "mail.example.com A 116.58.168.33",
         {"ptr.multiple warning"},
         2,
         good_zone},
        {"underscore",
         "",
         "33.168.58.116.in-addr.arpa PTR mail_1.example.com\nmail_1.example.com A 116.58.168.33",
         {"ptr.invalid_name warning"},
         2,
         good_zone},
        {"single label",
         "",
         "33.168.58.116.in-addr.arpa PTR localhost\nlocalhost A 116.58.168.33",
         {"ptr.invalid_name warning"},
         2,
         good_zone},
        {"not a DNS name",
         "",
         "33.168.58.116.in-addr.arpa PTR mail..example.com",
         {"ptr.invalid_name warning", "ptr.not_confirmed critical"},
         3,
         good_zone},
        {"other name than greeted with",
         "mail.example.com",
         "33.168.58.116.in-addr.arpa PTR www274.sakura.ne.jp\nwww274.sakura.ne.jp A 116.58.168.33\n"
         "mail.example.com A 116.58.168.33",
         {"ptr.hostname_mismatch warning mail.example.com"},
         2,
         good_zone},
        {"generic",
         "",
         "33.168.58.116.in-addr.arpa PTR 33.168.58.116.pool.example.net\n"
         "33.168.58.116.pool.example.net A 116.58.168.33",
         {"ptr.generic warning"},
         2,
         good_zone},
        {"hostname without address",
         "mx.example.com",
         "33.168.58.116.in-addr.arpa PTR mx.example.com\nmx.example.com TXT x",
         {"hostname.no_address warning mx.example.com", "ptr.not_confirmed critical"},
         3,
         "33.168.58.116.in-addr.arpa PTR mx.example.com\nmx.example.com A 116.58.168.33"},
        {"hostname elsewhere",
         "mx.example.com",
         "33.168.58.116.in-addr.arpa PTR mx.example.com\nmx.example.com A 116.58.168.34",
         {"hostname.address_mismatch warning mx.example.com", "ptr.not_confirmed critical"},
         3,
         "33.168.58.116.in-addr.arpa PTR mx.example.com\nmx.example.com A 116.58.168.34\n"
         "mx.example.com A 116.58.168.33"},
        {"scenario A, missing, plain order",
         "mail.example.com",
         "116.58.168.33.example.com PTR mail.example.com\nmail.example.com A 116.58.168.33",
         {"ptr.misplaced warning 116.58.168.33.example.com", "ptr.missing critical"},
         3,
         good_zone},
        {"scenario A, missing, reversed order",
         "mail.example.com",
         "33.168.58.116.example.com PTR mail.example.com\nmail.example.com A 116.58.168.33",
         {"ptr.misplaced warning 33.168.58.116.example.com", "ptr.missing critical"},
         3,
         good_zone},
        {"scenario A, foreign",
         "mail.example.com",
         "33.168.58.116.in-addr.arpa PTR p1234-ipngn100101osakakita.osaka.ocn.ne.jp\n"
         "p1234-ipngn100101osakakita.osaka.ocn.ne.jp A 116.58.168.33\n"
         "33.168.58.116.example.com PTR mail.example.com\nmail.example.com A 116.58.168.33",
         {"ptr.generic warning", "ptr.hostname_mismatch warning mail.example.com",
          "ptr.misplaced warning 33.168.58.116.example.com"},
         2,
         good_zone},
        {"zone file name without its dot",
         "mail.example.com",
         "33.168.58.116.in-addr.arpa.example.com PTR mail.example.com\nmail.example.com A 116.58.168.33",
         {"ptr.misplaced warning 33.168.58.116.in-addr.arpa.example.com", "ptr.missing critical"},
         3,
         good_zone},
    };
    for (const auto& scenario : scenarios) {
        SCOPED_TRACE(scenario.what);
        const Settings settings = settings_for(scenario.hostname);
        test::FakeResolver resolver(scenario.broken);
        const Report broken = run(resolver, settings);
        EXPECT_EQ(findings(broken), scenario.findings);
        EXPECT_EQ(holds(broken), std::set<std::string>());
        EXPECT_EQ(verdict(broken), scenario.verdict);

        test::FakeResolver mended_resolver(scenario.mended);
        const Report mended = run(mended_resolver, settings);
        EXPECT_EQ(findings(mended), Texts());
        EXPECT_EQ(holds(mended), std::set<std::string>());
        EXPECT_EQ(verdict(mended), 0);
    }
}

TEST(PtrCheckScenarios, Ipv6) {
    const std::string reverse = reverse_name(IpAddress::parse(own_v6).value());
    const Settings settings = settings_for("mail.example.com");
    struct Row {
        std::string zone;
        Texts findings;
    };
    const Row rows[] = {
        {reverse + " PTR mail.example.com\nmail.example.com AAAA 2001:db8:12:34::25", {}},
        {reverse +
             " PTR mail.example.com\nmail.example.com AAAA 2001:db8:12:34::25\nmail.example.com A 192.0.2.1",
         {}},
        {"mail.example.com AAAA 2001:db8:12:34::25", {"ptr.missing critical"}},
        {reverse + " PTR mail.example.com\nmail.example.com A 116.58.168.33",
         {"hostname.address_mismatch warning mail.example.com", "ptr.not_confirmed critical"}},
        {reversed(IpAddress::parse(own_v6).value()) + ".example.com PTR mail.example.com\n"
                                                      "mail.example.com AAAA 2001:db8:12:34::25",
         {"ptr.misplaced warning " + reversed(IpAddress::parse(own_v6).value()) + ".example.com",
          "ptr.missing critical"}},
        {reverse +
             " PTR 2001-db8-12-34--25.example.net\n2001-db8-12-34--25.example.net AAAA 2001:db8:12:34::25\n"
             "mail.example.com AAAA 2001:db8:12:34::25",
         {"ptr.generic warning", "ptr.hostname_mismatch warning mail.example.com"}},
    };
    for (const auto& row : rows) {
        test::FakeResolver resolver(row.zone);
        EXPECT_EQ(findings(run(resolver, settings, own_v6), own_v6), row.findings) << row.zone;
    }
}

TEST(PtrCheckUnknown, IsNeverMissing) {
    for (const std::string fault : {"SERVFAIL", "REFUSED", "TIMEOUT", "MALFORMED"}) {
        test::FakeResolver resolver("33.168.58.116.in-addr.arpa " + fault +
                                    "\nmail.example.com A 116.58.168.33");
        const Report report = run(resolver, settings_for("mail.example.com"));
        EXPECT_EQ(findings(report), Texts{"ptr.unknown unknown"}) << fault;
        EXPECT_EQ(holds(report), (std::set<std::string>{"ptr.missing", "ptr.not_confirmed", "ptr.multiple",
                                                        "ptr.invalid_name", "ptr.hostname_mismatch",
                                                        "ptr.generic", "ptr.misplaced"}));
        EXPECT_EQ(verdict(report), -1);
    }
}

TEST(PtrCheckUnknown, HoldsWhatHangsOnTheAnswer) {
    struct Row {
        const char* zone;
        Texts findings;
        std::set<std::string> holds;
        double verdict;
    };
    const Row rows[] = {
        {"33.168.58.116.in-addr.arpa PTR www.example.com\nwww.example.com TIMEOUT\nmail.example.com A "
         "116.58.168.33",
         {"ptr.hostname_mismatch warning mail.example.com", "ptr.unknown unknown"},
         {"ptr.not_confirmed"},
         2},
        {"33.168.58.116.in-addr.arpa PTR mail.example.com\nmail.example.com SERVFAIL",
         {"ptr.unknown unknown"},
         {"ptr.not_confirmed", "hostname.no_address mail.example.com",
          "hostname.address_mismatch mail.example.com"},
         -1},
        // The other family is not needed where this one is told.
        {"33.168.58.116.in-addr.arpa PTR mail.example.com\nmail.example.com A 116.58.168.33\n"
         "mail.example.com TIMEOUT AAAA",
         {},
         {},
         0},
        {"33.168.58.116.in-addr.arpa PTR www.example.com\nwww.example.com A 116.58.168.33\nmail.example.com "
         "TIMEOUT AAAA\n"
         "mail.example.com TXT x",
         {"ptr.hostname_mismatch warning mail.example.com", "ptr.unknown unknown"},
         {"hostname.no_address mail.example.com", "hostname.address_mismatch mail.example.com"},
         2},
        // One name is enough to confirm; whether the other is stale is open.
        {"33.168.58.116.in-addr.arpa PTR mail.example.com\n33.168.58.116.in-addr.arpa PTR www.example.com\n"
         "mail.example.com A 116.58.168.33\nwww.example.com TIMEOUT",
         {"ptr.unknown unknown"},
         {"ptr.multiple"},
         -1},
        {"mail.example.com A 116.58.168.33\n33.168.58.116.example.com TIMEOUT",
         {"ptr.missing critical", "ptr.unknown unknown"},
         {"ptr.misplaced"},
         3},
    };
    for (const auto& row : rows) {
        test::FakeResolver resolver(row.zone);
        const Report report = run(resolver, settings_for("mail.example.com"));
        EXPECT_EQ(findings(report), row.findings) << row.zone;
        EXPECT_EQ(holds(report), row.holds) << row.zone;
        EXPECT_EQ(verdict(report), row.verdict) << row.zone;
    }
}

TEST(PtrCheckUnknown, SubjectThatIsNoAddress) {
    test::FakeResolver resolver;
    const Report report = run(resolver, settings_for(""), "example.com");
    EXPECT_EQ(report.verdict(), Severity::unknown);
    EXPECT_TRUE(resolver.asked().empty());
}

TEST(PtrCheckText, SaysWhatIsWrongAndWhatToDo) {
    test::FakeResolver resolver(
        "33.168.58.116.example.com PTR mail.example.com\nmail.example.com A 116.58.168.33");
    const Report report = run(resolver, settings_for("mail.example.com"));
    const Finding& missing = finding(report, "ptr.missing");
    EXPECT_EQ(missing.message, "116.58.168.33 has no PTR record, so many receivers refuse its mail.");
    EXPECT_EQ(missing.evidence, "33.168.58.116.in-addr.arpa PTR: nxdomain");
    EXPECT_EQ(
        missing.remedy,
        "Have the owner of the address block, usually the provider, set the PTR record of 116.58.168.33 to "
        "mail.example.com, and give that name the address.");
    const Finding& misplaced = finding(report, "ptr.misplaced");
    EXPECT_EQ(misplaced.message,
              "The record 33.168.58.116.example.com PTR mail.example.com was meant to be the PTR record of "
              "116.58.168.33, but receivers ask 33.168.58.116.in-addr.arpa.");
    EXPECT_EQ(misplaced.evidence,
              "33.168.58.116.example.com PTR mail.example.com; 33.168.58.116.in-addr.arpa PTR: nxdomain");
    EXPECT_EQ(
        misplaced.remedy,
        "Only the owner of the address block, usually the provider, can set 33.168.58.116.in-addr.arpa: ask "
        "there for mail.example.com, and delete the record in your own zone.");
}

TEST(PtrCheckText, ShowsEveryRecordOfTheEvidence) {
    test::FakeResolver resolver(
        "33.168.58.116.in-addr.arpa PTR b.example.com\n33.168.58.116.in-addr.arpa PTR a.example.com\n"
        "a.example.com A 192.0.2.2\na.example.com A 192.0.2.1\n");
    const Report report = run(resolver, settings_for(""));
    EXPECT_EQ(finding(report, "ptr.not_confirmed").evidence,
              "33.168.58.116.in-addr.arpa PTR a.example.com, b.example.com; "
              "a.example.com A 192.0.2.1, 192.0.2.2; b.example.com A: nxdomain");
    EXPECT_EQ(finding(report, "ptr.not_confirmed").message,
              "None of the 2 PTR names of 116.58.168.33 resolves back to it, so receivers take the name for "
              "forged and many refuse the mail.");
}

TEST(PtrCheckText, NamesTheOneThatDoesNotResolve) {
    test::FakeResolver resolver("33.168.58.116.in-addr.arpa PTR a.example.com");
    EXPECT_EQ(finding(run(resolver, settings_for("")), "ptr.not_confirmed").message,
              "The PTR name of 116.58.168.33, a.example.com, does not resolve back to it, so receivers take "
              "the name for "
              "forged and many refuse the mail.");
}

TEST(PtrCheckText, UnknownListsEachQuestionOnce) {
    test::FakeResolver resolver("33.168.58.116.in-addr.arpa PTR mail.example.com\nmail.example.com SERVFAIL");
    const Report report = run(resolver, settings_for("mail.example.com"));
    EXPECT_EQ(finding(report, "ptr.unknown").evidence,
              "mail.example.com A: servfail; mail.example.com AAAA: servfail");
    EXPECT_EQ(resolver.asked().size(), 3U);
}

// Wish 8 of the field: several records, in whatever order, are one picture.
TEST(PtrCheckSeveralRecords, OrderDoesNotMatter) {
    Texts lines;
    for (const auto* name : {"c.example.com", "mail.example.com", "a.dsl.example.net"}) {
        lines.push_back(std::string("33.168.58.116.in-addr.arpa PTR ") + name);
        lines.push_back(std::string(name) + " A 192.0.2.7");
        lines.push_back(std::string(name) + " A 116.58.168.33");
    }
    std::sort(lines.begin(), lines.end());
    const Settings settings = settings_for("mail.example.com");
    std::set<Texts> seen;
    for (int turn = 0; turn < 9; ++turn) {
        std::rotate(lines.begin(), lines.begin() + 1, lines.end());
        std::string zone;
        for (const auto& line : lines)
            zone += line + '\n';
        test::FakeResolver resolver(zone);
        Texts texts;
        for (const auto& one : run(resolver, settings).findings)
            texts.push_back(one.code + one.message + one.evidence + one.remedy);
        seen.insert(texts);
    }
    EXPECT_EQ(seen.size(), 1U);
}

TEST(PtrCheckSeveralRecords, BoundsWhatItAsksAndShows) {
    std::string zone;
    for (int i = 100; i < 400; ++i)
        zone += "33.168.58.116.in-addr.arpa PTR n" + std::to_string(i) + ".example.com\n";
    zone += "33.168.58.116.in-addr.arpa PTR zz.example.com\nzz.example.com A 116.58.168.33\n";
    {
        test::FakeResolver resolver(zone);
        const Report report = run(resolver, settings_for(""));
        EXPECT_EQ(findings(report), (Texts{"ptr.multiple warning", "ptr.not_confirmed warning"}));
        EXPECT_EQ(resolver.asked().size(), 11U);
        const auto& evidence = finding(report, "ptr.multiple").evidence;
        EXPECT_NE(evidence.find(", n199.example.com and 201 more; n100.example.com A: nxdomain"),
                  std::string::npos)
            << evidence;
    }
    {
        test::FakeResolver resolver(zone);
        EXPECT_EQ(findings(run(resolver, settings_for("zz.example.com"))), Texts{"ptr.multiple warning"});
    }
    {
        Texts domains;
        for (int i = 0; i < 1000; ++i)
            domains.push_back("d" + std::to_string(i) + ".example");
        test::FakeResolver resolver;
        run(resolver, settings_for("", domains));
        EXPECT_EQ(resolver.asked().size(), 1U + 8 * 3);
    }
}

TEST(PtrCheckGeneric, OwnNamesMayHoldWordsButNotTheAddress) {
    const std::pair<const char*, bool> rows[] = {
        {"pool-7.example.com", false},       {"host-168-33.example.com", false},
        {"116-58-168-33.example.com", true}, {"pool-7.example.net", true},
        {"host-168-33.example.net", true},
    };
    for (const auto& [name, generic] : rows) {
        test::FakeResolver resolver(std::string("33.168.58.116.in-addr.arpa PTR ") + name + '\n' + name +
                                    " A 116.58.168.33");
        EXPECT_EQ(findings(run(resolver, settings_for(""))), generic ? Texts{"ptr.generic warning"} : Texts{})
            << name;
    }
}

TEST(PtrCheckJobs, OneAnIp) {
    Settings settings = settings_for("mail.example.com");
    settings.senders[0].networks.push_back(IpNetwork::parse("192.0.2.0/30").value());
    settings.senders.push_back(settings.senders[0]);
    settings.checks.ptr = std::chrono::seconds(77);
    const Check check = ptr_check();
    EXPECT_EQ(check.subjects(settings, {}),
              (Texts{own_ip, "192.0.2.0", "192.0.2.1", "192.0.2.2", "192.0.2.3", own_v6}));
    EXPECT_EQ(check.interval(settings, {}, own_ip), std::chrono::seconds(77));
}

TEST(PtrCheckJobs, SeveralSendersShareAnIp) {
    Settings settings = settings_for("mail.example.com");
    settings.senders.push_back(settings.senders[0]);
    settings.senders[1].name = "shop";
    settings.senders[1].hostname = "MX.Example.org.";
    test::FakeResolver resolver(
        "33.168.58.116.in-addr.arpa PTR mx.example.org\nmx.example.org A 116.58.168.33\nmail.example.com A "
        "116.58.168.33");
    const Report report = run(resolver, settings);
    EXPECT_EQ(findings(report), Texts());
}

TEST(PtrCheckJobs, DeclaresWhatItFills) {
    test::FakeResolver resolver(good_zone);
    const Check check = ptr_check();
    for (const auto& sample : run(resolver, settings_for("mail.example.com")).samples) {
        EXPECT_NE(std::find(check.metrics.begin(), check.metrics.end(), sample.metric), check.metrics.end());
        EXPECT_EQ(sample.values.size(), sample.metric->labels.size());
    }
}

}  // namespace
}  // namespace reputed::identity
