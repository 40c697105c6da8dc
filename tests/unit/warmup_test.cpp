#include "checks/reputation/warmup.hpp"

#include <gtest/gtest.h>

namespace reputed::warmup {
namespace {

const Day first = std::chrono::year(2026) / 12 / 1;

Sender sender_with(std::vector<std::uint64_t> plan) {
    Sender sender;
    sender.warmup = first;
    sender.warmup_plan = std::move(plan);
    return sender;
}

TEST(Warmup, ThePlanThatIsBuiltInGrowsByAQuarterADay) {
    const auto plan = builtin_plan();
    ASSERT_EQ(plan.size(), 35U);
    EXPECT_EQ(plan.front(), 50U);
    EXPECT_EQ(plan.back(), 100'000U);
    for (std::size_t i = 1; i < plan.size(); ++i) {
        const double growth = static_cast<double>(plan[i]) / static_cast<double>(plan[i - 1]);
        EXPECT_GE(growth, 1.15) << "day " << i + 1;
        EXPECT_LE(growth, 1.35) << "day " << i + 1;
    }
}

TEST(Warmup, CountsItsDaysFromTheFirst) {
    struct Row {
        std::vector<std::uint64_t> plan;
        int after_first;
        std::int64_t day;  // 0 with planned 0: no stage
        std::uint64_t planned;
        bool is_over = false;
    };
    const Row rows[] = {
        {{}, 0, 1, 50},          {{}, 3, 4, 100},         {{}, 34, 35, 100'000},
        {{}, 35, 0, 0, true},    {{}, -1, 0, 0},          {{}, -30, -29, 0},
        {{100, 400}, 0, 1, 100}, {{100, 400}, 1, 2, 400}, {{100, 400}, 2, 0, 0, true},
        {{100, 400}, -1, 0, 0},  {{7}, 0, 1, 7},          {{7}, 1, 0, 0, true},
    };
    for (const auto& row : rows) {
        const auto found = stage(sender_with(row.plan), first + std::chrono::days(row.after_first));
        ASSERT_EQ(found.has_value(), !row.is_over) << row.after_first;
        if (!found) continue;
        EXPECT_EQ(found->day, row.day) << row.after_first;
        EXPECT_EQ(found->planned, row.planned) << row.after_first;
    }
    EXPECT_FALSE(stage(Sender{}, first).has_value());
}

TEST(Warmup, IsOverPastAFifthAndTwentyMessages) {
    struct Row {
        std::uint64_t sent;
        std::uint64_t planned;
        bool over;
    };
    for (const auto& row : {Row{0, 50, false}, Row{50, 50, false}, Row{69, 50, false}, Row{70, 50, true},
                            Row{120, 100, false}, Row{121, 100, true}, Row{480, 400, false},
                            Row{481, 400, true}, Row{20, 1, false}, Row{21, 1, true}, Row{1240, 400, true},
                            Row{1'200'000'000, 1'000'000'000, false}, Row{19, 0, false}, Row{20, 0, true}})
        EXPECT_EQ(is_over(row.sent, row.planned), row.over) << row.sent << " of " << row.planned;
}

}  // namespace
}  // namespace reputed::warmup
