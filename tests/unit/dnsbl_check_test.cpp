#include "checks/dnsbl/dnsbl_check.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include <gtest/gtest.h>

#include "tests/support/scripted_list.hpp"

namespace reputed::dnsbl {
namespace {

using test::addresses;
using test::FakeResolver;
using test::outcome;
using test::ScriptedList;
using namespace std::chrono_literals;

const auto now = std::chrono::system_clock::time_point(1'700'000'000s);
const double now_seconds = 1'700'000'000;

const Answer listed = addresses({"127.0.0.2"});

List list_named(const std::string& name, ListKind kind = ListKind::ip_blocklist) {
    List list;
    list.zone = list.name = name;
    list.kind = kind;
    list.weight = 60;
    list.operator_name = "The Operator";
    list.website = "https://site.example/";
    list.lookup = "https://site.example/?q={ip}";
    list.codes = {{CodePattern::parse("127.0.0.2").value(), "spam source", Severity::critical, false, {}},
                  {CodePattern::parse("127.0.0.3").value(), "policy", Severity::warning, false, {}}};
    list.errors = {{CodePattern::parse("127.255.255.255").value(), "over quota", ErrorCause::quota},
                   {CodePattern::parse("127.255.255.250").value(), "key disabled", ErrorCause::key}};
    list.test_listed = {is_domain_list(kind) ? "listed.test" : "127.0.0.2"};
    list.test_clean = {is_domain_list(kind) ? "clean.test" : "127.0.0.1"};
    return list;
}

ScriptedList saying(const List& list, const Answer& answer) {
    return {
        .list = list, .listed_points = answer, .clean_points = answer, .others = answer, .zone_ns = answer};
}

Settings settings_of(const std::vector<std::string>& networks, const std::string& hostname = "",
                     const std::vector<std::string>& domains = {}) {
    Sender sender;
    sender.name = "mail";
    sender.hostname = hostname;
    sender.domains = domains;
    for (const auto& network : networks)
        sender.networks.push_back(IpNetwork::parse(network).value());
    Settings settings;
    settings.senders = {sender};
    return settings;
}

struct Run {
    Report report;
    std::vector<std::string> asked;
};

Run run(const ScriptedList& script, const Settings& settings,
        const std::string& zone = "localhost A 127.0.0.1") {
    FakeResolver resolver(zone);
    script.serve_on(resolver);
    ActiveLists lists;
    lists.lists = {script.list};
    const Services services{resolver, settings, lists, now, {}};
    auto report = dnsbl_check().run(script.list.name, services);
    return {std::move(report), resolver.asked()};
}

// "METRIC{LABEL,LABEL}" -> value
std::map<std::string, double> samples(const Report& report) {
    std::map<std::string, double> out;
    for (const auto& sample : report.samples) {
        std::string name(sample.metric->name);
        EXPECT_EQ(sample.metric->labels.size(), sample.values.size()) << name;
        name += '{';
        for (const auto& value : sample.values)
            name += (name.back() == '{' ? "" : ",") + value;
        EXPECT_TRUE(out.emplace(name + '}', sample.value).second) << name << ": twice";
    }
    return out;
}

std::vector<std::string> codes(const Report& report) {
    std::vector<std::string> out;
    for (const auto& finding : report.findings)
        out.push_back(finding.code);
    return out;
}

std::vector<std::string> holds(const Report& report) {
    std::vector<std::string> out;
    for (const auto& hold : report.holds)
        out.push_back(hold.code + ' ' + hold.subject + ' ' + hold.object);
    return out;
}

using Words = std::vector<std::string>;

TEST(DnsblCheckHealth, AListThatBreaksDuringTheRoundListsNobody) {
    FakeResolver resolver("localhost A 127.0.0.1");
    const ScriptedList script{.list = list_named("bl.example")};
    bool wildcard = false;
    resolver.answer_below("bl.example", [&](const Question& question) {
        wildcard = wildcard || question.name.find(".100.51.198.") != std::string::npos;
        return wildcard ? listed : script.answer(question);
    });
    const auto settings = settings_of({"198.51.100.0/30"});
    ActiveLists lists;
    lists.lists = {script.list};
    const auto report = dnsbl_check().run("bl.example", {resolver, settings, lists, now, {}});
    EXPECT_EQ(codes(report), Words{"dnsbl.list_broken"});
    EXPECT_EQ(holds(report), Words{"  bl.example"});
    EXPECT_TRUE(std::isnan(samples(report).at("reputed_listed{198.51.100.0,bl.example}")));
}

TEST(DnsblCheckFindings, AListing) {
    ScriptedList script{.list = list_named("bl.example"), .targets = {{"1.100.51.198", listed}}};
    script.targets["1.100.51.198"] = addresses({"127.0.0.3", "127.0.0.2"});
    script.reasons["1.100.51.198"] = test::text("seen at 09:14");
    const auto [report, asked] = run(script, settings_of({"198.51.100.0/30"}));
    ASSERT_EQ(codes(report), Words{"dnsbl.listed"});
    const auto& finding = report.findings[0];
    EXPECT_EQ(finding.subject, "198.51.100.1");
    EXPECT_EQ(finding.object, "bl.example");
    EXPECT_EQ(to_string(finding.severity), "critical");
    EXPECT_EQ(finding.message, "198.51.100.1 is listed on bl.example: spam source; policy");
    EXPECT_EQ(finding.evidence, "1.100.51.198.bl.example A 127.0.0.2, 127.0.0.3; TXT \"seen at 09:14\"");
    EXPECT_EQ(finding.remedy,
              "Find and stop the cause first, then ask The Operator for removal at the link.");
    EXPECT_EQ(finding.link, "https://site.example/?q=198.51.100.1");
    EXPECT_TRUE(report.holds.empty());
    EXPECT_EQ(to_string(report.verdict()), "critical");
}

TEST(DnsblCheckSamples, OfAHealthyList) {
    ScriptedList script{.list = list_named("bl.example"),
                        .targets = {{"1.100.51.198", listed}, {"2.100.51.198", outcome(Outcome::timeout)}}};
    const auto got = samples(run(script, settings_of({"198.51.100.0/30"})).report);
    EXPECT_EQ(got.at("reputed_listed{198.51.100.0,bl.example}"), 0);
    EXPECT_EQ(got.at("reputed_listed{198.51.100.1,bl.example}"), 1);
    EXPECT_TRUE(std::isnan(got.at("reputed_listed{198.51.100.2,bl.example}")));
    EXPECT_EQ(got.at("reputed_dnsbl_last_answer_timestamp_seconds{198.51.100.1,bl.example}"), now_seconds);
    EXPECT_TRUE(std::isnan(got.at("reputed_dnsbl_last_answer_timestamp_seconds{198.51.100.2,bl.example}")));
    EXPECT_EQ(got.at("reputed_dnsbl_targets{bl.example,clean}"), 2);
    EXPECT_EQ(got.at("reputed_dnsbl_targets{bl.example,listed}"), 1);
    EXPECT_EQ(got.at("reputed_dnsbl_targets{bl.example,timeout}"), 1);
    EXPECT_EQ(got.at("reputed_dnsbl_targets{bl.example,broken}"), 0);
    EXPECT_EQ(got.at("reputed_list_health{bl.example,usable}"), 1);
    EXPECT_EQ(got.at("reputed_list_health{bl.example,broken}"), 0);
    EXPECT_EQ(got.size(), 4 + 4 + state_count + 5);
}

TEST(DnsblCheckSamples, FamiliesByKindOfList) {
    List score = list_named("score.example", ListKind::ip_score);
    score.codes = {};
    score.score_octet = 4;
    const auto settings = settings_of({"198.51.100.1", "198.51.100.2"}, "mail.example.com", {"example.com"});
    struct Row {
        List list;
        std::map<std::string, Answer> targets;
        std::map<std::string, double> wanted;
        Words unwanted;
    };
    const Row rows[] = {
        {list_named("white.example", ListKind::ip_allowlist),
         {{"1.100.51.198", listed}},
         {{"reputed_allowed{198.51.100.1,white.example}", 1},
          {"reputed_allowed{198.51.100.2,white.example}", 0}},
         {"reputed_listed{198.51.100.1,white.example}"}},
        {score,
         {{"1.100.51.198", addresses({"127.0.0.93"})}},
         {{"reputed_score{198.51.100.1,score.example}", 93},
          {"reputed_dnsbl_last_answer_timestamp_seconds{198.51.100.2,score.example}", now_seconds}},
         {"reputed_score{198.51.100.2,score.example}", "reputed_listed{198.51.100.1,score.example}"}},
        {list_named("dbl.example", ListKind::domain_blocklist),
         {{"example.com", listed}},
         {{"reputed_domain_listed{example.com,dbl.example}", 1},
          {"reputed_domain_listed{mail.example.com,dbl.example}", 0},
          {"reputed_dnsbl_domain_last_answer_timestamp_seconds{example.com,dbl.example}", now_seconds}},
         {"reputed_listed{198.51.100.1,dbl.example}"}},
        {list_named("dwl.example", ListKind::domain_allowlist),
         {{"example.com", listed}},
         {{"reputed_domain_allowed{example.com,dwl.example}", 1}},
         {"reputed_domain_listed{example.com,dwl.example}"}},
    };
    for (const auto& row : rows) {
        const auto [report, asked] = run({.list = row.list, .targets = row.targets}, settings);
        const auto got = samples(report);
        for (const auto& [name, value] : row.wanted) {
            ASSERT_TRUE(got.contains(name)) << name;
            EXPECT_EQ(got.at(name), value) << name;
        }
        for (const auto& name : row.unwanted)
            EXPECT_FALSE(got.contains(name)) << name;
        const bool blocklist = row.list.kind == ListKind::domain_blocklist;
        EXPECT_EQ(codes(report), blocklist ? Words{"dnsbl.listed"} : Words{}) << row.list.name;
    }
}

TEST(DnsblCheckHealth, EachTroubleIsOneFinding) {
    struct Row {
        const char* what;
        Answer answer;
        int weight;
        std::string code, subject, severity, message;
    };
    const Row rows[] = {
        {"refused resolver", addresses({"127.255.255.254"}), 60, "dns.resolver_refused", "resolver",
         "warning",
         "Lists refuse to answer the DNS resolver that this agent asks; what they say about you is unknown"},
        {"REFUSED", outcome(Outcome::refused), 60, "dns.resolver_refused", "resolver", "warning",
         "Lists refuse to answer the DNS resolver that this agent asks; what they say about you is unknown"},
        {"quota", addresses({"127.255.255.255"}), 60, "dnsbl.list_refused", "bl.example", "warning",
         "bl.example refuses to answer: too many questions"},
        {"quota of a light list", addresses({"127.255.255.255"}), 10, "dnsbl.list_refused", "bl.example",
         "info", "bl.example refuses to answer: too many questions"},
        {"key", addresses({"127.255.255.250"}), 10, "dnsbl.list_refused", "bl.example", "warning",
         "bl.example does not accept the key"},
        {"wildcard", listed, 60, "dnsbl.list_broken", "bl.example", "unknown",
         "bl.example does not work and is not believed: lists everything: the zone has a wildcard, as "
         "abandoned lists have"},
        {"wildcard of a light list", listed, 10, "dnsbl.list_broken", "bl.example", "info",
         "bl.example does not work and is not believed: lists everything: the zone has a wildcard, as "
         "abandoned lists have"},
        {"silent", outcome(Outcome::timeout), 60, "dnsbl.list_silent", "bl.example", "unknown",
         "bl.example cannot be asked: no answer within the time limit"},
        {"servfail", outcome(Outcome::servfail), 60, "dnsbl.list_silent", "bl.example", "unknown",
         "bl.example cannot be asked: the resolver answered SERVFAIL: it cannot reach the list's servers"},
    };
    for (const auto& row : rows) {
        List list = list_named("bl.example");
        list.weight = row.weight;
        const auto [report, asked] = run(saying(list, row.answer), settings_of({"198.51.100.0/29"}));
        ASSERT_EQ(codes(report), Words{row.code}) << row.what;
        EXPECT_EQ(report.findings[0].subject, row.subject) << row.what;
        EXPECT_EQ(report.findings[0].object, "") << row.what;
        EXPECT_EQ(to_string(report.findings[0].severity), row.severity) << row.what;
        EXPECT_EQ(report.findings[0].message, row.message) << row.what;
        EXPECT_FALSE(report.findings[0].remedy.empty()) << row.what;
        EXPECT_EQ(holds(report), Words{"  bl.example"}) << row.what;
        for (const auto& [name, value] : samples(report))
            EXPECT_TRUE(!name.starts_with("reputed_listed{") || std::isnan(value)) << row.what << ' ' << name;
    }
}

TEST(DnsblCheckHealth, OnlyAListThatCannotBeAskedMayBeTheResolversFault) {
    const auto settings = settings_of({"198.51.100.1"});
    const auto silent = run(saying(list_named("bl.example"), outcome(Outcome::timeout)), settings).report;
    EXPECT_TRUE(silent.findings.at(0).could_not_tell);
    const auto broken = run(saying(list_named("bl.example"), addresses({"127.0.0.2"})), settings).report;
    ASSERT_EQ(codes(broken), Words{"dnsbl.list_broken"});
    EXPECT_FALSE(broken.findings[0].could_not_tell);
}

TEST(DnsblCheckHolds, WhatCouldNotBeTold) {
    ScriptedList script{.list = list_named("bl.example"),
                        .targets = {{"1.100.51.198", outcome(Outcome::servfail)},
                                    {"2.100.51.198", addresses({"127.0.0.77"})},
                                    {"3.100.51.198", listed}}};
    const auto [report, asked] = run(script, settings_of({"198.51.100.0/30"}));
    EXPECT_EQ(codes(report), (Words{"dnsbl.unknown_code", "dnsbl.listed"}));
    EXPECT_EQ(to_string(report.findings[0].severity), "info");
    EXPECT_EQ(
        report.findings[0].message,
        "bl.example answered 127.0.0.77 about 198.51.100.2, a code that it does not document; this is not "
        "taken for a listing");
    EXPECT_EQ(holds(report), (Words{" 198.51.100.1 bl.example", " 198.51.100.2 bl.example"}));
}

TEST(DnsblCheckHolds, NothingForAListThatIsAskedNothing) {
    List six = list_named("six.example");
    six.ipv4 = false;
    six.ipv6 = true;
    six.test_listed = six.test_clean = {};
    const auto [report, asked] = run({.list = six}, settings_of({"198.51.100.1"}));
    EXPECT_TRUE(report.findings.empty());
    EXPECT_TRUE(report.holds.empty()) << "a listing of an address that is gone would stay open for ever";
}

TEST(DnsblCheckDomains, AreKnownFromTheSettings) {
    const auto settings = settings_of({}, "mail.sub.example.co.uk", {"news.example.com", "example.com"});
    EXPECT_EQ(known_domains(settings),
              (Words{"news.example.com", "example.com", "mail.sub.example.co.uk", "example.co.uk"}));
    EXPECT_TRUE(known_domains(settings_of({"198.51.100.1"})).empty());
}

TEST(DnsblCheckDomains, PtrNamesAreAskedToo) {
    const ScriptedList script{.list = list_named("dbl.example", ListKind::domain_blocklist),
                              .targets = {{"host9.isp.example", listed}}};
    const auto settings = settings_of({"198.51.100.9"}, "mail.example.com");
    const auto [report, asked] = run(script, settings, "9.100.51.198.in-addr.arpa PTR Host9.ISP.example.");
    ASSERT_EQ(codes(report), Words{"dnsbl.listed"});
    EXPECT_EQ(report.findings[0].subject, "host9.isp.example");
    EXPECT_EQ(report.findings[0].evidence, "host9.isp.example.dbl.example A 127.0.0.2");
    EXPECT_TRUE(report.holds.empty());
}

TEST(DnsblCheckDomains, SeveralPtrNamesInAnyOrder) {
    const ScriptedList script{.list = list_named("dbl.example", ListKind::domain_blocklist)};
    const auto settings = settings_of({"198.51.100.9"});
    const Words names = {"a.example", "b.example", "c.example", "d.example", "e.example"};
    std::optional<std::map<std::string, double>> first;
    for (std::size_t turn = 0; turn < names.size(); ++turn) {
        std::string zone;
        for (std::size_t i = 0; i < names.size(); ++i)
            zone += "9.100.51.198.in-addr.arpa PTR " + names[(turn + i) % names.size()] + '\n';
        const auto got = samples(run(script, settings, zone).report);
        if (!first) first = got;
        EXPECT_EQ(got, *first);
        EXPECT_TRUE(got.contains("reputed_domain_listed{a.example,dbl.example}"));
        EXPECT_FALSE(got.contains("reputed_domain_listed{e.example,dbl.example}")) << "bounded";
    }
}

TEST(DnsblCheckDomains, APtrThatIsNoHostNameIsNotAsked) {
    const ScriptedList script{.list = list_named("dbl.example", ListKind::domain_blocklist)};
    for (const auto* name : {"localhost", "1.2.3.4", "a\\032b.example", "<script>.example"}) {
        const auto [report, asked] =
            run(script, settings_of({"198.51.100.9"}), std::string("9.100.51.198.in-addr.arpa PTR ") + name);
        for (const auto& sample : report.samples)
            EXPECT_NE(sample.metric->name, "reputed_domain_listed") << name;
    }
}

TEST(DnsblCheckDomains, APtrThatCannotBeLookedUpClearsNothing) {
    const ScriptedList script{.list = list_named("dbl.example", ListKind::domain_blocklist)};
    const auto settings = settings_of({"198.51.100.9"}, "mail.example.com");
    EXPECT_EQ(holds(run(script, settings, "9.100.51.198.in-addr.arpa TIMEOUT").report),
              Words{"  dbl.example"});
    EXPECT_EQ(holds(run(script, settings, "").report), Words{}) << "no PTR is an answer";
}

TEST(DnsblCheckKey, IsShownNowhere) {
    const std::string key = "s3cr3tk3y";
    List list = list_named("{key}.dq.example");
    list.name = "dq.example";
    list = test::with_key(list, key);
    const auto reason = test::text("see https://dq.example/?q=1.100.51.198." + key + ".dq.example");
    for (const auto& answer :
         {listed, addresses({"127.255.255.250"}), addresses({"127.255.255.254"}), addresses({"127.0.0.77"}),
          addresses({"198.51.100.80"}), outcome(Outcome::timeout), outcome(Outcome::servfail),
          outcome(Outcome::nxdomain), outcome(Outcome::refused)}) {
        const ScriptedList one{
            .list = list, .targets = {{"1.100.51.198", answer}}, .reasons = {{"1.100.51.198", reason}}};
        for (const auto& script : {one, saying(list, answer)}) {
            const auto [report, asked] = run(script, settings_of({"198.51.100.1"}), "localhost TIMEOUT");
            for (const auto& finding : report.findings) {
                const std::string all = finding.code + finding.subject + finding.object + finding.message +
                                        finding.evidence + finding.remedy + finding.link;
                EXPECT_EQ(all.find(key), std::string::npos) << all;
            }
            for (const auto& hold : holds(report))
                EXPECT_EQ(hold.find(key), std::string::npos) << hold;
            for (const auto& [name, value] : samples(report))
                EXPECT_EQ(name.find(key), std::string::npos) << name;
        }
    }
}

TEST(DnsblCheckJobs, OneAList) {
    ActiveLists lists;
    lists.lists = {list_named("a.example"), list_named("b.example")};
    lists.lists[1].interval_floor = 2h;
    Settings settings = settings_of({"198.51.100.1"});
    settings.dnsbl.interval = 30min;
    const Check check = dnsbl_check();
    EXPECT_EQ(check.subjects(settings, lists), (Words{"a.example", "b.example"}));
    EXPECT_EQ(check.interval(settings, lists, "a.example"), 30min);
    EXPECT_EQ(check.interval(settings, lists, "b.example"), 2h);
    EXPECT_EQ(check.subjects(Settings{}, lists), Words{}) << "nobody to ask about";
}

TEST(DnsblCheckJobs, DeclaresEveryMetricThatItFills) {
    const Check check = dnsbl_check();
    for (const auto kind : {ListKind::ip_blocklist, ListKind::ip_allowlist, ListKind::ip_score,
                            ListKind::domain_blocklist, ListKind::domain_allowlist}) {
        const auto [report, asked] =
            run({.list = list_named("x.example", kind)}, settings_of({"198.51.100.1"}, "mail.example.com"));
        EXPECT_FALSE(report.samples.empty());
        for (const auto& sample : report.samples)
            EXPECT_EQ(std::count(check.metrics.begin(), check.metrics.end(), sample.metric), 1)
                << sample.metric->name;
    }
}

}  // namespace
}  // namespace reputed::dnsbl
