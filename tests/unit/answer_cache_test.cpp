#include "checks/net/answer_cache.hpp"

#include <gtest/gtest.h>
#include <malloc.h>

namespace reputed {
namespace {

using namespace std::chrono_literals;

const AnswerCache::WallTime start{1'800'000'000s};

TEST(AnswerCache, KeepsByTimeToLive) {
    const struct {
        std::uint32_t ttl;
        bool negative;
        std::chrono::seconds holds;  // and not a second longer
    } rows[] = {
        {0, true, 0s},      {1, true, 1s},        {300, false, 300s},       {7200, true, 2h},
        {86'400, true, 3h}, {86'400, false, 24h}, {UINT32_MAX, false, 24h}, {UINT32_MAX, true, 3h},
    };
    for (const auto& row : rows) {
        AnswerCache cache;
        cache.put("l", "n", 3, row.ttl, row.negative, start);
        if (row.holds > 0s) {
            EXPECT_EQ(cache.find("l", "n", start + row.holds - 1s), 3) << row.ttl;
        }
        EXPECT_EQ(cache.find("l", "n", start + row.holds), std::nullopt) << row.ttl;
        EXPECT_EQ(cache.find("l", "n", start - 1s), std::nullopt) << "the clock went back";
    }
}

TEST(AnswerCache, OfEachGroupAndName) {
    AnswerCache cache;
    cache.put("a", "n", 1, 60, false, start);
    cache.put("b", "n", 2, 60, false, start);
    cache.put("b", "m", 3, 60, false, start);
    EXPECT_EQ(cache.find("a", "n", start), 1);
    EXPECT_EQ(cache.find("b", "n", start), 2);
    EXPECT_EQ(cache.find("c", "n", start), std::nullopt);
    EXPECT_EQ(cache.find("a", "m", start), std::nullopt);
    cache.put("a", "n", 4, 60, false, start);
    EXPECT_EQ(cache.find("a", "n", start), 4) << "the later one";
    EXPECT_EQ(cache.size(), 3U);
    cache.erase("b", "n");
    EXPECT_EQ(cache.find("b", "n", start), std::nullopt);
    cache.erase("b", "nothing");
    cache.erase("b");
    EXPECT_EQ(cache.size(), 1U);
}

TEST(AnswerCache, IsBounded) {
    AnswerCache cache;
    const auto name = [](std::size_t i) {
        return std::to_string(i % 200) + ".168.192." + std::to_string(i / 200);
    };
    const auto before = mallinfo2().uordblks;
    for (std::size_t i = 0; i < AnswerCache::most_entries + 50'000; ++i)
        cache.put("l", name(i), 0, 600, true, start);
    EXPECT_EQ(cache.size(), AnswerCache::most_entries);
    EXPECT_EQ(cache.find("l", name(0), start), 0) << "those that are there stay";
    const auto bytes = (mallinfo2().uordblks - before) / AnswerCache::most_entries;
    RecordProperty("bytes_an_entry", static_cast<int>(bytes));
    EXPECT_LT(bytes, 200U);
    // What no longer holds makes room.
    cache.put("l", "new", 0, 600, true, start + 599s);
    EXPECT_EQ(cache.find("l", "new", start + 599s), std::nullopt);
    cache.put("l", "new", 0, 600, true, start + 700s);
    EXPECT_EQ(cache.find("l", "new", start + 700s), 0);
    EXPECT_EQ(cache.size(), 1U);
}

}  // namespace
}  // namespace reputed
