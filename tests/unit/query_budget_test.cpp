#include "checks/net/query_budget.hpp"

#include <random>
#include <thread>

#include <gtest/gtest.h>

namespace reputed {
namespace {

using namespace std::chrono_literals;
using WallTime = QueryBudget::WallTime;
using SteadyTime = QueryBudget::SteadyTime;

const WallTime start = WallTime(std::chrono::seconds(1'800'000'000));  // the beginning of a bucket

QueryBudget::Usage usage_of(const QueryBudget& budget, WallTime now, const std::string& owner = "O") {
    for (const auto& usage : budget.usage(now))
        if (usage.owner == owner) return usage;
    return {};
}

struct Limited : QueryBudget {
    explicit Limited(std::uint64_t per_day, std::uint64_t at_once) {
        set_limits({{"O", {per_day, 0, at_once}}});
    }
};

TEST(QueryBudgetDay, NoWindowOf24HoursHoldsMoreThanTheLimit) {
    constexpr std::uint64_t limit = 10'000;
    std::mt19937 random(7);
    for (int seed = 0; seed < 20; ++seed) {
        Limited budget(limit, limit);
        std::vector<std::pair<WallTime, std::uint64_t>> asked;
        WallTime now = start + std::chrono::seconds(random() % 600);
        for (int i = 0; i < 2000; ++i) {
            now += std::chrono::seconds(random() % 1800);
            const std::uint64_t count = 1 + random() % 900;
            if (budget.take("O", count, now)) asked.emplace_back(now, count);
        }
        std::uint64_t most = 0;
        for (std::size_t end = 0, begin = 0, sum = 0; end < asked.size(); ++end) {
            sum += asked[end].second;
            while (asked[end].first - asked[begin].first >= 24h)
                sum -= asked[begin++].second;
            most = std::max(most, static_cast<std::uint64_t>(sum));
        }
        EXPECT_LE(most, limit);
        EXPECT_GT(most, limit * 8 / 10) << "it is used, too";
    }
}

TEST(QueryBudgetDay, AllOrNothing) {
    Limited budget(100, 100);
    EXPECT_TRUE(budget.take("O", 60, start));
    EXPECT_FALSE(budget.take("O", 41, start));
    EXPECT_EQ(usage_of(budget, start).used, 60U);
    EXPECT_EQ(usage_of(budget, start).refused, 1U);
    EXPECT_TRUE(budget.take("O", 40, start));
    EXPECT_FALSE(budget.take("O", 1, start));
    EXPECT_TRUE(budget.take("O", 0, start)) << "nothing always fits";
    EXPECT_FALSE(budget.take("O", 101, start));
    EXPECT_FALSE(budget.take("O", UINT64_MAX, start));
    EXPECT_TRUE(budget.take("nobody", 1'000'000'000, start)) << "no limit";
    EXPECT_EQ(usage_of(budget, start, "nobody").used, 1'000'000'000U);
}

// One that asks for more than it should cannot take the rest of the day from the others.
TEST(QueryBudgetDay, IsHandedOutEvenly) {
    Limited budget(24'000, 0);  // 4,800 at once, 900 an hour
    std::vector<std::uint64_t> hours(48);
    for (int minute = 0; minute < 48 * 60; ++minute)
        while (budget.take("O", 100, start + std::chrono::minutes(minute)))
            hours[static_cast<std::size_t>(minute / 60)] += 100;
    for (std::size_t hour = 0; hour < hours.size(); ++hour) {
        // What was asked at once is remembered for a day; then there may be so much once more.
        const bool at_once = hour == 0 || hour == 24;
        EXPECT_LE(hours[hour], at_once ? 4'800U + 900U : 1'100U) << hour;
        if (hour < 21) {
            EXPECT_GE(hours[hour], 700U) << hour;
        }
    }
    std::uint64_t second_day = 0;
    for (std::size_t hour = 24; hour < 48; ++hour)
        second_day += hours[hour];
    EXPECT_GE(second_day, 20'000U) << "it does not stand still";
}

TEST(QueryBudgetDay, ARoundGreaterThanTheShareFitsWhenItHasBeenQuiet) {
    Limited budget(10'000, 0);
    EXPECT_TRUE(budget.take("O", 5'000, start));
    EXPECT_FALSE(budget.take("O", 4'000, start + 1h)) << "so soon";
    EXPECT_TRUE(budget.take("O", 4'000, start + 16h));
    EXPECT_FALSE(budget.take("O", 4'000, start + 23h));
    EXPECT_TRUE(budget.take("O", 5'000, start + 48h));
}

TEST(QueryBudgetRoom, IsWhenItFits) {
    Limited budget(100, 100);
    EXPECT_EQ(budget.room_at("O", 100, start + 5s), start + 5s);
    EXPECT_EQ(budget.room_at("O", 101, start), std::nullopt) << "never";
    EXPECT_EQ(budget.room_at("nobody", 101, start), start);
    ASSERT_TRUE(budget.take("O", 30, start + 5min));
    ASSERT_TRUE(budget.take("O", 30, start + 65min));
    EXPECT_EQ(budget.room_at("O", 40, start + 2h), start + 2h);
    const auto room = budget.room_at("O", 60, start + 2h);
    EXPECT_EQ(room, start + 24h + 10min);
    EXPECT_FALSE(budget.take("O", 60, *room - 1s));
    EXPECT_TRUE(budget.take("O", 60, *room));
}

TEST(QueryBudgetRoom, AgreesWithTake) {
    std::mt19937 random(11);
    for (int i = 0; i < 300; ++i) {
        Limited budget(1000, random() % 500);
        WallTime now = start;
        for (int n = 0; n < 12; ++n) {
            now += std::chrono::minutes(random() % 300);
            budget.take("O", random() % 300, now);
        }
        const std::uint64_t count = 1 + random() % 500;
        const auto room = budget.room_at("O", count, now);
        ASSERT_TRUE(room);
        if (*room > now) {
            Limited same(1000, budget.limits().at("O").at_once);
            for (const auto& part : budget.all_parts(now))
                same.restore(part.owner, *part.text, now);
            EXPECT_FALSE(same.take("O", count, *room - 2s));
        }
        EXPECT_TRUE(budget.take("O", count, *room + 1s));
    }
}

TEST(QueryBudgetSettle, WhatWasNotAskedIsGivenBack) {
    Limited budget(1000, 1000);
    ASSERT_TRUE(budget.take("O", 600, start));
    budget.give_back("O", 100, start);
    EXPECT_EQ(usage_of(budget, start).used, 500U);
    budget.give_back("O", 10'000, start);
    EXPECT_EQ(usage_of(budget, start).used, 0U) << "no more than there was";
    ASSERT_TRUE(budget.take("O", 600, start));
    budget.count("O", 700, start);
    EXPECT_EQ(usage_of(budget, start).used, 1300U) << "what was asked was asked";
    EXPECT_FALSE(budget.take("O", 1, start));
}

TEST(QueryBudgetSettle, ALongRoundCountsFromItsEnd) {
    Limited budget(1000, 1000);
    ASSERT_TRUE(budget.take("O", 600, start));
    ASSERT_TRUE(budget.take("O", 100, start + 30min));
    budget.settle("O", 600, start, 590, start + 40min);
    EXPECT_EQ(usage_of(budget, start + 40min).used, 690U);
    EXPECT_EQ(usage_of(budget, start + 24h + 30min).used, 690U);
    EXPECT_EQ(usage_of(budget, start + 24h + 40min).used, 590U);
    EXPECT_EQ(usage_of(budget, start + 24h + 50min).used, 0U);
}

TEST(QueryBudgetClock, GoingBackForgetsNothingAndBlocksNoLongerThanADay) {
    Limited budget(100, 100);
    ASSERT_TRUE(budget.take("O", 100, start + 1000h));
    EXPECT_FALSE(budget.take("O", 1, start)) << "it was just asked";
    EXPECT_EQ(budget.room_at("O", 100, start), start + 24h + 10min);
    EXPECT_TRUE(budget.take("O", 100, start + 24h + 10min));
}

TEST(QueryBudgetLimits, ReplacedLimitsKeepWhatWasUsed) {
    Limited budget(100, 100);
    ASSERT_TRUE(budget.take("O", 80, start));
    budget.set_limits({{"O", {50, 0, 0}}});
    EXPECT_FALSE(budget.take("O", 1, start));
    EXPECT_FALSE(budget.is_rationed("P"));
    budget.set_limits({{"P", {50, 2, 0}}});
    EXPECT_TRUE(budget.take("O", 1, start)) << "no limit any more";
    EXPECT_EQ(usage_of(budget, start).used, 81U);
    EXPECT_FALSE(budget.is_rationed("O"));
    EXPECT_TRUE(budget.is_rationed("P"));
    EXPECT_TRUE(budget.is_paced("P"));
    EXPECT_FALSE(budget.is_paced("O"));
    EXPECT_FALSE(budget.take("P", 20, start) && budget.take("P", 20, start));
    budget.allow_at_once();
    EXPECT_TRUE(budget.take("P", 20, start));
}

TEST(QueryBudgetPace, SharedByAllWhoAsk) {
    QueryBudget budget;
    budget.set_limits({{"O", {0, 10, 0}}});
    const SteadyTime now{1000s};
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(budget.next_slot("O", now), now + i * 100ms);
    EXPECT_EQ(budget.next_slot("O", now + 10s), now + 10s) << "nothing is saved up";
    EXPECT_EQ(budget.next_slot("O", now + 10s), now + 10s + 100ms);
    EXPECT_EQ(budget.next_slot("P", now), now);
    EXPECT_EQ(budget.next_slot("P", now), now);
}

TEST(QueryBudgetParts, SurviveARestart) {
    Limited budget(1000, 1000);
    EXPECT_TRUE(budget.take_changes(start).empty());
    ASSERT_TRUE(budget.take("O", 300, start + 1min));
    ASSERT_TRUE(budget.take("O", 300, start + 21min));
    const auto parts = budget.take_changes(start + 21min);
    ASSERT_EQ(parts.size(), 1U);
    EXPECT_EQ(parts[0].owner, "O");
    EXPECT_EQ(parts[0].text, "1800000000 300\n1800001200 300\n");
    EXPECT_TRUE(budget.take_changes(start + 21min).empty()) << "once";
    Limited again(1000, 1000);
    again.restore("O", *parts[0].text, start + 30min);
    EXPECT_EQ(usage_of(again, start + 30min).used, 600U);
    EXPECT_FALSE(again.take("O", 401, start + 30min));
    EXPECT_TRUE(again.take("O", 400, start + 30min));
    EXPECT_TRUE(again.take("O", 300, start + 24h + 10min));
    // Everything of it is old: it is gone.
    budget.give_back("O", 600, start + 21min);
    const auto gone = budget.take_changes(start + 21min);
    ASSERT_EQ(gone.size(), 1U);
    EXPECT_EQ(gone[0].text, std::nullopt);
}

TEST(QueryBudgetParts, HostileTextIsNotBelieved) {
    const struct {
        std::string text;
        std::uint64_t used;
    } rows[] = {
        {"", 0},
        {"\n\n\n", 0},
        {"nonsense", 0},
        {"1800000000", 0},
        {"1800000000 ", 0},
        {" 5", 0},
        {"1800000000 5", 5},
        {"1800000000 5\n", 5},
        {"1800000000 5\r\n", 0},
        {"1800000000 -5\n", 0},
        {"-600 5\n", 0},
        {"1800000001 5\n", 0},
        {"1800000000 5 5\n", 0},
        {"1800000000 99999999999999999999999999\n", 0},
        {"1800000000 9223372036854775807\n", 0},
        {"9223372036854775200 5\n", 5},  // asked in a future that the clock has left
        {"1000000200 7\n1800000000 5\n", 5},
        {std::string("1800000000 5\0\n", 14), 0},
        {"x\n1800000000 5\n\xff\xfe\n1799999400 6", 11},
    };
    for (const auto& row : rows) {
        Limited budget(1000, 1000);
        budget.restore("O", row.text, start + 1min);
        EXPECT_EQ(usage_of(budget, start + 1min).used, row.used) << row.text;
        EXPECT_EQ(usage_of(budget, start + 24h + 20min).used, 0U) << row.text;
    }
    std::string many;
    for (int i = 0; i < 40'000; ++i)
        many += std::to_string(1'800'000'000LL + 600LL * i) + " 1000000000000\n";
    Limited budget(1000, 1000);
    budget.restore("O", many, start);
    EXPECT_FALSE(budget.take("O", 1, start));
    EXPECT_TRUE(budget.take("O", 1, start + 24h + 10min));
    budget.restore("", "1800000000 5", start);
    budget.restore(std::string(10'000, 'x'), "1800000000 5", start);
    for (int i = 0; i < 5000; ++i)
        budget.restore(std::to_string(i), "1800000000 5", start);
    EXPECT_EQ(budget.usage(start).size(), 4096U);
}

TEST(QueryBudgetWriter, IsCalledForWhatIsRationed) {
    Limited budget(100, 100);
    int written = 0;
    budget.set_writer([&] {
        ++written;
        EXPECT_EQ(budget.take_changes(start).size(), 1U) << "no lock is held";
    });
    EXPECT_TRUE(budget.take("O", 60, start));
    EXPECT_EQ(written, 1);
    EXPECT_FALSE(budget.take("O", 60, start));
    EXPECT_TRUE(budget.take("free", 60, start));
    EXPECT_EQ(written, 1);
    budget.set_writer({});
    EXPECT_TRUE(budget.take("O", 10, start));
    EXPECT_EQ(written, 1);
}

TEST(QueryBudgetThreads, NeverTakeMoreThanThereIs) {
    Limited budget(10'000, 10'000);
    std::atomic<std::uint64_t> taken = 0;
    budget.set_writer([&] { budget.take_changes(start); });
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i)
            threads.emplace_back([&] {
                for (int n = 0; n < 2000; ++n) {
                    if (budget.take("O", 3, start)) taken += 3;
                    budget.answers().put("g", std::to_string(n), 0, 60, true, start);
                    budget.answers().find("g", std::to_string(n), start);
                    budget.next_slot("O", SteadyTime{});
                    budget.usage(start);
                }
            });
    }
    EXPECT_EQ(taken, 9'999U);
}

}  // namespace
}  // namespace reputed
