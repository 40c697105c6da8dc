#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "checks/dnsbl/dnsbl_check.hpp"
#include "tests/support/scripted_list.hpp"

namespace reputed::dnsbl {
namespace {

using test::addresses;
using test::FakeResolver;
using test::ScriptedList;
using namespace std::chrono_literals;

const QueryBudget::WallTime now{1'800'000'000s};

Answer listed() {
    auto answer = addresses({"127.0.0.2"});
    answer.ttl = 300;
    return answer;
}

Answer absent(std::uint32_t ttl) {
    Answer answer;
    answer.outcome = Outcome::nxdomain;
    answer.ttl = ttl;
    return answer;
}

List list_named(const std::string& name, const std::string& owner = "O",
                ListKind kind = ListKind::ip_blocklist) {
    List list;
    list.zone = list.name = name;
    list.kind = kind;
    list.weight = 60;
    list.operator_name = owner;
    list.website = "https://site.example/";
    list.codes = {{CodePattern::parse("127.0.0.2").value(), "entry", Severity::critical, false, {}}};
    list.test_listed = {"127.0.0.2"};
    list.test_clean = {"127.0.0.1"};
    return list;  // three test points
}

// One list, four addresses, and a budget of its operator.
struct Rationed {
    explicit Rationed(std::uint64_t per_day, ScriptedList scripted = {.list = list_named("bl.example")})
        : script(std::move(scripted)) {
        budget.set_limits({{"O", {per_day, 0, per_day}}});
        Sender sender;
        sender.networks = {IpNetwork::parse("198.51.100.0/30").value()};
        settings.senders = {sender};
        lists.lists = {script.list};
    }

    Report run(QueryBudget::WallTime at = now) {
        FakeResolver resolver("localhost A 127.0.0.1");
        script.serve_on(resolver);
        auto report =
            dnsbl_check().run("bl.example", {resolver, settings, lists, at, {}, nullptr, nullptr, &budget});
        asked = resolver.asked();
        return report;
    }
    std::uint64_t used(QueryBudget::WallTime at = now) const {
        for (const auto& usage : budget.usage(at))
            if (usage.owner == "O") return usage.used;
        return 0;
    }

    ScriptedList script;
    QueryBudget budget;
    Settings settings;
    ActiveLists lists;
    std::vector<std::string> asked;
};

std::map<std::string, double> samples(const Report& report) {
    std::map<std::string, double> out;
    for (const auto& sample : report.samples)
        out[std::string(sample.metric->name) + '{' + sample.values.front() + ',' + sample.values.back() +
            '}'] = sample.value;
    return out;
}

bool holds(const Report& report, const std::string& subject, const std::string& object) {
    return std::any_of(report.holds.begin(), report.holds.end(), [&](const Hold& hold) {
        return hold.code.empty() && hold.subject == subject && hold.object == object;
    });
}

TEST(DnsblBudgetCount, IsWhatWasAsked) {
    Rationed all(1000);
    EXPECT_TRUE(all.run().findings.empty());
    EXPECT_EQ(all.asked.size(), 7U);
    EXPECT_EQ(all.used(), 7U);
    Rationed with_listing(1000, {.list = list_named("bl.example"), .targets = {{"1.100.51.198", listed()}}});
    EXPECT_EQ(with_listing.run().findings.size(), 1U);
    EXPECT_EQ(with_listing.asked.size(), 3U + 4U + 1U + 3U) << "a reason, and the test points again";
    EXPECT_EQ(with_listing.used(), with_listing.asked.size());
    Rationed dead(1000, {.list = list_named("bl.example"), .listed_points = absent(0)});
    EXPECT_EQ(dead.run().findings.size(), 1U);
    EXPECT_EQ(dead.used(), 3U) << "the rest was given back";
}

TEST(DnsblBudgetExhausted, NothingIsAskedAndEverythingStays) {
    Rationed rationed(20);
    ASSERT_TRUE(rationed.budget.take("O", 7, now));
    const auto report = rationed.run();
    EXPECT_TRUE(rationed.asked.empty());
    EXPECT_EQ(rationed.used(), 7U);
    ASSERT_EQ(report.findings.size(), 1U);
    const auto& finding = report.findings[0];
    EXPECT_EQ(finding.code, "budget.exhausted");
    EXPECT_EQ(finding.subject, "O");
    EXPECT_EQ(finding.object, "");
    EXPECT_EQ(finding.severity, Severity::unknown);
    EXPECT_TRUE(finding.could_not_tell);
    EXPECT_TRUE(finding.own_cause);
    EXPECT_FALSE(finding.blinds);
    EXPECT_EQ(finding.message, "O is asked no more for now: its limit leaves no room");
    EXPECT_EQ(finding.evidence,
              "bl.example was not asked: a round may take 14 questions, and of the 20 questions a day that O "
              "allows, 7 "
              "are used; evenly over the day, there is room at 2027-01-16T08:10:00Z");
    EXPECT_TRUE(holds(report, "", ""));
    const auto got = samples(report);
    EXPECT_EQ(got.size(), 4U + 4U + state_count + 5U);
    for (const auto& [name, value] : got)
        EXPECT_TRUE(std::isnan(value)) << name;
    EXPECT_EQ(rationed.run(now + 25h).findings.size(), 0U);

    List scored = list_named("bl.example");
    scored.kind = ListKind::ip_score;
    scored.scale = std::make_shared<const LevelScale>(LevelScale{
        "dnsbl.score", "score", true, {{"good", Severity::ok, 80}, {"poor", Severity::warning, 0}}, 3});
    Rationed score(20, {.list = scored});
    ASSERT_TRUE(score.budget.take("O", 20, now));
    const auto unrated = score.run();
    ASSERT_EQ(unrated.ratings.size(), 4U);
    for (const auto& rating : unrated.ratings)
        EXPECT_TRUE(std::isnan(rating.value)) << rating.subject;

    Rationed never(13);
    EXPECT_EQ(never.run().findings.at(0).evidence,
              "bl.example was not asked: a round may take 14 questions, more than the 13 questions a day "
              "that O allows");
    Rationed light(13);
    light.lists.lists[0].weight = 10;
    EXPECT_EQ(light.run().findings.at(0).severity, Severity::info);
}

// Reasons take what is left, and nothing of what the round needs.
TEST(DnsblBudgetExhausted, ReasonsAreNotAskedBeyondTheLimit) {
    ScriptedList script{.list = list_named("bl.example")};
    script.others = listed();
    Rationed rationed(200, script);
    rationed.settings.senders[0].networks = {IpNetwork::parse("198.51.0.0/25").value()};
    script.others.reset();
    for (int i = 0; i < 128; ++i)
        script.targets[std::to_string(i) + ".0.51.198"] = listed();
    rationed.script = script;
    const auto report = rationed.run();
    EXPECT_EQ(report.findings.size(), 128U);
    EXPECT_LE(rationed.asked.size(), 200U);
    EXPECT_GE(rationed.asked.size(), 3U + 128U + 32U + 3U);
    EXPECT_EQ(rationed.used(), rationed.asked.size());
}

TEST(DnsblBudgetCache, HoldsByTheTimeToLive) {
    Rationed rationed(1000);
    rationed.script.others = absent(300);
    rationed.script.targets = {{"1.100.51.198", listed()}, {"2.100.51.198", absent(0)}};
    rationed.run();
    const auto first = rationed.used();
    const auto report = rationed.run(now + 299s);
    // Three test points twice, the listing and its reason, and the one without a time to live.
    EXPECT_EQ(rationed.asked.size(), 3U + 2U + 1U + 3U);
    EXPECT_EQ(rationed.used(), first + rationed.asked.size()) << "kept answers cost nothing";
    ASSERT_EQ(report.findings.size(), 1U) << "a listing is asked for again";
    EXPECT_TRUE(holds(report, "198.51.100.0", "bl.example")) << "a kept answer confirms nothing";
    EXPECT_TRUE(holds(report, "198.51.100.3", "bl.example"));
    EXPECT_FALSE(holds(report, "198.51.100.1", "bl.example"));
    EXPECT_FALSE(holds(report, "198.51.100.2", "bl.example"));
    auto got = samples(report);
    EXPECT_TRUE(std::isnan(got.at("reputed_dnsbl_last_answer_timestamp_seconds{198.51.100.0,bl.example}")));
    EXPECT_TRUE(std::isnan(got.at("reputed_listed{198.51.100.0,bl.example}")));
    EXPECT_EQ(got.at("reputed_listed{198.51.100.1,bl.example}"), 1);
    EXPECT_EQ(got.at("reputed_dnsbl_targets{bl.example,clean}"), 3);
    rationed.run(now + 300s);
    EXPECT_EQ(rationed.asked.size(), 3U + 4U + 1U + 3U);
}

TEST(DnsblBudgetCache, OnlyWhereQuestionsAreRationed) {
    Rationed rationed(1000);
    rationed.budget.set_limits({});
    rationed.script.others = absent(300);
    rationed.run();
    rationed.run();
    EXPECT_EQ(rationed.asked.size(), 7U);
    EXPECT_EQ(rationed.budget.answers().size(), 0U);
    EXPECT_EQ(rationed.used(), 0U) << "nobody takes where nobody rations";
}

TEST(DnsblBudgetCache, OfAListThatBreaksIsForgotten) {
    Rationed rationed(1000);
    rationed.script.others = absent(300);
    rationed.run();
    EXPECT_EQ(rationed.budget.answers().size(), 4U);
    rationed.script.listed_points = absent(300);
    const auto report = rationed.run(now + 1s);
    EXPECT_EQ(report.findings.at(0).code, "dnsbl.list_broken");
    EXPECT_EQ(rationed.budget.answers().size(), 0U);
    EXPECT_TRUE(holds(report, "", "bl.example"));
}

TEST(DnsblBudgetCache, AllKeptTellsNothingNew) {
    Rationed rationed(1000);
    rationed.script.others = absent(300);
    rationed.run();
    const auto report = rationed.run(now + 1s);
    EXPECT_EQ(rationed.asked.size(), 3U) << "the test points never come from there";
    EXPECT_TRUE(report.findings.empty());
    EXPECT_TRUE(holds(report, "", "bl.example"));
}

std::vector<Subject> many(int count) {
    std::vector<Subject> out;
    for (int i = 0; i < count; ++i)
        out.push_back(Subject::of(IpAddress::v4(0xc6336400U + static_cast<std::uint32_t>(i))));
    return out;
}

TEST(DnsblBudgetSweep, ListsThatDoNotFitAreLeftOut) {
    FakeResolver resolver;
    const std::vector<List> lists = {list_named("a.example"), list_named("b.example"),
                                     list_named("c.example", "P")};
    for (const auto& list : lists)
        ScriptedList{.list = list}.serve_on(resolver);
    QueryBudget budget;
    budget.set_limits({{"O", {90, 0, 90}}});
    SweepOptions options;
    options.budget = &budget;
    options.now = now;
    std::uint64_t done = 0;
    std::uint64_t all = 0;
    options.progress = [&](std::uint64_t answered, std::uint64_t expected) {
        done = answered;
        all = expected;
    };
    {
        const auto results = sweep(lists, many(20), resolver, options);
        EXPECT_EQ(results.exhausted, (std::vector<bool>{false, true, false}));
        EXPECT_EQ(results.state(0, 0), State::clean);
        EXPECT_EQ(results.state(1, 0), State::refused);
        EXPECT_EQ(results.health[1].health, Health::refused);
        EXPECT_EQ(results.state(2, 19), State::clean);
        EXPECT_EQ(results.questions, 46U);
    }
    EXPECT_EQ(done, all);
    EXPECT_EQ(budget.usage(now).at(0).used, 23U);
}

// Both lists of the operator draw on the same moments.
TEST(DnsblBudgetSweep, ThePaceIsTheOperators) {
    for (const bool given : {true, false}) {
        FakeResolver resolver;
        std::vector<List> lists = {list_named("a.example"), list_named("b.example")};
        lists[0].queries_per_second = lists[1].queries_per_second = 5000;
        for (const auto& list : lists)
            ScriptedList{.list = list}.serve_on(resolver);
        QueryBudget budget;
        budget.set_limits({{"O", {0, 5000, 0}}});
        SweepOptions options;
        if (given) options.budget = &budget;
        const auto begun = std::chrono::steady_clock::now();
        const auto results = sweep(lists, many(100), resolver, options);
        EXPECT_EQ(results.questions, 206U);
        EXPECT_GE(std::chrono::steady_clock::now() - begun, 205 * 200us);
        if (given) {
            EXPECT_GE(budget.next_slot("O", begun), begun + 206 * 200us);
        }
    }
}

}  // namespace
}  // namespace reputed::dnsbl
