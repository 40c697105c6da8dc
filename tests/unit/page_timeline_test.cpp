#include <gtest/gtest.h>

#include "agent/page/page.hpp"
#include "agent/page/timeline.hpp"
#include "tests/support/page_words.hpp"
#include "tests/support/sample_snapshot.hpp"

namespace reputed::page {
namespace {

using test::at;
using test::has;
using test::noon;
constexpr std::int64_t day = 86'400;

EpisodeOutline episode(Severity severity, std::int64_t opened, std::int64_t cleared,
                       const char* object = "bl.test", const char* code = "dnsbl.listed",
                       const char* subject = "192.0.2.10") {
    EpisodeOutline outline;
    outline.code = code;
    outline.subject = subject;
    outline.object = object;
    outline.severity = severity;
    outline.message = "<b>what was found</b>";
    outline.opened = at(opened);
    outline.end = cleared == 0 ? Episode::End::unknown : Episode::End::cleared;
    outline.cleared = at(cleared);
    return outline;
}

Snapshot quiet_snapshot() {
    auto snapshot = test::busy_snapshot();
    snapshot.findings.clear();
    return snapshot;
}

std::vector<Day> days_about(const Snapshot& snapshot, std::vector<EpisodeOutline> episodes,
                            const std::function<Watch(DayNumber)>& watch, bool complete = true) {
    const Names names(snapshot);
    const Chronicle chronicle(std::move(episodes), {}, complete);
    const View view{snapshot, names, &chronicle};
    return days_of(view, happenings_about(view, "192.0.2.10"), watch, "192.0.2.10");
}

Watch always(DayNumber) {
    return Watch::yes;
}
Watch never(DayNumber) {
    return Watch::no;
}

TEST(PageTimeline, ADayIsAsBadAsTheWorstOfIt) {
    const auto days = days_about(quiet_snapshot(),
                                 {episode(Severity::info, noon - 3 * day, noon - day, "a.test"),
                                  episode(Severity::critical, noon - 2 * day, noon - 2 * day + 60)},
                                 always);
    ASSERT_EQ(days.size(), 90U);
    EXPECT_EQ(days[89].day, day_of(at(noon)));
    EXPECT_EQ(days[85].worst, Severity::ok);
    EXPECT_EQ(days[85].words, "nothing found");
    EXPECT_EQ(days[86].worst, Severity::info);
    EXPECT_EQ(days[86].words, "info: dnsbl.listed a.test");
    EXPECT_EQ(days[87].worst, Severity::critical);
    EXPECT_EQ(days[87].words, "critical: dnsbl.listed bl.test; info: dnsbl.listed a.test");
    EXPECT_EQ(days[88].worst, Severity::info);
    EXPECT_EQ(days[89].worst, Severity::ok);
}

// What nobody looked at is never fine.
TEST(PageTimeline, NotWatchedIsSaid) {
    const auto days =
        days_about(quiet_snapshot(), {episode(Severity::warning, noon - 3 * day, noon - 2 * day)},
                   [](DayNumber one) { return one >= day_of(at(noon - day)) ? Watch::yes : Watch::no; });
    EXPECT_FALSE(days[85].watched);
    EXPECT_EQ(days[85].words, "not watched");
    EXPECT_EQ(days[86].words, "warning: dnsbl.listed bl.test; not watched on that day");
    EXPECT_TRUE(days[88].watched);
    EXPECT_EQ(days[88].words, "nothing found");
    const auto partly = days_about(quiet_snapshot(), {}, [](DayNumber) { return Watch::partly; });
    EXPECT_FALSE(partly[0].watched);
    EXPECT_EQ(partly[0].words, "not all of it watched; nothing found in what was");
}

TEST(PageTimeline, WhatWasNotReadIsNotFine) {
    const auto days = days_about(
        quiet_snapshot(), {episode(Severity::warning, noon - 3 * day, noon - 3 * day + 9)}, always, false);
    EXPECT_FALSE(days[85].watched);
    EXPECT_EQ(days[85].words, "not known");
    EXPECT_TRUE(days[86].watched);
    EXPECT_TRUE(days[87].watched);
}

TEST(PageTimeline, WhatIsOpenNowReachesUntilToday) {
    const auto days = days_about(test::busy_snapshot(), {}, never);
    EXPECT_EQ(days[88].worst, Severity::critical);
    EXPECT_EQ(days[89].words, "critical: dnsbl.listed bl.test; not watched on that day");
    EXPECT_FALSE(days[87].watched);
}

TEST(PageTimeline, AnEndThatIsNotKnownCountsForItsFirstDay) {
    const auto days = days_about(quiet_snapshot(), {episode(Severity::warning, noon - 3 * day, 0)}, always);
    EXPECT_EQ(days[86].worst, Severity::warning);
    EXPECT_EQ(days[87].worst, Severity::ok);
}

TEST(PageTimeline, ManyAtOnceAreCounted) {
    std::vector<EpisodeOutline> many;
    for (int i = 0; i < 30; ++i)
        many.push_back(episode(Severity::warning, noon - 60, noon, (std::to_string(i) + ".test").c_str()));
    const auto days = days_about(quiet_snapshot(), std::move(many), always);
    EXPECT_TRUE(days[89].words.ends_with("; 26 more")) << days[89].words;
}

TEST(PageTimeline, StripSaysWhatItShows) {
    const auto days =
        days_about(quiet_snapshot(), {episode(Severity::warning, noon - 60, noon, "\"><script>")},
                   [](DayNumber one) { return one > day_of(at(noon)) - 10 ? Watch::yes : Watch::no; });
    const auto strip = day_strip(days, "<b>192.0.2.10");
    EXPECT_TRUE(has(strip,
                    "aria-label=\"&lt;b&gt;192.0.2.10, 2026-08-23 to 2026-11-20: 1 day warning, 9 days "
                    "without a finding, 80 days not watched\""))
        << strip;
    EXPECT_TRUE(has(strip, "<title>2026-11-20 warning: dnsbl.listed &quot;&gt;&lt;script&gt;</title>"));
    EXPECT_FALSE(has(strip, "<script>"));
}

TEST(PageTimeline, OfSendersAndOfAllTogether) {
    auto snapshot = test::busy_snapshot();
    const Names names(snapshot);
    const Chronicle chronicle(
        {episode(Severity::critical, noon - 10 * day, noon - 9 * day),
         episode(Severity::warning, noon - 20 * day, noon - 19 * day, "", "store.unavailable", "store")},
        {{day_of(at(noon - 10 * day)), 3, 1, 5}}, true);
    const auto page = render_page(View{snapshot, names, &chronicle});
    const auto section = test::section_of(page, "timeline");
    EXPECT_TRUE(has(section, "aria-label=\"All together,"));
    EXPECT_TRUE(has(section, "aria-label=\"main, 2026-08-23 to 2026-11-20: "));
    const auto main_row = section.substr(section.find("aria-label=\"main,"));
    EXPECT_TRUE(has(main_row, "2026-11-10 critical: dnsbl.listed 192.0.2.10 bl.test"));
    EXPECT_FALSE(has(main_row, "store.unavailable")) << "that is the agent's own";
    EXPECT_TRUE(has(section, "store.unavailable"));
    EXPECT_TRUE(has(section, "<title>2026-11-10: 3 findings</title>"));
    EXPECT_TRUE(has(section, "<title>2026-11-08: not watched</title>"));
    EXPECT_TRUE(has(section, "<title>2026-10-31: 1 finding</title>")) << "told by the findings themselves";
}

}  // namespace
}  // namespace reputed::page
