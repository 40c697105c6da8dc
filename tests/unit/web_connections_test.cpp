#include <algorithm>

#include <gtest/gtest.h>

#include "agent/web/connections.hpp"

namespace reputed::web {
namespace {

using namespace std::chrono_literals;
using Numbers = std::vector<int>;

const IpAddress flood = *IpAddress::parse("192.0.2.1");
const IpAddress other = *IpAddress::parse("192.0.2.2");
constexpr Connection::Time begin{};

Numbers closed(ConnectionTable& table, Connection::Time now) {
    Numbers sockets;
    for (const auto* connection : table.to_close(now))
        sockets.push_back(connection->socket);
    std::sort(sockets.begin(), sockets.end());
    return sockets;
}

TEST(WebConnections, TheOldestOfWhoHasMostMakesRoom) {
    ConnectionTable table(4);
    table.add(1, other, begin);
    table.add(2, flood, begin + 1ms);
    table.add(3, flood, begin + 2ms);
    table.add(4, flood, begin + 3ms);
    EXPECT_EQ(closed(table, begin + 3ms), Numbers{});
    auto& newest = table.add(5, flood, begin + 4ms);
    EXPECT_EQ(closed(table, begin + 4ms), Numbers{2});
    EXPECT_EQ(closed(table, begin + 4ms), Numbers{}) << "each is told once";
    table.add(6, other, begin + 5ms);
    EXPECT_EQ(closed(table, begin + 5ms), Numbers{3});
    table.remove(newest);
    EXPECT_EQ(table.open(), 3U);
}

TEST(WebConnections, AmongEqualsTheOldestGoes) {
    ConnectionTable table(3);
    for (int i = 0; i < 4; ++i)
        table.add(i, IpAddress::v4(0x0a000000U + static_cast<unsigned>(i)), begin + i * 1ms);
    EXPECT_EQ(closed(table, begin + 4ms), Numbers{0});
}

TEST(WebConnections, WhoWasLetInBeforeGoesLastAndMayBeIdleForLonger) {
    ConnectionTable table(3);
    table.add(1, flood, begin).welcome = true;
    for (int i = 2; i < 5; ++i)
        table.add(i, flood, begin + i * 1ms);
    EXPECT_EQ(closed(table, begin + 5ms), Numbers{2});
    EXPECT_EQ(closed(table, begin + 60s), (Numbers{3, 4}));
    EXPECT_EQ(closed(table, begin + 90s), Numbers{});
    EXPECT_EQ(closed(table, begin + 91s), Numbers{1});
}

TEST(WebConnections, WhatWaitsForUsStays) {
    ConnectionTable table(1);
    table.add(1, flood, begin).parked = true;
    table.add(2, flood, begin + 1ms);
    EXPECT_EQ(closed(table, begin + 2ms), Numbers{2});
    EXPECT_EQ(closed(table, begin + 1h), Numbers{});
}

TEST(WebConnections, DeadlinesOfRequestAndAnswer) {
    ConnectionTable table(100);
    table.add(1, flood, begin);
    auto& slow_reader = table.add(2, flood, begin);
    table.answer(slow_reader, nullptr, 0, begin);
    auto& kept = table.add(3, flood, begin);
    table.answer(kept, nullptr, 0, begin);
    table.answered(kept, begin + 5s);
    EXPECT_EQ(closed(table, begin + 10s), Numbers{});
    EXPECT_EQ(closed(table, begin + 11s), Numbers{1});
    EXPECT_EQ(closed(table, begin + 16s), Numbers{3});
    EXPECT_EQ(closed(table, begin + 60s), Numbers{});
    EXPECT_EQ(closed(table, begin + 61s), Numbers{2});
}

TEST(WebConnections, ReadersOfTheOldestContentGoWhenTooMuchIsHeld) {
    ConnectionTable table(100);
    const int contents[4] = {};
    constexpr std::size_t third = ConnectionTable::most_held / 3;
    for (int i = 0; i < 6; ++i)
        table.answer(table.add(i, flood, begin), &contents[i / 2], third, begin + i * 1ms);
    EXPECT_EQ(closed(table, begin + 7ms), Numbers{});
    auto& seventh = table.add(6, flood, begin);
    table.answer(seventh, &contents[3], third, begin + 8ms);
    EXPECT_EQ(closed(table, begin + 8ms), (Numbers{0, 1}));
    table.answered(seventh, begin + 9ms);
    table.answer(seventh, &contents[3], third, begin + 9ms);
    EXPECT_EQ(closed(table, begin + 9ms), Numbers{});
}

TEST(WebConnections, OneContentMayBeLargerThanAll) {
    ConnectionTable table(100);
    const int contents[2] = {};
    table.answer(table.add(1, flood, begin), &contents[0], 2 * ConnectionTable::most_held, begin);
    EXPECT_EQ(closed(table, begin + 1ms), Numbers{});
    table.answer(table.add(2, flood, begin), &contents[1], 2 * ConnectionTable::most_held, begin + 2ms);
    EXPECT_EQ(closed(table, begin + 3ms), Numbers{1});
}

}  // namespace
}  // namespace reputed::web
