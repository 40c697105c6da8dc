#include <algorithm>

#include <gtest/gtest.h>

#include "agent/agent.hpp"
#include "agent/logging.hpp"
#include "tests/support/scripted_list.hpp"

// How long a listing goes unnoticed with the default settings, in virtual time: README gives these figures.
namespace reputed {
namespace {

using namespace std::chrono_literals;

const WallTime noon = WallTime{} + std::chrono::seconds(1795176000);

TEST(DetectionTime, OfAListingWithTheDefaults) {
    set_up_logging({.level = "off", .format = "plain", .levels = {}});
    auto resolver = std::make_shared<test::FakeResolver>("localhost A 127.0.0.1");
    bool is_listed = false;
    test::ScriptedList script{.list = generic_list("a.test")};
    script.list.queries_per_second = 0;
    script.list.test_listed = {"127.0.0.2"};
    script.list.test_clean = {"127.0.0.1"};
    test::ScriptedList listing = script;
    listing.targets["9.113.0.203"] = test::addresses({"127.0.0.2"});
    resolver->answer_below(
        "a.test", [&](const Question& question) { return (is_listed ? listing : script).answer(question); });
    auto lists = std::make_shared<ActiveLists>();
    lists->lists = {script.list};
    Settings settings;
    Sender sender;
    sender.name = "mail";
    sender.networks = {IpNetwork::parse("203.0.113.9").value()};
    settings.senders = {sender};
    settings.alerts.flap_count = 1000;  // each of them is to count
    std::vector<Check> checks;
    for (const auto& check : all_checks())
        if (check.name == "dnsbl") checks.push_back(check);
    Agent agent({std::make_shared<const Settings>(settings), lists, resolver, nullptr}, checks, {});

    const auto start = Schedule::Time::clock::now();
    std::chrono::seconds age{0};
    // Until the listing is open, or gone.
    const auto wait = [&](bool open) {
        const auto begun = age;
        for (;; age += 10s) {
            while (agent.run_due(start + age, noon + age)) {
            }
            if (agent.snapshot(noon + age)->findings.empty() != open || age - begun > 24h) return age - begun;
        }
    };
    age += 2h;
    std::chrono::seconds sum{0};
    std::chrono::seconds longest{0};
    std::chrono::seconds shortest = 24h;
    constexpr int times = 100;
    for (int i = 0; i < times; ++i) {
        is_listed = true;
        const auto took = wait(true) + NotifierSettings{}.group_wait;
        sum += took;
        longest = std::max(longest, took);
        shortest = std::min(shortest, took);
        is_listed = false;
        EXPECT_LE(wait(false), 36min);
        age += i * 17s;
    }
    EXPECT_GE(shortest, 3min) << "a second look is taken first";
    EXPECT_LE(longest, 36min);
    EXPECT_LE(sum / times, 22min);
    RecordProperty("shortest_seconds", std::to_string(shortest.count()));
    RecordProperty("mean_seconds", std::to_string((sum / times).count()));
    RecordProperty("longest_seconds", std::to_string(longest.count()));
    set_up_logging({});
}

}  // namespace
}  // namespace reputed
