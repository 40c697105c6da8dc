#include "agent/outbox_timing.hpp"

#include <string>

#include <gtest/gtest.h>

#include "tests/support/time_zone.hpp"

namespace reputed {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

WallTime utc(int year, unsigned month, unsigned day, int hour, int minute, int second = 0) {
    using namespace std::chrono;
    return sys_days(std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day)) +
           hours(hour) + minutes(minute) + seconds(second);
}

QuietHours hours_of(std::chrono::minutes begin, std::chrono::minutes end) {
    return {begin, end};
}

TEST(OutboxTimingQuiet, HoursByTheLocalClock) {
    struct Row {
        const char* zone;
        QuietHours hours;
        WallTime now;
        WallTime end;  // `now`: not quiet
    };
    const auto night = hours_of(22h, 7h);
    const auto noon = hours_of(12h, 13h + 30min);
    const Row rows[] = {
        // Tokyo is nine hours ahead, all the year.
        {"Asia/Tokyo", night, utc(2026, 1, 15, 12, 59, 59), utc(2026, 1, 15, 12, 59, 59)},
        {"Asia/Tokyo", night, utc(2026, 1, 15, 13, 0), utc(2026, 1, 15, 22, 0)},
        {"Asia/Tokyo", night, utc(2026, 1, 15, 15, 30, 20), utc(2026, 1, 15, 22, 0)},  // past midnight
        {"Asia/Tokyo", night, utc(2026, 1, 15, 21, 59, 59), utc(2026, 1, 15, 22, 0)},
        {"Asia/Tokyo", night, utc(2026, 1, 15, 22, 0), utc(2026, 1, 15, 22, 0)},
        {"Asia/Tokyo", noon, utc(2026, 1, 15, 2, 59), utc(2026, 1, 15, 2, 59)},
        {"Asia/Tokyo", noon, utc(2026, 1, 15, 3, 0), utc(2026, 1, 15, 4, 30)},
        {"Asia/Tokyo", noon, utc(2026, 1, 15, 4, 30), utc(2026, 1, 15, 4, 30)},
        {"Asia/Tokyo", hours_of(0h, 0h), utc(2026, 1, 15, 15, 0), utc(2026, 1, 15, 15, 0)},  // never
        {"Asia/Tokyo", hours_of(9h, 9h), utc(2026, 1, 15, 0, 0), utc(2026, 1, 15, 0, 0)},
        // Berlin, winter and summer
        {"Europe/Berlin", night, utc(2026, 1, 15, 21, 0), utc(2026, 1, 16, 6, 0)},
        {"Europe/Berlin", night, utc(2026, 7, 15, 20, 0), utc(2026, 7, 16, 5, 0)},
        // The night of 29 March 2026 is an hour shorter, that of 25 October an hour longer.
        {"Europe/Berlin", night, utc(2026, 3, 28, 21, 0), utc(2026, 3, 29, 5, 0)},
        {"Europe/Berlin", night, utc(2026, 10, 24, 20, 0), utc(2026, 10, 25, 6, 0)},
        // It ends at a time that does not exist (02:30): with the leap from 02:00 to 03:00.
        {"Europe/Berlin", hours_of(22h, 2h + 30min), utc(2026, 3, 28, 21, 0), utc(2026, 3, 29, 1, 0)},
        // It ends at a time that comes twice.
        {"Europe/Berlin", hours_of(22h, 2h + 30min), utc(2026, 10, 24, 21, 0), utc(2026, 10, 25, 0, 30)},
        {"Europe/Berlin", hours_of(22h, 2h + 30min), utc(2026, 10, 25, 0, 45), utc(2026, 10, 25, 0, 45)},
        {"Europe/Berlin", hours_of(22h, 2h + 30min), utc(2026, 10, 25, 1, 10), utc(2026, 10, 25, 1, 30)},
        // All but one minute of the longest day
        {"Europe/Berlin", hours_of(0h, 23h + 59min), utc(2026, 10, 24, 22, 0), utc(2026, 10, 25, 22, 59)},
    };
    for (const auto& row : rows) {
        const test::TimeZone zone(row.zone);
        const auto index = &row - rows;
        EXPECT_EQ(is_quiet(row.hours, row.now), row.end != row.now) << index;
        const auto end = quiet_end(row.hours, row.now);
        EXPECT_EQ(end, row.end) << index << ": off by "
                                << std::chrono::duration<double>(end - row.end).count();
        EXPECT_FALSE(is_quiet(row.hours, end)) << index;
    }
}

TEST(OutboxTimingRetry, GrowsFromTenSecondsToFifteenMinutes) {
    const milliseconds longest[] = {10s, 20s, 40s, 80s, 160s, 320s, 640s, 900s, 900s};
    for (int failures = 1; failures <= 9; ++failures) {
        const auto limit = longest[failures - 1];
        milliseconds least = limit;
        milliseconds most{0};
        for (std::uint64_t random = 0; random < 300'000; random += 7) {
            const auto delay = retry_delay(failures, {}, random);
            least = std::min(least, delay);
            most = std::max(most, delay);
        }
        EXPECT_GT(most, limit - 20ms) << failures;
        EXPECT_LE(most, limit) << failures;
        EXPECT_GE(least, limit * 3 / 4) << failures;
        EXPECT_LT(least, limit * 3 / 4 + 20ms) << failures;
    }
    EXPECT_LE(retry_delay(2'000'000'000, {}, ~0ULL), 15min);
    EXPECT_GE(retry_delay(0, {}, 5), 7s);
}

TEST(OutboxTimingRetry, WhatTheReceiverAsksForCountsWithinADay) {
    EXPECT_EQ(retry_delay(1, 120s, 0), 120s);
    EXPECT_EQ(retry_delay(1, 3s, 0), 10s);
    EXPECT_EQ(retry_delay(1, -3s, 0), 10s);
    EXPECT_EQ(retry_delay(9, 60s, 0), 15min);
    EXPECT_EQ(retry_delay(1, std::chrono::seconds::max() / 2000, 0), 24h);
}

TEST(OutboxTimingWait, EndsAtOnceWhenTheClockIsSetBackBeforeItsBeginning) {
    const auto begun = utc(2026, 1, 15, 12, 0);
    EXPECT_EQ(end_of_wait(begun, 10s, begun), begun + 10s);
    EXPECT_EQ(end_of_wait(begun, 10s, begun + 20s), begun + 10s);
    EXPECT_EQ(end_of_wait(begun, 10s, begun - 1s), begun - 1s);
}

TEST(OutboxTimingRate, SoManyWithinAnHour) {
    const auto start = utc(2026, 1, 15, 12, 0);
    RateWindow window;
    EXPECT_EQ(window.free_at(2, start), start);
    window.add(start);
    EXPECT_EQ(window.free_at(2, start + 1min), start + 1min);
    window.add(start + 10min);
    EXPECT_EQ(window.free_at(2, start + 11min), start + 1h);
    EXPECT_EQ(window.free_at(1, start + 11min), start + 70min);
    EXPECT_EQ(window.free_at(2, start + 1h), start + 1h);
    EXPECT_EQ(window.free_at(3, start + 11min), start + 11min);
    // Set back by a day: what lies ahead does not count.
    EXPECT_EQ(window.free_at(1, start - 24h), start - 24h);
    window.add(start - 24h);
    EXPECT_EQ(window.free_at(1, start - 24h), start - 23h);
}

}  // namespace
}  // namespace reputed
