#include "agent/ledger.hpp"

#include <algorithm>
#include <limits>

#include <gtest/gtest.h>

namespace reputed {
namespace {

using namespace std::chrono_literals;

constexpr double could_not_tell = std::numeric_limits<double>::quiet_NaN();

const WallTime noon = WallTime{} + std::chrono::seconds(1795176000);
const JobKey list_a{"dnsbl", "a.test"};
const JobKey list_b{"dnsbl", "b.test"};

Finding finding(std::string code, std::string subject, std::string object = "",
                Severity severity = Severity::warning, std::string evidence = "") {
    return {std::move(code), std::move(subject),  std::move(object), severity,
            "message",       std::move(evidence), "remedy",          "link"};
}

Report report_of(std::vector<Finding> findings, std::vector<Hold> holds = {}) {
    return {std::move(findings), std::move(holds), {}};
}

// "code subject object" each, in order.
std::vector<std::string> names(const std::vector<Finding>& findings) {
    std::vector<std::string> out;
    for (const auto& one : findings)
        out.push_back(one.code + ' ' + one.subject + ' ' + one.object);
    return out;
}

std::vector<std::string> open_in(const Ledger& ledger) {
    std::vector<Finding> findings;
    for (const auto& open : ledger.findings())
        findings.push_back(open.finding);
    return names(findings);
}

using Names = std::vector<std::string>;

TEST(Ledger, EmptyAtFirst) {
    const Ledger ledger;
    EXPECT_TRUE(ledger.findings().empty());
    ASSERT_NE(ledger.samples(list_a), nullptr);
    EXPECT_TRUE(ledger.samples(list_a)->empty());
}

TEST(Ledger, OpensConfirmsAndClears) {
    Ledger ledger;
    const auto report = [] { return report_of({finding("dnsbl.listed", "192.0.2.1", "a.test")}); };
    auto changes = ledger.record(list_a, report(), noon);
    EXPECT_EQ(names(changes.opened), Names{"dnsbl.listed 192.0.2.1 a.test"});
    EXPECT_TRUE(changes.cleared.empty());

    changes = ledger.record(list_a, report(), noon + 30min);
    EXPECT_TRUE(changes.opened.empty());
    EXPECT_TRUE(changes.cleared.empty());
    auto open = ledger.findings();
    ASSERT_EQ(open.size(), 1U);
    EXPECT_EQ(open[0].check, "dnsbl");
    EXPECT_EQ(open[0].since, noon);
    EXPECT_EQ(open[0].last_seen, noon + 30min);

    changes = ledger.record(list_a, {}, noon + 60min);
    EXPECT_TRUE(changes.opened.empty());
    EXPECT_EQ(names(changes.cleared), Names{"dnsbl.listed 192.0.2.1 a.test"});
    EXPECT_TRUE(ledger.findings().empty());

    ledger.record(list_a, report(), noon + 90min);
    EXPECT_EQ(ledger.findings().at(0).since, noon + 90min) << "a new opening has a new beginning";
}

TEST(Ledger, AConfirmedFindingShowsWhatWasSeenLast) {
    Ledger ledger;
    ledger.record(list_a, report_of({finding("c", "s", "o", Severity::info, "before")}), noon);
    const auto changes =
        ledger.record(list_a, report_of({finding("c", "s", "o", Severity::critical, "now")}), noon + 1min);
    EXPECT_TRUE(changes.opened.empty());
    const auto open = ledger.findings().at(0);
    EXPECT_EQ(open.finding.severity, Severity::critical);
    EXPECT_EQ(open.finding.evidence, "now");
    EXPECT_EQ(open.since, noon);
}

TEST(Ledger, SinceIsNeverInTheFutureAfterTheClockWasSetBack) {
    Ledger ledger;
    const auto report = [] { return report_of({finding("c", "s")}); };
    ledger.record(list_a, report(), noon + 24h);
    ledger.record(list_a, report(), noon);
    EXPECT_EQ(ledger.findings().at(0).since, noon);
    EXPECT_EQ(ledger.findings().at(0).last_seen, noon);
}

TEST(Ledger, TheSameTwiceInOneReportIsOne) {
    Ledger ledger;
    const auto changes = ledger.record(
        list_a, report_of({finding("c", "s", "o", Severity::info), finding("c", "s", "o")}), noon);
    EXPECT_EQ(names(changes.opened), Names{"c s o"});
    EXPECT_EQ(open_in(ledger), Names{"c s o"});
    EXPECT_EQ(names(ledger.record(list_a, {}, noon).cleared), Names{"c s o"});
}

TEST(Ledger, IdentityIsOfThreePartsWhateverTheyHold) {
    Ledger ledger;
    ledger.record(list_a, report_of({finding("c", "1:x", "y"), finding("c", "1", "x1:y")}), noon);
    ledger.record(list_b, report_of({finding("c", "1:x", "y")}), noon);
    EXPECT_EQ(names(ledger.record(list_a, {}, noon).cleared), Names{"c 1 x1:y"});
}

TEST(Ledger, HoldsKeepWhatTheyMatch) {
    struct Row {
        Hold hold;
        bool held;
    };
    const Row rows[] = {
        {{"dnsbl.listed", "192.0.2.1", "a.test"}, true},
        {{"dnsbl.listed", "192.0.2.1", ""}, true},
        {{"dnsbl.listed", "", "a.test"}, true},
        {{"", "192.0.2.1", "a.test"}, true},
        {{"dnsbl.listed", "", ""}, true},
        {{"", "192.0.2.1", ""}, true},
        {{"", "", "a.test"}, true},
        {{"", "", ""}, true},
        {{"dnsbl.list", "", ""}, false},
        {{"dnsbl", "192.0.2.1", "a.test"}, false},
        {{"dnsbl.listed", "192.0.2.2", ""}, false},
        {{"dnsbl.listed", "192.0.2.", "a.test"}, false},
        {{"dnsbl.listed", "", "b.test"}, false},
        {{"", "192.0.2.1", "b.test"}, false},
        {{"a.test", "192.0.2.1", "dnsbl.listed"}, false},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.hold.code + '|' + row.hold.subject + '|' + row.hold.object);
        Ledger ledger;
        ledger.record(list_a, report_of({finding("dnsbl.listed", "192.0.2.1", "a.test")}), noon);
        const auto changes = ledger.record(list_a, report_of({}, {row.hold}), noon + 1h);
        EXPECT_TRUE(changes.opened.empty());
        EXPECT_EQ(changes.cleared.size(), row.held ? 0U : 1U);
        const auto open = ledger.findings();
        ASSERT_EQ(open.size(), row.held ? 1U : 0U);
        if (!row.held) continue;
        EXPECT_EQ(open[0].since, noon);
        EXPECT_EQ(open[0].last_seen, noon) << "held is not confirmed";
    }
}

TEST(Ledger, HoldsOfAFindingWithoutObjectMatchExactly) {
    Ledger ledger;
    ledger.record(list_a, report_of({finding("ptr.missing", "192.0.2.1")}), noon);
    ledger.record(list_a, report_of({}, {{"ptr.missing", "192.0.2.1", "x"}}), noon);
    EXPECT_TRUE(ledger.findings().empty());
}

TEST(Ledger, WhatIsHeldCanBeConfirmedAndClearedLater) {
    Ledger ledger;
    const std::vector<Hold> all = {{"", "", ""}};
    ledger.record(list_a, report_of({finding("c", "1"), finding("c", "2"), finding("c", "3")}), noon);
    const auto opened =
        ledger.record(list_a, report_of({finding("c", "2"), finding("c", "0")}, all), noon + 1h);
    EXPECT_EQ(names(opened.opened), Names{"c 0 "});
    EXPECT_EQ(open_in(ledger), (Names{"c 0 ", "c 1 ", "c 2 ", "c 3 "}));
    const auto cleared = ledger.record(list_a, report_of({finding("c", "3")}), noon + 2h);
    EXPECT_EQ(names(cleared.cleared), (Names{"c 0 ", "c 1 ", "c 2 "}));
    EXPECT_TRUE(cleared.opened.empty());
    EXPECT_EQ(ledger.findings().at(0).since, noon);
    EXPECT_EQ(ledger.findings().at(0).last_seen, noon + 2h);
}

TEST(Ledger, HoldsOpenNothing) {
    Ledger ledger;
    const auto changes = ledger.record(list_a, report_of({}, {{"", "", ""}}), noon);
    EXPECT_TRUE(changes.opened.empty());
    EXPECT_TRUE(ledger.findings().empty());
}

TEST(Ledger, HoldsOfOneJobDoNotReachAnother) {
    Ledger ledger;
    ledger.record(list_a, report_of({finding("c", "s")}), noon);
    ledger.record(list_b, report_of({}, {{"", "", ""}}), noon);
    EXPECT_EQ(ledger.record(list_a, {}, noon).cleared.size(), 1U);
}

TEST(Ledger, ChangesCountForTheWholeAgent) {
    Ledger ledger;
    const auto refused = [] { return report_of({finding("dns.resolver_refused", "resolver")}); };
    EXPECT_EQ(ledger.record(list_a, refused(), noon).opened.size(), 1U);
    EXPECT_EQ(ledger.record(list_b, refused(), noon).opened.size(), 0U) << "a said so before";
    EXPECT_EQ(ledger.record(list_a, {}, noon).cleared.size(), 0U) << "b still says so";
    EXPECT_EQ(ledger.record(list_a, refused(), noon).opened.size(), 0U);
    EXPECT_EQ(ledger.record(list_b, {}, noon).cleared.size(), 0U) << "a still says so";
    EXPECT_EQ(ledger.record(list_a, report_of({}, {{"", "resolver", ""}}), noon).cleared.size(), 0U);
    EXPECT_EQ(ledger.record(list_b, refused(), noon).opened.size(), 0U) << "a holds it";
    EXPECT_EQ(ledger.record(list_b, {}, noon).cleared.size(), 0U) << "a holds it";
    EXPECT_EQ(ledger.record(list_a, {}, noon).cleared.size(), 1U);
    EXPECT_TRUE(ledger.findings().empty());
}

TEST(Ledger, OneFindingOfManyJobsIsShownOnceAtItsWorst) {
    Ledger ledger;
    const auto say = [&](const JobKey& job, Severity severity, const std::string& text, WallTime now) {
        Finding one = finding("dns.resolver_refused", "resolver", "", severity, "seen by " + text);
        one.message = "message of " + text;
        one.remedy = "remedy of " + text;
        one.link = "link of " + text;
        ledger.record(job, report_of({one}), now);
    };
    say(list_b, Severity::critical, "b", noon);
    say(list_a, Severity::info, "a", noon + 1h);
    say({"dnsbl", "c.test"}, Severity::warning, "c", noon + 2h);
    const auto open = ledger.findings();
    ASSERT_EQ(open.size(), 1U);
    EXPECT_EQ(open[0].finding.severity, Severity::critical);
    EXPECT_EQ(open[0].finding.message, "message of b");
    EXPECT_EQ(open[0].finding.remedy, "remedy of b");
    EXPECT_EQ(open[0].finding.link, "link of b") << "it belongs to the remedy";
    EXPECT_EQ(open[0].finding.evidence, "seen by a\nseen by b\nseen by c");
    EXPECT_EQ(open[0].since, noon);
    EXPECT_EQ(open[0].last_seen, noon + 2h);
}

TEST(Ledger, MergedEvidenceIsBounded) {
    struct Row {
        std::size_t jobs;
        std::string expected_end;
        std::size_t lines;
    };
    for (const auto& row :
         {Row{1, "line 00", 1}, Row{12, "line 11", 12}, Row{13, "...", 13}, Row{99, "...", 13}}) {
        Ledger ledger;
        for (std::size_t i = 0; i < row.jobs; ++i) {
            const std::string number = {static_cast<char>('0' + i / 10), static_cast<char>('0' + i % 10)};
            ledger.record({"dnsbl", number},
                          report_of({finding("c", "s", "", Severity::info, "line " + number)}), noon);
        }
        const std::string evidence = ledger.findings().at(0).finding.evidence;
        EXPECT_TRUE(evidence.ends_with(row.expected_end)) << evidence;
        EXPECT_EQ(std::count(evidence.begin(), evidence.end(), '\n') + 1, static_cast<long>(row.lines));
    }
}

TEST(Ledger, MergedEvidenceHasNoEmptyLinesAndNothingTwice) {
    struct Row {
        std::vector<std::string> evidence;
        const char* merged;
    };
    const Row rows[] = {
        {{"", ""}, ""},
        {{"", "b"}, "b"},
        {{"a", ""}, "a"},
        {{"a", "a", "a"}, "a"},
        {{"", "a", "a"}, "a"},
        {{"a", "b", "a"}, "a\nb"},
        {{"", "a", "", "b"}, "a\nb"},
        {{"ab", "a"}, "ab\na"},
    };
    for (const auto& row : rows) {
        Ledger ledger;
        std::string subject = "0";
        for (const auto& evidence : row.evidence) {
            ledger.record({"dnsbl", subject}, report_of({finding("c", "s", "", Severity::info, evidence)}),
                          noon);
            ++subject[0];
        }
        EXPECT_EQ(ledger.findings().at(0).finding.evidence, row.merged);
    }
}

TEST(Ledger, WorstFirstThenByIdentity) {
    Ledger ledger;
    ledger.record(
        list_b,
        report_of({finding("b", "2", "", Severity::info), finding("b", "1", "y", Severity::critical),
                   finding("b", "1", "x", Severity::critical)}),
        noon);
    ledger.record(
        list_a,
        report_of({finding("a", "9", "", Severity::critical), finding("z", "0", "", Severity::unknown)}),
        noon);
    EXPECT_EQ(open_in(ledger), (Names{"a 9 ", "b 1 x", "b 1 y", "z 0 ", "b 2 "}));
}

TEST(Ledger, KeepOnlyDropsTheRest) {
    Ledger ledger;
    const MetricInfo metric{"m", SampleType::gauge, "", {}};
    ledger.record(list_a, {{finding("c", "a"), finding("c", "both")}, {}, {{&metric, {}, 1}}}, noon);
    ledger.record(list_b, {{finding("c", "b"), finding("c", "both")}, {}, {{&metric, {}, 2}}}, noon);
    ledger.keep_only({list_b, {"dnsbl", "never ran"}});
    EXPECT_EQ(open_in(ledger), (Names{"c b ", "c both "}));
    EXPECT_TRUE(ledger.samples(list_a)->empty());
    ASSERT_EQ(ledger.samples(list_b)->size(), 1U);
    EXPECT_EQ(names(ledger.record(list_b, {}, noon).cleared), (Names{"c b ", "c both "}))
        << "the job that was dropped reports nothing any more";
    EXPECT_EQ(names(ledger.record(list_a, report_of({finding("c", "a")}), noon).opened), Names{"c a "});
    ledger.keep_only({});
    EXPECT_TRUE(ledger.findings().empty());
}

const MetricInfo gauge{"reputed_listed", SampleType::gauge, "", {"ip", "list"}};
const MetricInfo time_of{"reputed_time", SampleType::gauge, "", {"ip", "list"}, 0};

// Values of the job's series by the name of the metric and its labels.
std::map<std::string, double> shown(const Ledger& ledger, const JobKey& job) {
    std::map<std::string, double> values;
    for (const auto& sample : *ledger.samples(job)) {
        std::string key(sample.metric->name);
        for (const auto& value : sample.values)
            key += ' ' + value;
        values[key] = sample.value;
    }
    return values;
}

using Values = std::map<std::string, double>;

TEST(Ledger, SamplesThatCouldNotBeToldKeepTheLastGoodValue) {
    Ledger ledger;
    const auto record = [&](const JobKey& job, double listed, double time) {
        ledger.record(job, {{}, {}, {{&gauge, {"1", "a"}, listed}, {&time_of, {"1", "a"}, time}}}, noon);
        return shown(ledger, job);
    };
    EXPECT_EQ(record(list_a, could_not_tell, could_not_tell), (Values{{"reputed_time 1 a", 0}}))
        << "no series before the first good answer, but the time is 0 = never";
    EXPECT_EQ(record(list_a, could_not_tell, could_not_tell), (Values{{"reputed_time 1 a", 0}}));
    EXPECT_EQ(record(list_a, 1, 100), (Values{{"reputed_listed 1 a", 1}, {"reputed_time 1 a", 100}}));
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(record(list_a, could_not_tell, could_not_tell),
                  (Values{{"reputed_listed 1 a", 1}, {"reputed_time 1 a", 100}}));
    EXPECT_EQ(record(list_b, could_not_tell, could_not_tell), (Values{{"reputed_time 1 a", 0}}))
        << "another job's value is not its own";
    EXPECT_EQ(record(list_a, 0, 200), (Values{{"reputed_listed 1 a", 0}, {"reputed_time 1 a", 200}}));
}

TEST(Ledger, SamplesGoWithTheirTarget) {
    Ledger ledger;
    ledger.record(list_a, {{}, {}, {{&gauge, {"1", "a"}, 1}, {&gauge, {"2", "a"}, 1}}}, noon);
    ledger.record(list_a, {{}, {}, {{&gauge, {"2", "a"}, could_not_tell}}}, noon);
    EXPECT_EQ(shown(ledger, list_a), (Values{{"reputed_listed 2 a", 1}}));
    ledger.record(list_a, {{}, {}, {{&gauge, {"1", "a"}, could_not_tell}}}, noon);
    EXPECT_EQ(shown(ledger, list_a), Values{}) << "gone is forgotten";
}

TEST(Ledger, SamplesWithLikeLabelsAreTwoSeries) {
    Ledger ledger;
    ledger.record(list_a,
                  {{},
                   {},
                   {{&gauge,
                     {"a",
                      "\xff"
                      "b"},
                     1},
                    {&gauge, {"a\xff", "b"}, 2}}},
                  noon);
    ledger.record(list_a,
                  {{},
                   {},
                   {{&gauge,
                     {"a",
                      "\xff"
                      "b"},
                     could_not_tell},
                    {&gauge, {"a\xff", "b"}, could_not_tell}}},
                  noon);
    EXPECT_EQ(shown(ledger, list_a), (Values{{"reputed_listed a \xff"
                                              "b",
                                              1},
                                             {"reputed_listed a\xff b", 2}}));
}

TEST(Ledger, SamplesThatAReaderHasAreNotTouchedByTheNextRun) {
    Ledger ledger;
    ledger.record(list_a, {{}, {}, {{&gauge, {"1", "a"}, 1}}}, noon);
    const auto before = ledger.samples(list_a);
    ledger.record(list_a, {{}, {}, {{&gauge, {"1", "a"}, 0}}}, noon);
    EXPECT_EQ(before->at(0).value, 1);
}

TEST(Ledger, ThousandsOfListingsAreCheap) {
    // Each of these lists has everything change in every round; a search through the other jobs for each finding
    // would take minutes.
    Ledger ledger;
    constexpr int addresses = 2000;
    for (int round = 0; round < 4; ++round) {
        for (int list = 0; list < 20; ++list) {
            Report report;
            for (int i = 0; i < addresses; ++i) {
                if (round % 2 == 0)
                    report.findings.push_back(finding("c", std::to_string(i), std::to_string(list)));
                else if (i % 2 == 0)
                    report.holds.push_back({"c", std::to_string(i), std::to_string(list)});
            }
            const auto changes = ledger.record({"dnsbl", std::to_string(list)}, std::move(report), noon);
            EXPECT_EQ(changes.opened.size(), round == 0 ? addresses : round == 2 ? addresses / 2 : 0U);
            EXPECT_EQ(changes.cleared.size(), round % 2 == 1 ? addresses / 2 : 0U);
        }
    }
    EXPECT_EQ(ledger.findings().size(), addresses / 2 * 20U);
}

}  // namespace
}  // namespace reputed
