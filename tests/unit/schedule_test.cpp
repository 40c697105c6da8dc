#include "agent/schedule.hpp"

#include <algorithm>
#include <set>
#include <string>

#include <gtest/gtest.h>

namespace reputed {
namespace {

using namespace std::chrono_literals;
using Time = Schedule::Time;

const Time start = Time{} + 1000h;

JobKey key_of(std::size_t number) {
    return {"check", std::to_string(number)};
}

std::vector<Schedule::Job> jobs_of(std::size_t count, std::chrono::seconds interval) {
    std::vector<Schedule::Job> jobs;
    for (std::size_t i = 0; i < count; ++i)
        jobs.push_back({key_of(i), interval});
    return jobs;
}

// Runs what is due for `length`, each run taking `cost`, one after the other; returns when each run began.
std::map<JobKey, std::vector<Time>> run_for(Schedule& schedule, Time now, std::chrono::seconds length,
                                            std::chrono::milliseconds cost) {
    std::map<JobKey, std::vector<Time>> runs;
    const Time end = now + length;
    while (now < end) {
        if (const auto key = schedule.take_due(now)) {
            runs[*key].push_back(now);
            schedule.finished(*key, now, now + cost);
            now += cost;
            continue;
        }
        const auto due = schedule.next_due();
        if (!due) break;
        now = std::max(now, *due);
    }
    return runs;
}

TEST(Schedule, WithoutJobsNothingIsDue) {
    Schedule schedule(1);
    EXPECT_EQ(schedule.take_due(start), std::nullopt);
    EXPECT_EQ(schedule.next_due(), std::nullopt);
    EXPECT_EQ(schedule.due(key_of(0)), std::nullopt);
    schedule.finished(key_of(0), start, start);
    EXPECT_EQ(schedule.next_due(), std::nullopt);
}

TEST(Schedule, RunByBringsForwardAsFarAsWanted) {
    Schedule schedule(1);
    schedule.set_jobs(jobs_of(1, 1h), start);
    ASSERT_TRUE(schedule.take_due(start + 1min));
    schedule.finished(key_of(0), start + 1min, start + 1min);
    schedule.run_by(key_of(0), start + 2min);
    EXPECT_EQ(schedule.due(key_of(0)), start + 2min);
    schedule.run_by(key_of(0), start + 3min);
    EXPECT_EQ(schedule.due(key_of(0)), start + 2min) << "never puts it off";
    ASSERT_EQ(schedule.take_due(start + 2min), key_of(0));
    schedule.run_by(key_of(0), start + 2min);
    EXPECT_EQ(schedule.take_due(start + 2min), std::nullopt) << "it runs";
    schedule.finished(key_of(0), start + 2min, start + 3min);
    EXPECT_EQ(schedule.take_due(start + 3min), key_of(0)) << "once more";
    schedule.run_by(key_of(1), start);
    EXPECT_EQ(schedule.due(key_of(1)), std::nullopt);
}

TEST(Schedule, FirstRunsAreSpreadButNotForLong) {
    struct Row {
        std::size_t jobs;
        std::chrono::milliseconds limit;
    };
    for (const auto& row : {Row{1, 50ms}, Row{60, 3s}, Row{1200, 60s}, Row{20'000, 60s}}) {
        Schedule schedule(7);
        schedule.set_jobs(jobs_of(row.jobs, 30min), start);
        Time first = Time::max();
        Time last = start;
        for (std::size_t i = 0; i < row.jobs; ++i) {
            const Time due = schedule.due(key_of(i)).value();
            EXPECT_GE(due, start);
            EXPECT_LT(due, start + row.limit);
            first = std::min(first, due);
            last = std::max(last, due);
        }
        EXPECT_EQ(schedule.next_due(), first);
        EXPECT_TRUE(row.jobs == 1 || last - first > row.limit / 2);
    }
}

TEST(Schedule, JitterStaysWithinFivePercentOfTheInterval) {
    Schedule schedule(3);
    schedule.set_jobs(jobs_of(1, 1000s), start);
    auto shortest = 2000.0;
    auto longest = 0.0;
    auto sum = 0.0;
    constexpr int rounds = 2000;
    Time now = start + 1s;
    for (int i = 0; i < rounds; ++i) {
        ASSERT_EQ(schedule.take_due(now), key_of(0));
        schedule.finished(key_of(0), now, now + 10s);
        const Time due = schedule.due(key_of(0)).value();
        const auto waited = std::chrono::duration<double>(due - now).count();
        shortest = std::min(shortest, waited);
        longest = std::max(longest, waited);
        sum += waited;
        now = due;
    }
    EXPECT_GE(shortest, 950);
    EXPECT_LE(longest, 1050);
    EXPECT_LT(shortest, 960) << "hardly any jitter";
    EXPECT_GT(longest, 1040) << "hardly any jitter";
    EXPECT_NEAR(sum / rounds, 1000, 5) << "the interval is stretched or shortened as a whole";
}

TEST(Schedule, ALongRunDoesNotStretchTheIntervalNorRunAgainAtOnce) {
    Schedule schedule(3);
    schedule.set_jobs(jobs_of(1, 1000s), start);
    const Time begun = start + 1s;
    ASSERT_TRUE(schedule.take_due(begun));
    schedule.finished(key_of(0), begun, begun + 500s);
    EXPECT_LE(schedule.due(key_of(0)).value(), begun + 1050s);
    const Time again = begun + 1050s;
    ASSERT_TRUE(schedule.take_due(again));
    schedule.finished(key_of(0), again, again + 5000s);
    EXPECT_EQ(schedule.due(key_of(0)), again + 5100s);
}

TEST(Schedule, ARunningJobIsNotTakenAgain) {
    Schedule schedule(3);
    schedule.set_jobs(jobs_of(2, 60s), start);
    const Time later = start + 24h;
    const auto first = schedule.take_due(later);
    const auto second = schedule.take_due(later);
    ASSERT_TRUE(first && second);
    EXPECT_NE(*first, *second);
    EXPECT_EQ(schedule.take_due(later), std::nullopt);
    EXPECT_EQ(schedule.next_due(), std::nullopt);
    schedule.finished(*first, later, later + 1s);
    EXPECT_EQ(schedule.take_due(later + 1h), first);
    EXPECT_EQ(schedule.take_due(later + 1h), std::nullopt);
}

TEST(Schedule, WhatIsDueForLongestComesFirst) {
    Schedule schedule(11);
    schedule.set_jobs(jobs_of(500, 60s), start);
    Time before = start;
    for (int i = 0; i < 500; ++i) {
        const auto key = schedule.take_due(start + 24h);
        ASSERT_TRUE(key);
        const Time due = schedule.due(*key).value();
        EXPECT_GE(due, before);
        before = due;
    }
}

TEST(Schedule, NothingStarvesUnderOverload) {
    // 100 jobs of 10 s, each run 1 s, one worker: there is time for a tenth of what is wanted.
    Schedule schedule(5);
    auto jobs = jobs_of(100, 10s);
    jobs.push_back({{"rare", "x"}, 400s});
    schedule.set_jobs(jobs, start);
    const auto runs = run_for(schedule, start, 4000s, 1s);
    ASSERT_EQ(runs.size(), 101U);
    for (const auto& [key, times] : runs)
        EXPECT_GE(times.size(), key.check == "rare" ? 7U : 30U) << key.subject;
}

TEST(Schedule, RunsAsOftenAsTheIntervalSays) {
    Schedule schedule(5);
    schedule.set_jobs(jobs_of(50, 60s), start);
    for (const auto& [key, times] : run_for(schedule, start, 24h, 10ms))
        EXPECT_NEAR(static_cast<double>(times.size()), 24 * 60, 24) << key.subject;
}

TEST(Schedule, ReloadKeepsPlaces) {
    Schedule schedule(9);
    schedule.set_jobs(jobs_of(100, 30min), start);
    std::vector<Time> before;
    for (std::size_t i = 0; i < 100; ++i)
        before.push_back(schedule.due(key_of(i)).value());
    schedule.set_jobs(jobs_of(101, 30min), start + 10ms);
    for (std::size_t i = 0; i < 100; ++i)
        EXPECT_EQ(schedule.due(key_of(i)), before[i]);
    EXPECT_LE(schedule.due(key_of(100)).value(), start + 6s);
}

TEST(Schedule, ReloadWithAShorterIntervalBringsForwardAndALongerOneDoesNotPutOff) {
    struct Row {
        std::chrono::seconds interval;
        bool forward;
    };
    for (const auto& row : {Row{60s, true}, Row{30min, false}, Row{24h, false}}) {
        Schedule schedule(9);
        schedule.set_jobs(jobs_of(1, 30min), start);
        const Time begun = start + 1s;
        ASSERT_TRUE(schedule.take_due(begun));
        schedule.finished(key_of(0), begun, begun);
        const Time before = schedule.due(key_of(0)).value();
        schedule.set_jobs(jobs_of(1, row.interval), begun + 10s);
        EXPECT_EQ(schedule.due(key_of(0)), row.forward ? begun + 70s : before);
        EXPECT_EQ(schedule.next_due(), schedule.due(key_of(0)));
    }
}

TEST(Schedule, ReloadWhileAJobRuns) {
    Schedule schedule(9);
    schedule.set_jobs(jobs_of(1, 30min), start);
    const Time begun = start + 1s;
    ASSERT_TRUE(schedule.take_due(begun));
    schedule.set_jobs(jobs_of(1, 60s), begun + 1s);
    EXPECT_EQ(schedule.take_due(begun + 24h), std::nullopt);
    schedule.finished(key_of(0), begun, begun + 2s);
    EXPECT_LE(schedule.due(key_of(0)).value(), begun + 63s) << "the new interval counts";
    EXPECT_EQ(schedule.take_due(begun + 24h), key_of(0));
}

TEST(Schedule, ReloadWithOtherTargetsRunsAllAnew) {
    Schedule schedule(9);
    schedule.set_jobs(jobs_of(2, 30min), start);
    const Time begun = start + 1s;
    const auto running = schedule.take_due(begun);
    const auto waiting = schedule.take_due(begun);
    ASSERT_TRUE(running && waiting);
    schedule.finished(*waiting, begun, begun);
    schedule.set_jobs(jobs_of(2, 30min), begun + 1s, true);
    EXPECT_EQ(schedule.take_due(begun + 2s), waiting);
    EXPECT_EQ(schedule.take_due(begun + 2s), std::nullopt) << "the other one still runs";
    schedule.set_jobs(jobs_of(2, 30min), begun + 2s);
    schedule.finished(*running, begun, begun + 3s);
    EXPECT_EQ(schedule.take_due(begun + 3s), running) << "it looked at the old targets";
    schedule.finished(*running, begun + 3s, begun + 3s);
    EXPECT_EQ(schedule.take_due(begun + 4s), std::nullopt);
}

TEST(Schedule, AJobTakenAwayAndGivenBackWhileItRunsIsNotRunTwiceAtOnce) {
    Schedule schedule(9);
    schedule.set_jobs(jobs_of(1, 60s), start);
    const Time begun = start + 1s;
    ASSERT_TRUE(schedule.take_due(begun));
    schedule.set_jobs({}, begun + 1s);
    EXPECT_EQ(schedule.next_due(), std::nullopt);
    schedule.set_jobs(jobs_of(1, 60s), begun + 2s);
    EXPECT_EQ(schedule.take_due(begun + 24h), std::nullopt);
    schedule.finished(key_of(0), begun, begun + 3s);
    EXPECT_EQ(schedule.take_due(begun + 24h), key_of(0));
}

TEST(Schedule, AJobTakenAwayForGoodIsForgotten) {
    Schedule schedule(9);
    schedule.set_jobs(jobs_of(1, 60s), start);
    ASSERT_TRUE(schedule.take_due(start + 1s));
    schedule.set_jobs({}, start + 2s);
    schedule.finished(key_of(0), start + 1s, start + 3s);
    EXPECT_EQ(schedule.next_due(), std::nullopt);
    EXPECT_EQ(schedule.due(key_of(0)), std::nullopt);
}

TEST(Schedule, AJobThatWasRunWithoutBeingTakenIsThereOnce) {
    Schedule schedule(9);
    schedule.set_jobs(jobs_of(1, 60s), start);
    schedule.finished(key_of(0), start, start);
    EXPECT_EQ(schedule.take_due(start + 24h), key_of(0));
    EXPECT_EQ(schedule.take_due(start + 24h), std::nullopt);
}

TEST(Schedule, ManyJobsForADay) {
    // 5,000 jobs and some 30,000 runs: only with an order by time is this over at once.
    Schedule schedule(2);
    schedule.set_jobs(jobs_of(5000, 1h), start);
    const auto runs = run_for(schedule, start, 6h, 0ms);
    ASSERT_EQ(runs.size(), 5000U);
    for (const auto& [key, times] : runs) {
        ASSERT_GE(times.size(), 6U);
        ASSERT_LE(times.size(), 7U);
    }
}

}  // namespace
}  // namespace reputed
