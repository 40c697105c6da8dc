#include <cmath>

#include <gtest/gtest.h>

#include "checks/dnsbl/dnsbl_check.hpp"
#include "tests/support/scripted_list.hpp"

// What users of such tools asked for, each test named after the wish.
namespace reputed::dnsbl {
namespace {

using test::addresses;
using test::outcome;
using test::ScriptedList;

const char* const sender = "203.0.113.9";

List list_of(const std::string& name) {
    const List* found = Catalogue::builtin().find(name);
    List list = found == nullptr ? generic_list(name) : test::with_key(*found);
    list.queries_per_second = 0;  // a test does not wait
    return list;
}

// One round of one list about the addresses, as the daemon runs it.
Report round_of(const ScriptedList& script, const std::vector<std::string>& texts = {sender}) {
    test::FakeResolver resolver("localhost A 127.0.0.1");
    script.serve_on(resolver);
    Settings settings;
    Sender one;
    one.name = "mail";
    for (const auto& text : texts)
        one.networks.push_back(IpNetwork::parse(text).value());
    settings.senders = {one};
    ActiveLists lists;
    lists.lists = {script.list};
    const Services services{resolver, settings, lists, std::chrono::system_clock::time_point{}, {}};
    return dnsbl_check().run(script.list.name, services);
}

ScriptedList about_sender(const std::string& list, const Answer& answer) {
    return {.list = list_of(list), .targets = {{"9.113.0.203", answer}}};
}

ScriptedList saying(const std::string& list, const Answer& answer) {
    return {.list = list_of(list),
            .listed_points = answer,
            .clean_points = answer,
            .others = answer,
            .zone_ns = answer};
}

bool has(const Report& report, const std::string& code) {
    for (const auto& finding : report.findings)
        if (finding.code == code) return true;
    return false;
}

// The value of the series of this metric about the address; nullopt when there is none.
std::optional<double> value_of(const Report& report, std::string_view metric,
                               const std::string& first = sender) {
    for (const auto& sample : report.samples)
        if (sample.metric->name == metric && sample.values.front() == first) return sample.value;
    return {};
}

// The round has no say: no listing, no "not listed" either.
void expect_no_verdict(const Report& report, const std::string& what) {
    EXPECT_FALSE(has(report, "dnsbl.listed")) << what;
    const auto listed = value_of(report, "reputed_listed");
    EXPECT_TRUE(!listed || std::isnan(*listed)) << what;
    EXPECT_FALSE(report.holds.empty()) << what << ": an open listing would be cleared";
}

TEST(Wishes, RefusalCodesAreNeverListings) {
    for (const auto* list : {"zen.spamhaus.org", "bl.spamcop.net", "dnsbl-1.uceprotect.net", "own.example"}) {
        for (const auto* code : {"127.255.255.252", "127.255.255.254", "127.255.255.255", "127.255.255.1"}) {
            expect_no_verdict(round_of(saying(list, addresses({code}))), std::string(list) + ' ' + code);
            expect_no_verdict(round_of(about_sender(list, addresses({code}))),
                              std::string(list) + ' ' + code);
        }
    }
}

TEST(Wishes, ADnsErrorNeverTurnsTheGaugeToListed) {
    for (const auto failure : {Outcome::servfail, Outcome::refused, Outcome::timeout, Outcome::malformed}) {
        const std::string what(to_string(failure));
        expect_no_verdict(round_of(about_sender("zen.spamhaus.org", outcome(failure))), what);
        expect_no_verdict(round_of(saying("zen.spamhaus.org", outcome(failure))), what + " for all");
    }
}

TEST(Wishes, AWildcardedListBlacklistsNobody) {
    for (const auto* list : {"zen.spamhaus.org", "bl.blocklist.de", "own.example"}) {
        for (const auto* address : {"127.0.0.2", "127.0.0.4", "192.0.2.80"}) {
            const auto report = round_of(saying(list, addresses({address})));
            expect_no_verdict(report, std::string(list) + ' ' + address);
            EXPECT_TRUE(has(report, "dnsbl.list_broken")) << list << ' ' << address;
        }
    }
}

TEST(Wishes, AListThatDoesNotExistIsNotOk) {
    for (const auto* list : {"own.example", "bl.blocklist.de", "zen.spamhaus.org"}) {
        const auto report = round_of(saying(list, outcome(Outcome::nxdomain)));
        expect_no_verdict(report, list);
        EXPECT_TRUE(has(report, "dnsbl.list_broken")) << list;
        EXPECT_GT(report.verdict(), Severity::ok) << list;
    }
}

TEST(Wishes, DeadListsAreRefusedByName) {
    const auto& catalogue = Catalogue::builtin();
    for (const auto* zone : {"dnsbl.sorbs.net", "bl.spamcannibal.org", "dnsbl.njabl.org", "list.dsbl.org"}) {
        const auto* dead = catalogue.find_dead(zone);
        ASSERT_NE(dead, nullptr) << zone;
        EXPECT_FALSE(dead->since.empty()) << zone;
        EXPECT_FALSE(dead->reason.empty()) << zone;
    }
    Problems problems;
    parse_settings("[dnsbl]\ninclude = [\"dnsbl.sorbs.net\"]\n", "f", problems);
    ASSERT_EQ(problems.size(), 1U);
    EXPECT_NE(problems[0].message.find("\"dnsbl.sorbs.net\" is dead since"), std::string::npos)
        << problems[0].message;
    const auto active = active_lists(DnsblSettings{}, catalogue);
    EXPECT_GT(active.lists.size(), 20U);
    for (const auto& list : active.lists)
        EXPECT_EQ(catalogue.find_dead(list.name), nullptr) << list.name << " is dead and would be asked";
}

TEST(Wishes, Ipv6IsChecked) {
    const std::string six = "2001:db8:9::9";
    auto script = ScriptedList{.list = list_of("zen.spamhaus.org")};
    script.targets[reversed(IpAddress::parse(six).value())] = addresses({"127.0.0.4"});
    const auto report = round_of(script, {sender, six});
    ASSERT_EQ(report.findings.size(), 1U);
    EXPECT_EQ(report.findings[0].code, "dnsbl.listed");
    EXPECT_EQ(report.findings[0].subject, six);
    EXPECT_EQ(value_of(report, "reputed_listed", six), 1.0);
    EXPECT_EQ(value_of(report, "reputed_listed", sender), 0.0);
}

TEST(Wishes, TheReasonIsGivenButNeverALabel) {
    const std::string reason = "Spam received, see https://bl.example/?203.0.113.9";
    auto script = about_sender("bl.spamcop.net", addresses({"127.0.0.2"}));
    script.reasons["9.113.0.203"] = test::text(reason);
    const auto report = round_of(script);
    ASSERT_EQ(report.findings.size(), 1U);
    EXPECT_NE(report.findings[0].evidence.find(reason), std::string::npos) << report.findings[0].evidence;
    for (const auto& sample : report.samples)
        for (const auto& label : sample.values)
            EXPECT_EQ(label.find("Spam"), std::string::npos) << label;
    EXPECT_EQ(report.findings[0].subject + report.findings[0].object, "203.0.113.9bl.spamcop.net");
}

TEST(Wishes, SeveralRecordsAreOneAnswer) {
    const std::vector<std::vector<std::string>> orders = {
        {"127.0.0.10", "127.0.0.4", "127.0.0.2"},
        {"127.0.0.2", "127.0.0.4", "127.0.0.10"},
        {"127.0.0.4", "127.0.0.10", "127.0.0.2"},
    };
    std::optional<Finding> first;
    for (const auto& order : orders) {
        const auto report = round_of(about_sender("zen.spamhaus.org", addresses(order)));
        ASSERT_EQ(report.findings.size(), 1U);
        const auto& finding = report.findings[0];
        if (!first) first = finding;
        EXPECT_EQ(finding.message, first->message);
        EXPECT_EQ(finding.evidence, first->evidence);
        EXPECT_EQ(to_string(finding.severity), "critical");
        for (const auto* list : {"SBL", "XBL", "PBL"})
            EXPECT_NE(finding.message.find(list), std::string::npos) << finding.message;
        EXPECT_EQ(value_of(report, "reputed_listed"), 1.0);
    }
}

}  // namespace
}  // namespace reputed::dnsbl
