#include "checks/net/flight_window.hpp"

#include <deque>

#include <gtest/gtest.h>

namespace reputed {
namespace {

using namespace std::chrono_literals;
using Time = FlightWindow::Time;

// A server in virtual time: each answer takes `delay`, and no more than `per_millisecond` come in one.
int size_after(FlightWindow& window, int answers, std::chrono::milliseconds delay, int per_millisecond) {
    Time now = Time{} + 1h;
    std::deque<Time> in_flight;
    for (int done = 0; done < answers; now += 1ms) {
        for (int i = 0; i < per_millisecond && !in_flight.empty() && in_flight.front() <= now; ++i, ++done) {
            in_flight.pop_front();
            window.answered(now);
        }
        while (static_cast<int>(in_flight.size()) < window.size())
            in_flight.push_back(now + delay);
        window.blocked();
    }
    return window.size();
}

TEST(FlightWindowGrowth, ADistantServerGetsAWideWindow) {
    FlightWindow window(64, 4096);
    EXPECT_GE(size_after(window, 5'000, 20ms, 1'000'000), 1024);
}

TEST(FlightWindowGrowth, ABusyServerDoesNot) {
    FlightWindow window(64, 4096);
    EXPECT_LE(size_after(window, 50'000, 0ms, 30), 256);
}

TEST(FlightWindowGrowth, NeverPastItsCap) {
    FlightWindow window(64, 100);
    EXPECT_EQ(size_after(window, 5'000, 20ms, 1'000'000), 100);
}

TEST(FlightWindowLoss, HalvesOnceForABurstOfLosses) {
    FlightWindow window(512, 4096);
    const Time now = Time{} + 1h;
    for (int i = 0; i < 100; ++i)
        window.lost(now - 1s, now);
    EXPECT_EQ(window.size(), 256);
    window.lost(now + 1s, now + 2s);
    EXPECT_EQ(window.size(), 128);
}

TEST(FlightWindowLoss, NeverBelowItsFloor) {
    FlightWindow window(64, 4096);
    Time now = Time{} + 1h;
    for (int i = 0; i < 100; ++i, now += 1s)
        window.lost(now, now);
    EXPECT_EQ(window.size(), 16);
}

TEST(FlightWindowGrowth, IdleTrafficTeachesNothing) {
    FlightWindow window(64, 4096);
    Time now = Time{} + 1h;
    for (int i = 0; i < 10'000; ++i, now += 1ms)
        window.answered(now);
    EXPECT_EQ(window.size(), 64);
}

}  // namespace
}  // namespace reputed
