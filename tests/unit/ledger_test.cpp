#include "agent/ledger.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <memory>

#include <gtest/gtest.h>

namespace reputed {
namespace {

using namespace std::chrono_literals;

const WallTime noon = WallTime{} + std::chrono::seconds(1795176000);
const JobKey list_a{"dnsbl", "a.test"};
const JobKey list_b{"dnsbl", "b.test"};

Finding finding(std::string code, std::string subject, std::string object = "",
                Severity severity = Severity::warning, std::string evidence = "") {
    return {std::move(code),
            std::move(subject),
            std::move(object),
            severity,
            "message",
            std::move(evidence),
            "remedy",
            "link",
            false,
            false,
            false};
}

Report report_of(std::vector<Finding> findings, std::vector<Hold> holds = {}) {
    return {std::move(findings), std::move(holds), {}, {}};
}

std::shared_ptr<Settings> settings_of(AlertSettings alerts) {
    auto settings = std::make_shared<Settings>();
    settings->alerts = alerts;
    return settings;
}

// A ledger that believes everything at once, as the command `check` uses it.
Ledger immediate() {
    return Ledger(settings_of(AlertSettings::immediate()));
}

// "code subject object" each, in order.
std::vector<std::string> names(const std::vector<Finding>& findings) {
    std::vector<std::string> out;
    for (const auto& one : findings)
        out.push_back(one.code + ' ' + one.subject + ' ' + one.object);
    return out;
}

std::vector<std::string> names(const Ledger::Changes& changes, TransitionKind kind) {
    std::vector<Finding> findings;
    for (const auto& transition : changes.transitions)
        if (transition.kind == kind) findings.push_back(transition.finding);
    auto out = names(findings);
    std::sort(out.begin(), out.end());
    return out;
}

std::vector<std::string> opened(const Ledger::Changes& changes) {
    return names(changes, TransitionKind::opened);
}

std::vector<std::string> cleared(const Ledger::Changes& changes) {
    return names(changes, TransitionKind::cleared);
}

std::vector<std::string> open_in(const Ledger& ledger) {
    std::vector<Finding> findings;
    for (const auto& open : ledger.findings(noon))
        findings.push_back(open.finding);
    return names(findings);
}

using Names = std::vector<std::string>;

TEST(Ledger, EmptyAtFirst) {
    Ledger ledger = immediate();
    EXPECT_TRUE(ledger.findings(noon).empty());
}

TEST(Ledger, OpensConfirmsAndClears) {
    Ledger ledger = immediate();
    const auto report = [] { return report_of({finding("dnsbl.listed", "192.0.2.1", "a.test")}); };
    auto changes = ledger.record(list_a, report(), noon);
    EXPECT_EQ(opened(changes), Names{"dnsbl.listed 192.0.2.1 a.test"});
    EXPECT_TRUE(cleared(changes).empty());

    changes = ledger.record(list_a, report(), noon + 30min);
    EXPECT_TRUE(opened(changes).empty());
    EXPECT_TRUE(cleared(changes).empty());
    auto open = ledger.findings(noon);
    ASSERT_EQ(open.size(), 1U);
    EXPECT_EQ(open[0].check, "dnsbl");
    EXPECT_EQ(open[0].since, noon);
    EXPECT_EQ(open[0].last_seen, noon + 30min);

    changes = ledger.record(list_a, {}, noon + 60min);
    EXPECT_TRUE(opened(changes).empty());
    EXPECT_EQ(cleared(changes), Names{"dnsbl.listed 192.0.2.1 a.test"});
    EXPECT_TRUE(ledger.findings(noon).empty());

    ledger.record(list_a, report(), noon + 90min);
    EXPECT_EQ(ledger.findings(noon).at(0).since, noon + 90min) << "a new opening has a new beginning";
}

TEST(Ledger, AConfirmedFindingShowsWhatWasSeenLast) {
    Ledger ledger = immediate();
    ledger.record(list_a, report_of({finding("c", "s", "o", Severity::info, "before")}), noon);
    const auto changes =
        ledger.record(list_a, report_of({finding("c", "s", "o", Severity::critical, "now")}), noon + 1min);
    EXPECT_TRUE(opened(changes).empty());
    const auto open = ledger.findings(noon).at(0);
    EXPECT_EQ(open.finding.severity, Severity::critical);
    EXPECT_EQ(open.finding.evidence, "now");
    EXPECT_EQ(open.since, noon);
}

TEST(Ledger, SinceIsNeverInTheFutureAfterTheClockWasSetBack) {
    Ledger ledger = immediate();
    const auto report = [] { return report_of({finding("c", "s")}); };
    ledger.record(list_a, report(), noon + 24h);
    ledger.record(list_a, report(), noon);
    EXPECT_EQ(ledger.findings(noon).at(0).since, noon);
    EXPECT_EQ(ledger.findings(noon).at(0).last_seen, noon);
}

TEST(Ledger, TheSameTwiceInOneReportIsOne) {
    Ledger ledger = immediate();
    const auto changes = ledger.record(
        list_a, report_of({finding("c", "s", "o", Severity::info), finding("c", "s", "o")}), noon);
    EXPECT_EQ(opened(changes), Names{"c s o"});
    EXPECT_EQ(open_in(ledger), Names{"c s o"});
    EXPECT_EQ(cleared(ledger.record(list_a, {}, noon)), Names{"c s o"});
}

TEST(Ledger, IdentityIsOfThreePartsWhateverTheyHold) {
    Ledger ledger = immediate();
    ledger.record(list_a, report_of({finding("c", "1:x", "y"), finding("c", "1", "x1:y")}), noon);
    ledger.record(list_b, report_of({finding("c", "1:x", "y")}), noon);
    EXPECT_EQ(cleared(ledger.record(list_a, {}, noon)), Names{"c 1 x1:y"});
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
        Ledger ledger = immediate();
        ledger.record(list_a, report_of({finding("dnsbl.listed", "192.0.2.1", "a.test")}), noon);
        const auto changes = ledger.record(list_a, report_of({}, {row.hold}), noon + 1h);
        EXPECT_TRUE(opened(changes).empty());
        EXPECT_EQ(cleared(changes).size(), row.held ? 0U : 1U);
        const auto open = ledger.findings(noon);
        ASSERT_EQ(open.size(), row.held ? 1U : 0U);
        if (!row.held) continue;
        EXPECT_EQ(open[0].since, noon);
        EXPECT_EQ(open[0].last_seen, noon) << "held is not confirmed";
    }
}

TEST(Ledger, HoldsOfAFindingWithoutObjectMatchExactly) {
    Ledger ledger = immediate();
    ledger.record(list_a, report_of({finding("ptr.missing", "192.0.2.1")}), noon);
    ledger.record(list_a, report_of({}, {{"ptr.missing", "192.0.2.1", "x"}}), noon);
    EXPECT_TRUE(ledger.findings(noon).empty());
}

TEST(Ledger, WhatIsHeldCanBeConfirmedAndClearedLater) {
    Ledger ledger = immediate();
    const std::vector<Hold> all = {{"", "", ""}};
    ledger.record(list_a, report_of({finding("c", "1"), finding("c", "2"), finding("c", "3")}), noon);
    const auto second =
        ledger.record(list_a, report_of({finding("c", "2"), finding("c", "0")}, all), noon + 1h);
    EXPECT_EQ(opened(second), Names{"c 0 "});
    EXPECT_EQ(open_in(ledger), (Names{"c 0 ", "c 1 ", "c 2 ", "c 3 "}));
    const auto third = ledger.record(list_a, report_of({finding("c", "3")}), noon + 2h);
    EXPECT_EQ(cleared(third), (Names{"c 0 ", "c 1 ", "c 2 "}));
    EXPECT_TRUE(opened(third).empty());
    EXPECT_EQ(ledger.findings(noon).at(0).since, noon);
    EXPECT_EQ(ledger.findings(noon).at(0).last_seen, noon + 2h);
}

TEST(Ledger, HoldsOpenNothing) {
    Ledger ledger = immediate();
    const auto changes = ledger.record(list_a, report_of({}, {{"", "", ""}}), noon);
    EXPECT_TRUE(opened(changes).empty());
    EXPECT_TRUE(ledger.findings(noon).empty());
}

TEST(Ledger, HoldsOfOneJobDoNotReachAnother) {
    Ledger ledger = immediate();
    ledger.record(list_a, report_of({finding("c", "s")}), noon);
    ledger.record(list_b, report_of({}, {{"", "", ""}}), noon);
    EXPECT_EQ(cleared(ledger.record(list_a, {}, noon)).size(), 1U);
}

TEST(Ledger, ChangesCountForTheWholeAgent) {
    Ledger ledger = immediate();
    const auto refused = [] { return report_of({finding("dns.resolver_refused", "resolver")}); };
    EXPECT_EQ(opened(ledger.record(list_a, refused(), noon)).size(), 1U);
    EXPECT_EQ(opened(ledger.record(list_b, refused(), noon)).size(), 0U) << "a said so before";
    EXPECT_EQ(cleared(ledger.record(list_a, {}, noon)).size(), 0U) << "b still says so";
    EXPECT_EQ(opened(ledger.record(list_a, refused(), noon)).size(), 0U);
    EXPECT_EQ(cleared(ledger.record(list_b, {}, noon)).size(), 0U) << "a still says so";
    EXPECT_EQ(cleared(ledger.record(list_a, report_of({}, {{"", "resolver", ""}}), noon)).size(), 0U);
    EXPECT_EQ(opened(ledger.record(list_b, refused(), noon)).size(), 0U) << "a holds it";
    EXPECT_EQ(cleared(ledger.record(list_b, {}, noon)).size(), 0U) << "a holds it";
    EXPECT_EQ(cleared(ledger.record(list_a, {}, noon)).size(), 1U);
    EXPECT_TRUE(ledger.findings(noon).empty());
}

TEST(Ledger, OneFindingOfManyJobsIsShownOnceAtItsWorst) {
    Ledger ledger = immediate();
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
    const auto open = ledger.findings(noon);
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
        Ledger ledger = immediate();
        for (std::size_t i = 0; i < row.jobs; ++i) {
            const std::string number = {static_cast<char>('0' + i / 10), static_cast<char>('0' + i % 10)};
            ledger.record({"dnsbl", number},
                          report_of({finding("c", "s", "", Severity::info, "line " + number)}), noon);
        }
        const std::string evidence = ledger.findings(noon).at(0).finding.evidence;
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
        Ledger ledger = immediate();
        std::string subject = "0";
        for (const auto& evidence : row.evidence) {
            ledger.record({"dnsbl", subject}, report_of({finding("c", "s", "", Severity::info, evidence)}),
                          noon);
            ++subject[0];
        }
        EXPECT_EQ(ledger.findings(noon).at(0).finding.evidence, row.merged);
    }
}

TEST(Ledger, WorstFirstThenByIdentity) {
    Ledger ledger = immediate();
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
    Ledger ledger = immediate();
    ledger.record(list_a, report_of({finding("c", "a"), finding("c", "both")}), noon);
    ledger.record(list_b, report_of({finding("c", "b"), finding("c", "both")}), noon);
    const auto gone = ledger.keep_only({list_b, {"dnsbl", "never ran"}}, noon);
    EXPECT_EQ(cleared(gone), Names{"c a "});
    EXPECT_EQ(gone.transitions.at(0).note, "no longer watched");
    EXPECT_EQ(open_in(ledger), (Names{"c b ", "c both "}));
    EXPECT_EQ(cleared(ledger.record(list_b, {}, noon)), (Names{"c b ", "c both "}))
        << "the job that was dropped reports nothing any more";
    EXPECT_EQ(opened(ledger.record(list_a, report_of({finding("c", "a")}), noon)), Names{"c a "});
    ledger.keep_only({}, noon);
    EXPECT_TRUE(ledger.findings(noon).empty());
}

// Runs of one job, a letter each: s sees the finding, c sees it critical, - does not see it, h could not tell, m sees
// another one that could not be told, b sees one that blinds, r the job is removed. The answer is the transitions,
// "run:kind[note]".
std::string story(const std::string& runs, const AlertSettings& alerts, std::chrono::minutes gap) {
    Ledger ledger(settings_of(alerts));
    ledger.record(list_a, {}, noon - 1h);
    std::string told;
    for (std::size_t run = 0; run < runs.size(); ++run) {
        const WallTime now = noon + gap * run;
        Report report;
        const char kind = runs[run];
        if (kind == 's' || kind == 'c')
            report.findings.push_back(finding("dnsbl.listed", "192.0.2.1", "a.test",
                                              kind == 'c' ? Severity::critical : Severity::warning));
        if (kind == 'h') report.holds.push_back({"", "", ""});
        if (kind == 'm' || kind == 'b')
            report.findings.push_back(finding("ptr.unknown", "192.0.2.1", "", Severity::unknown));
        if (kind == 'b') {
            report.findings.push_back(finding("dns.resolver_silent", "resolver", "", Severity::unknown));
            report.findings.back().blinds = true;
        }
        auto changes =
            kind == 'r' ? ledger.keep_only({}, now) : ledger.record(list_a, std::move(report), now);
        const auto later = ledger.tick(now);
        changes.transitions.insert(changes.transitions.end(), later.transitions.begin(),
                                   later.transitions.end());
        for (const auto& transition : changes.transitions) {
            told += (told.empty() ? "" : " ") + std::to_string(run) + ':';
            told += transition.kind == TransitionKind::cleared && transition.finding.code != "dnsbl.listed"
                        ? "cleared "
                        : std::string(to_string(transition.kind));
            if (transition.finding.code != "dnsbl.listed") told += '(' + transition.finding.code + ')';
            if (!transition.note.empty())
                told += '[' + transition.note.substr(0, transition.note.find(':')) + ']';
        }
    }
    return told;
}

TEST(Ledger, OpensAndClearsOnlyWhenConfirmed) {
    struct Row {
        const char* runs;
        const char* told;
    };
    const Row rows[] = {
        {"----", ""},
        {"s-s-s-", ""},
        {"ss", "1:opened"},
        {"sss", "1:opened"},
        {"shs", "2:opened"},
        {"hhs", ""},
        {"ss-s-s-s", "1:opened"},
        {"ss--", "1:opened 3:cleared"},
        {"ss-h-", "1:opened 4:cleared"},
        {"sshhhhhs", "1:opened"},
        {"ss--s-ss", "1:opened 3:cleared 7:opened"},
        {"ssr", "1:opened 2:cleared[no longer watched]"},
        {"sr", ""},
        {"sscs", "1:opened"},
        {"sscc", "1:opened 3:changed"},
        {"sscscs", "1:opened"},
        {"ccss", "1:opened 3:changed"},
    };
    for (const auto& row : rows)
        EXPECT_EQ(story(row.runs, AlertSettings{}, 30min), row.told) << row.runs;
}

// While a dead resolver explains what could not be told, that opens nothing; what has another cause does.
TEST(Ledger, BesideWhatBlindsOnlyWhatHasItsOwnCauseOpens) {
    Ledger ledger(settings_of(AlertSettings{}));
    ledger.record(list_a, {}, noon - 1h);
    ledger.record(list_b, {}, noon - 1h);
    const auto untold = [](const char* code, bool own_cause, Severity severity) {
        auto one = finding(code, "mail", "", severity);
        one.could_not_tell = severity != Severity::unknown;
        one.own_cause = own_cause;
        return one;
    };
    auto blinding = finding("dns.resolver_silent", "resolver", "", Severity::unknown);
    blinding.blinds = true;
    Names told;
    const auto run = [&](int round, bool is_blind) {
        const auto now = noon + 30min * round;
        const auto take = [&](const Ledger::Changes& changes) {
            for (const auto& name : opened(changes))
                told.push_back(std::to_string(round) + ' ' + name);
        };
        take(ledger.record(list_b, is_blind ? report_of({blinding}) : Report{}, now));
        take(ledger.record(list_a,
                           report_of({untold("ptr.unknown", false, Severity::unknown),
                                      untold("spf.unknown", false, Severity::info),
                                      untold("delivery.log_unreadable", true, Severity::unknown),
                                      untold("volume.over_plan", true, Severity::info),
                                      finding("dnsbl.listed", "192.0.2.1", "a.test")}),
                           now));
    };
    for (int round = 0; round < 6; ++round)
        run(round, true);
    EXPECT_EQ(told, (Names{"1 dns.resolver_silent resolver ", "1 delivery.log_unreadable mail ",
                           "1 dnsbl.listed 192.0.2.1 a.test", "1 volume.over_plan mail "}));
    told.clear();
    for (int round = 6; round < 9; ++round)
        run(round, false);
    EXPECT_EQ(told, (Names{"6 ptr.unknown mail ", "6 spf.unknown mail "}))
        << "now it has waited for long enough";
}

TEST(Ledger, AFlappingFindingIsToldOnceMoreAndThenNotBeforeItIsCalm) {
    AlertSettings alerts;
    alerts.confirm = 1;
    alerts.clear = 1;
    EXPECT_EQ(story("s-s-s-s-s-s-s-s-", alerts, 30min),
              "0:opened 1:cleared 2:opened 3:cleared 4:opened[flapping]");
    EXPECT_EQ(story("s-s-s-s------------s-", alerts, 30min),
              "0:opened 1:cleared 2:opened 3:cleared 4:opened[flapping]")
        << "seen again before the 6 h were over";
}

TEST(Ledger, AFlappingFindingClearsWhenCalm) {
    AlertSettings alerts;
    alerts.confirm = 1;
    alerts.clear = 1;
    EXPECT_EQ(story("s-s-s--------------", alerts, 30min),
              "0:opened 1:cleared 2:opened 3:cleared 4:opened[flapping] 17:cleared[calm again]");
    EXPECT_EQ(story("s-s-s-r", alerts, 30min),
              "0:opened 1:cleared 2:opened 3:cleared 4:opened[flapping] 6:cleared[no longer watched]");
}

TEST(Ledger, OpeningsThatAreFarApartAreNoFlapping) {
    AlertSettings alerts;
    alerts.confirm = 1;
    alerts.clear = 1;
    EXPECT_EQ(story("s-s-s-s-", alerts, 13h),
              "0:opened 1:cleared 2:opened 3:cleared 4:opened 5:cleared 6:opened 7:cleared");
}

TEST(Ledger, WhatCannotBeToldForLongIsGivenUp) {
    EXPECT_EQ(story("sshhhhhhhh", AlertSettings{}, 24h * 1), "1:opened 8:cleared[given up]");
}

TEST(Ledger, WhatCouldNotBeToldHasToLast) {
    EXPECT_EQ(story("mm-", AlertSettings{}, 10min), "");
    EXPECT_EQ(story("mmm", AlertSettings{}, 10min), "");
    EXPECT_EQ(story("mmmm", AlertSettings{}, 10min), "3:opened(ptr.unknown)");
    EXPECT_EQ(story("m-mmm", AlertSettings{}, 10min), "");
}

TEST(Ledger, WhileBlindNothingElseThatCouldNotBeToldOpens) {
    EXPECT_EQ(story("bbbbbbbbbb", AlertSettings{}, 60min), "1:opened(dns.resolver_silent)");
    EXPECT_EQ(story("bbbbbb--", AlertSettings{}, 60min),
              "1:opened(dns.resolver_silent) 7:cleared (dns.resolver_silent)");
    EXPECT_EQ(story("bbbbbbmm", AlertSettings{}, 60min),
              "1:opened(dns.resolver_silent) 7:opened(ptr.unknown) 7:cleared (dns.resolver_silent)");
}

TEST(Ledger, TheFirstRunMayBeSilentAboutOldSins) {
    AlertSettings alerts;
    alerts.notify_initial = false;
    Ledger ledger(settings_of(alerts));
    const auto report = [] { return report_of({finding("c", "old")}); };
    ledger.record(list_a, report(), noon);
    auto changes = ledger.record(list_a, report(), noon + 1min);
    ASSERT_EQ(opened(changes), Names{"c old "});
    EXPECT_TRUE(changes.transitions.at(0).silent);
    EXPECT_EQ(open_in(ledger), Names{"c old "}) << "it is shown";
    ledger.record(list_a, report_of({finding("c", "old"), finding("c", "new")}), noon + 2min);
    changes = ledger.record(list_a, report_of({finding("c", "old"), finding("c", "new")}), noon + 3min);
    ASSERT_EQ(opened(changes), Names{"c new "});
    EXPECT_FALSE(changes.transitions.at(0).silent);
    ledger.record(list_a, {}, noon + 4min);
    changes = ledger.record(list_a, {}, noon + 5min);
    ASSERT_EQ(changes.transitions.size(), 2U);
    for (const auto& transition : changes.transitions)
        EXPECT_EQ(transition.silent, transition.finding.subject == "old")
            << "who was not told need not hear the end";
}

TEST(Ledger, AMuteKeepsSilentUntilItEnds) {
    AlertSettings alerts = AlertSettings::immediate();
    auto settings = settings_of(alerts);
    settings->mutes.push_back({"", "a.test", "dnsbl.listed", noon + 2h, "known"});
    Ledger ledger(settings);
    const auto report = [] { return report_of({finding("dnsbl.listed", "192.0.2.1", "a.test")}); };
    const auto changes = ledger.record(list_a, report(), noon);
    ASSERT_EQ(changes.transitions.size(), 1U);
    EXPECT_TRUE(changes.transitions[0].silent);
    EXPECT_TRUE(ledger.findings(noon).at(0).muted);
    EXPECT_TRUE(ledger.record(list_a, report(), noon + 1h).transitions.empty());
    EXPECT_TRUE(ledger.tick(noon + 2h - 1s).transitions.empty());
    const auto after = ledger.tick(noon + 2h);
    ASSERT_EQ(after.transitions.size(), 1U);
    EXPECT_EQ(after.transitions[0].kind, TransitionKind::changed);
    EXPECT_EQ(after.transitions[0].note, "its mute has ended");
    EXPECT_EQ(after.transitions[0].before, Severity::ok) << "until then nobody was told";
    EXPECT_FALSE(after.transitions[0].silent);
    EXPECT_EQ(after.transitions[0].episode, changes.transitions[0].id);
    EXPECT_TRUE(ledger.tick(noon + 3h).transitions.empty()) << "once";
    EXPECT_FALSE(ledger.record(list_a, {}, noon + 4h).transitions.at(0).silent);
}

TEST(Ledger, SeveritiesAreOverridden) {
    auto settings = settings_of(AlertSettings::immediate());
    settings->severities.push_back({"dnsbl.listed", "", "quiet.test", Severity::ok});
    settings->severities.push_back({"dnsbl.listed", "", "", Severity::critical});
    Ledger ledger(settings);
    const auto changes = ledger.record(
        list_a,
        report_of({finding("dnsbl.listed", "192.0.2.1", "quiet.test"),
                   finding("dnsbl.listed", "192.0.2.1", "a.test"), finding("ptr.missing", "192.0.2.1")}),
        noon);
    EXPECT_EQ(opened(changes), (Names{"dnsbl.listed 192.0.2.1 a.test", "ptr.missing 192.0.2.1 "}));
    EXPECT_EQ(ledger.findings(noon).at(0).finding.severity, Severity::critical);
    EXPECT_EQ(ledger.findings(noon).at(1).finding.severity, Severity::warning);
}

TEST(Ledger, ADrillNeverMeetsTheRealFinding) {
    Ledger ledger = immediate();
    Finding drill = finding("dnsbl.listed", "192.0.2.1", "a.test");
    drill.drill = true;
    ledger.record(list_a, report_of({finding("dnsbl.listed", "192.0.2.1", "a.test"), drill}), noon);
    EXPECT_EQ(ledger.findings(noon).size(), 2U);
    const auto changes =
        ledger.record(list_a, report_of({finding("dnsbl.listed", "192.0.2.1", "a.test")}), noon);
    ASSERT_EQ(changes.transitions.size(), 1U);
    EXPECT_TRUE(changes.transitions[0].finding.drill);
}

// Nothing that keeps a real finding quiet keeps a drill so.
TEST(Ledger, ADrillIsAlwaysTold) {
    AlertSettings alerts = AlertSettings::immediate();
    alerts.notify_initial = false;
    alerts.flap_count = 2;
    auto settings = settings_of(alerts);
    settings->severities.push_back({"dnsbl.listed", "", "", Severity::ok});
    settings->mutes.push_back({"", "a.test", "", {}, ""});
    Ledger ledger(settings);
    Finding drill = finding("dnsbl.listed", "192.0.2.1", "a.test");
    drill.drill = true;
    for (int round = 0; round < 3; ++round) {
        const auto began = ledger.record(list_a, report_of({drill}), noon + round * 1min);
        ASSERT_EQ(began.transitions.size(), 1U) << round;
        EXPECT_FALSE(began.transitions[0].silent);
        EXPECT_EQ(began.transitions[0].note, "");
        // A list that is silent holds what it said, which a drill is not.
        const auto ended =
            ledger.record(list_a, report_of({}, {{"", "", "a.test"}}), noon + round * 1min + 30s);
        ASSERT_EQ(ended.transitions.size(), 1U) << round;
        EXPECT_EQ(ended.transitions[0].kind, TransitionKind::cleared);
        EXPECT_FALSE(ended.transitions[0].silent);
    }
    EXPECT_TRUE(ledger.entries().empty());
}

// Whatever was decided before the end is known after it, and nothing is decided twice.
TEST(Ledger, GoesOnAfterARestartWhereItWas) {
    const std::string runs = "ss-s--sss-h-ss--ss--s--------ss";
    AlertSettings alerts;
    alerts.flap_count = 4;
    for (std::size_t restart = 0; restart <= runs.size(); ++restart) {
        const auto settings = settings_of(alerts);
        Ledger first(settings);
        Ledger second(settings);
        std::map<std::uint64_t, LedgerEntry> stored;
        std::uint64_t next_transition = 1;
        std::vector<std::string> told;
        first.record(list_a, {}, noon - 1h);
        for (std::size_t run = 0; run < runs.size(); ++run) {
            if (run == restart) {
                std::vector<LedgerEntry> entries;
                for (const auto& [id, entry] : stored)
                    entries.push_back(entry);
                second.restore(entries, {list_a}, 1, next_transition);
            }
            Ledger& ledger = run < restart ? first : second;
            Report report;
            if (runs[run] == 's') report.findings.push_back(finding("c", "s"));
            if (runs[run] == 'h') report.holds.push_back({"", "", ""});
            const auto changes = ledger.record(list_a, std::move(report), noon + 30min * run);
            for (const auto& entry : changes.entries)
                stored[entry.id] = entry;
            for (const auto id : changes.dropped)
                stored.erase(id);
            for (const auto& transition : changes.transitions) {
                next_transition = transition.id + 1;
                told.push_back(std::to_string(run) + std::string(to_string(transition.kind)) +
                               std::to_string(transition.id) + '/' + std::to_string(transition.episode));
            }
        }
        static std::vector<std::string> undisturbed;
        if (restart == 0) undisturbed = told;
        EXPECT_FALSE(told.empty());
        EXPECT_EQ(told, undisturbed) << "restart before run " << restart;
    }
}

TEST(Ledger, ThousandsOfListingsAreCheap) {
    // Each of these lists has everything change in every round; a search through the other jobs for each finding
    // would take minutes.
    Ledger ledger = immediate();
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
            EXPECT_EQ(opened(changes).size(), round == 0 ? addresses : round == 2 ? addresses / 2 : 0U);
            EXPECT_EQ(cleared(changes).size(), round % 2 == 1 ? addresses / 2 : 0U);
        }
    }
    EXPECT_EQ(ledger.findings(noon).size(), addresses / 2 * 20U);
}

}  // namespace
}  // namespace reputed
