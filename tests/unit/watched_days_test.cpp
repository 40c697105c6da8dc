#include "agent/watched_days.hpp"

#include <gtest/gtest.h>

#include "tests/support/sample_snapshot.hpp"

namespace reputed {
namespace {

IpNetwork net(const char* text) {
    return IpNetwork::parse(text).value();
}

Reputations known(const std::vector<std::string>& addresses) {
    Reputations out;
    for (const auto& address : addresses)
        out[address] = {};
    return out;
}

TEST(WatchedDays, ANetworkIsWatchedWhenAllOfItIsKnown) {
    const auto settings = test::settings_with({"192.0.2.0/31", "2001:db8::1"});
    WatchedDays days;
    EXPECT_TRUE(days.mark(*settings, {}, 20'000).empty());
    const auto first = days.mark(*settings, known({"192.0.2.0", "2001:db8::1"}), 20'000);
    EXPECT_EQ(first, (std::vector<StoredPart>{{"watched", "2001:db8::1", "20000"}}));
    EXPECT_FALSE(days.watched(net("192.0.2.0/31"), 20'000));
    EXPECT_FALSE(days.watched(IpAddress::parse("192.0.2.0").value(), 20'000));
    EXPECT_TRUE(days.watched(IpAddress::parse("2001:db8::1").value(), 20'000));

    const auto all = known({"192.0.2.0", "192.0.2.1", "2001:db8::1"});
    EXPECT_EQ(days.mark(*settings, all, 20'000).size(), 1U);
    EXPECT_TRUE(days.mark(*settings, all, 20'000).empty());  // once a day
    EXPECT_TRUE(days.watched(IpAddress::parse("192.0.2.1").value(), 20'000));
    EXPECT_FALSE(days.watched(IpAddress::parse("192.0.2.2").value(), 20'000));
    EXPECT_FALSE(days.watched(IpAddress::parse("192.0.2.1").value(), 19'999));
}

TEST(WatchedDays, DaysBecomeRangesAndOldOnesGo) {
    const auto settings = test::settings_with({"192.0.2.1"});
    const auto all = known({"192.0.2.1"});
    WatchedDays days;
    for (const DayNumber day : {20'000, 20'001, 20'002, 20'005})
        days.mark(*settings, all, day);
    EXPECT_EQ(days.state(), (std::vector<StoredPart>{{"watched", "192.0.2.1", "20000-20002 20005"}}));
    EXPECT_TRUE(days.mark(*settings, all, 20'004).empty());  // the clock was set back
    days.mark(*settings, all, 20'093);
    EXPECT_EQ(days.state(), (std::vector<StoredPart>{{"watched", "192.0.2.1", "20005 20093"}}));
}

TEST(WatchedDays, NetworksOfOldGo) {
    const auto all = known({"192.0.2.1", "192.0.2.2"});
    WatchedDays days;
    days.mark(*test::settings_with({"192.0.2.1"}), all, 20'000);
    const auto changes = days.mark(*test::settings_with({"192.0.2.2"}), all, 20'091);
    EXPECT_EQ(changes,
              (std::vector<StoredPart>{{"watched", "192.0.2.2", "20091"}, {"watched", "192.0.2.1", {}}}));
    EXPECT_EQ(days.state().size(), 1U);
}

TEST(WatchedDays, ListsAndDomainsByName) {
    WatchedDays days;
    const std::string odd = "a\xff b";
    EXPECT_EQ(
        days.mark({"bl.test", odd}, 20'000),
        (std::vector<StoredPart>{{"watched/names", "bl.test", "20000"}, {"watched/names", odd, "20000"}}));
    EXPECT_TRUE(days.mark({"bl.test"}, 20'000).empty());
    EXPECT_EQ(days.mark({"bl.test"}, 20'001),
              (std::vector<StoredPart>{{"watched/names", "bl.test", "20000-20001"}}));
    EXPECT_TRUE(days.watched(odd, 20'000));
    EXPECT_FALSE(days.watched(odd, 20'001));
    EXPECT_FALSE(days.watched("other.test", 20'000));
    WatchedDays again;
    for (const auto& part : days.state())
        EXPECT_TRUE(again.restore(part));
    EXPECT_EQ(again.state(), days.state());
}

TEST(WatchedDays, WhatIsStoredMayBeAnything) {
    struct Row {
        const char* value;
        const char* kept;
    };
    const Row rows[] = {
        {"20000-20002 20005", "20000-20002 20005"},
        {"20000", "20000"},
        {"20005 20001", "20005"},
        {"20002-20001", ""},
        {"x 20001 -5 3- 99999999999999999999 20003x 20009", "20001 20009"},
        {"", ""},
        {"   ", ""},
    };
    for (const auto& row : rows) {
        WatchedDays days;
        EXPECT_TRUE(days.restore({"watched", "192.0.2.1", row.value}));
        const auto state = days.state();
        EXPECT_EQ(state.empty() ? "" : state.front().value.value(), row.kept) << row.value;
    }
    WatchedDays days;
    EXPECT_TRUE(days.restore({"watched", "no address", "20000"}));
    EXPECT_FALSE(days.restore({"budget", "192.0.2.1", "20000"}));
    EXPECT_TRUE(days.state().empty());
}

}  // namespace
}  // namespace reputed
