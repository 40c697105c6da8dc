#include "agent/probe_targets.hpp"

#include <gtest/gtest.h>

namespace reputed {
namespace {

using namespace std::chrono_literals;
using Standing = ProbeTargets::Standing;

const ProbeTargets::Time start{std::chrono::hours(100)};
const WallTime wall{std::chrono::sys_days(std::chrono::year(2026) / 11 / 22)};

IpAddress ip(const char* text) {
    return *IpAddress::parse(text);
}

ModuleSettings module(std::string name, int most = 10'000) {
    return {std::move(name), {"example.org"}, "", 1h, most};
}

std::vector<std::string> watched(const ProbeTargets& targets) {
    std::vector<std::string> out;
    for (const auto& sender : targets.senders())
        for (const auto& address : sender.addresses())
            out.push_back(sender.name + ' ' + address.to_string());
    return out;
}

using Texts = std::vector<std::string>;

TEST(ProbeTargets, NobodyIsWatchedBeforeItIsTakenUp) {
    ProbeTargets targets;
    targets.configure({module("pool")}, start);
    EXPECT_FALSE(targets.due());
    EXPECT_EQ(targets.probe("pool", ip("11.0.0.1"), start).standing, Standing::waiting);
    EXPECT_EQ(targets.probe("pool", ip("11.0.0.1"), start + 1s).standing, Standing::waiting);
    EXPECT_EQ(targets.due(), start + ProbeTargets::gather);
    EXPECT_EQ(watched(targets), Texts{});

    const auto changes = targets.take_up(wall, start + 5s);
    EXPECT_TRUE(changes.any);
    EXPECT_EQ(changes.added, 1U);
    EXPECT_EQ(changes.parts, (std::vector<StoredPart>{{"probe", "pool", "11.0.0.1\n"}}));
    EXPECT_EQ(watched(targets), Texts{"pool 11.0.0.1"});
    const auto answer = targets.probe("", ip("11.0.0.1"), start + 6s);
    EXPECT_EQ(answer.standing, Standing::watched);
    EXPECT_EQ(answer.module, "pool");
    EXPECT_EQ(answer.watched_since, wall);
    ASSERT_EQ(targets.senders().size(), 1U);
    EXPECT_TRUE(targets.senders()[0].probed);
    EXPECT_EQ(targets.senders()[0].domains, Texts{"example.org"});
}

TEST(ProbeTargets, ChangesAreTakenUpSeldom) {
    ProbeTargets targets;
    targets.configure({module("pool")}, start);
    targets.probe("pool", ip("11.0.0.1"), start);
    targets.take_up(wall, start + 5s);
    targets.probe("pool", ip("11.0.0.2"), start + 6s);
    EXPECT_EQ(targets.due(), start + 5s + ProbeTargets::gap);
    EXPECT_EQ(targets.take_up(wall, start + 35s).added, 1U);
    EXPECT_FALSE(targets.take_up(wall, start + 70s).any);
}

TEST(ProbeTargets, WhoIsProbedNoMoreGoes) {
    ProbeTargets targets;
    targets.configure({module("a"), module("b")}, start);
    for (const auto* address : {"11.0.0.1", "11.0.0.2"})
        targets.probe("a", ip(address), start);
    targets.probe("b", ip("11.0.0.1"), start);
    targets.take_up(wall, start + 5s);
    targets.probe("a", ip("11.0.0.2"), start + 30min);
    targets.probe("b", ip("11.0.0.1"), start + 30min);
    EXPECT_FALSE(targets.take_up(wall, start + 59min).any);
    // Of module a; module b still watches it.
    auto changes = targets.take_up(wall, start + 60min);
    EXPECT_TRUE(changes.any);
    EXPECT_TRUE(changes.gone.empty());
    EXPECT_EQ(watched(targets), (Texts{"a 11.0.0.2", "b 11.0.0.1"}));
    changes = targets.take_up(wall, start + 90min);
    EXPECT_EQ(changes.gone, (std::vector<IpAddress>{ip("11.0.0.2"), ip("11.0.0.1")}));
    EXPECT_EQ(changes.parts, (std::vector<StoredPart>{{"probe", "a", {}}, {"probe", "b", {}}}));
    EXPECT_FALSE(targets.due());
}

TEST(ProbeTargets, RefusesWhatIsTooMuchOrNotKnown) {
    ProbeTargets targets;
    EXPECT_EQ(targets.probe("", ip("11.0.0.1"), start).standing, Standing::no_module);
    targets.configure({module("small", 2), module("other")}, start);
    EXPECT_EQ(targets.probe("", ip("11.0.0.1"), start).standing, Standing::no_module);
    EXPECT_EQ(targets.probe("smal", ip("11.0.0.1"), start).standing, Standing::no_module);
    EXPECT_EQ(targets.probe("small", ip("11.0.0.3"), start).standing, Standing::waiting);
    EXPECT_EQ(targets.probe("small", ip("11.0.0.2"), start).standing, Standing::waiting);
    EXPECT_EQ(targets.probe("small", ip("11.0.0.1"), start).standing, Standing::full);
    EXPECT_EQ(targets.probe("small", ip("11.0.0.3"), start).standing, Standing::waiting);
    std::map<std::string, double> shown;
    for (const auto& sample : targets.samples())
        shown[std::string(sample.metric->name) + ' ' + sample.values[0]] = sample.value;
    EXPECT_EQ(shown, (std::map<std::string, double>{{"reputed_probe_targets other", 0},
                                                    {"reputed_probe_targets small", 2},
                                                    {"reputed_probe_targets_limit other", 10'000},
                                                    {"reputed_probe_targets_limit small", 2}}));
}

TEST(ProbeTargets, AnotherConfigurationKeepsWhatItStillHas) {
    ProbeTargets targets;
    targets.configure({module("a"), module("b")}, start);
    for (const auto* address : {"11.0.0.1", "11.0.0.2", "11.0.0.3"})
        targets.probe("a", ip(address), start);
    targets.probe("b", ip("11.0.0.9"), start);
    targets.take_up(wall, start + 5s);
    targets.configure({module("a", 2), module("c")}, start + 6s);
    EXPECT_EQ(watched(targets), (Texts{"a 11.0.0.1", "a 11.0.0.2"}));
    EXPECT_EQ(targets.due(), start + 5s + ProbeTargets::gap);
    const auto changes = targets.take_up(wall, start + 40s);
    EXPECT_EQ(changes.gone, (std::vector<IpAddress>{ip("11.0.0.3"), ip("11.0.0.9")}));
    EXPECT_EQ(changes.parts,
              (std::vector<StoredPart>{{"probe", "b", {}}, {"probe", "a", "11.0.0.1\n11.0.0.2\n"}}));
}

TEST(ProbeTargets, AreThereAgainAfterARestart) {
    ProbeTargets before;
    before.configure({module("a"), module("gone")}, start);
    before.probe("a", ip("11.0.0.1"), start);
    before.probe("a", ip("2a00::1"), start);
    before.probe("gone", ip("11.0.0.1"), start);
    before.take_up(wall, start + 5s);

    ProbeTargets after;
    after.configure({module("a")}, start);
    for (const auto& part : before.state())
        EXPECT_TRUE(after.restore(part, start));
    EXPECT_FALSE(after.restore({"budget", "a", "11.0.0.7\n"}, start));
    EXPECT_EQ(watched(after), (Texts{"a 11.0.0.1", "a 2a00::1"}));
    EXPECT_EQ(after.probe("a", ip("2a00::1"), start).watched_since, WallTime{});
    const auto changes = after.take_up(wall, start + 5s);
    EXPECT_EQ(changes.added, 0U);
    EXPECT_EQ(changes.parts, (std::vector<StoredPart>{{"probe", "gone", {}}}));
}

TEST(ProbeTargets, WhatWasStoredMayBeAnything) {
    for (const std::string text :
         {"", "\n\n\n", "11.0.0.1", "nonsense\n\xff\xfe\n11.0.0.1\n", "11.0.0.1\n11.0.0.1\n"}) {
        ProbeTargets targets;
        targets.configure({module("a", 3)}, start);
        EXPECT_TRUE(targets.restore({"probe", "a", text}, start));
        EXPECT_EQ(watched(targets), text.find("11.0") == text.npos ? Texts{} : Texts{"a 11.0.0.1"}) << text;
    }
    ProbeTargets targets;
    targets.configure({module("a", 1)}, start);
    EXPECT_TRUE(targets.restore({"probe", "a", "11.0.0.1\n11.0.0.2\n"}, start));
    EXPECT_EQ(watched(targets), Texts{"a 11.0.0.1"});
}

}  // namespace
}  // namespace reputed
