#include <map>

#include <gtest/gtest.h>

#include "agent/agent.hpp"
#include "agent/logging.hpp"
#include "tests/support/fake_resolver.hpp"

namespace reputed {
namespace {

using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

const WallTime noon = WallTime{} + std::chrono::seconds(1795176000);
const MetricInfo listed{"reputed_listed", SampleType::gauge, "", {"ip", "list"}};

// Runs by check, and the addresses that each saw at its last.
std::map<std::string, int> runs;

std::vector<std::string> one_list(const Settings& settings, const ActiveLists&) {
    return settings.senders.empty() ? std::vector<std::string>{} : std::vector<std::string>{"bl.test"};
}
std::vector<std::string> one_other(const Settings&, const ActiveLists&) {
    return {"other"};
}
std::chrono::seconds half_an_hour(const Settings&, const ActiveLists&, const std::string&) {
    return 30min;
}
Report look(const std::string& subject, const Services& services) {
    ++runs[subject];
    Report report;
    for (const auto& sender : services.settings.senders)
        for (const auto& address : sender.addresses())
            report.samples.push_back({&listed, {address.to_string(), subject}, 0});
    return report;
}
Report look_elsewhere(const std::string& subject, const Services&) {
    ++runs[subject];
    return {};
}

const Check checks[] = {{"dnsbl", "", one_list, half_an_hour, look, {&listed}},
                        {"feedback", "", one_other, half_an_hour, look_elsewhere, {}}};

class AgentProbes : public testing::Test {
  protected:
    static void SetUpTestSuite() { set_up_logging({.level = "off", .format = "plain", .levels = {}}); }
    static void TearDownTestSuite() { set_up_logging({}); }
    void SetUp() override { runs.clear(); }

    static Runtime runtime() {
        Settings settings;
        settings.alerts = AlertSettings::immediate();
        settings.modules = {{"pool", {}, "", 24h, 100}};
        return {std::make_shared<const Settings>(std::move(settings)), std::make_shared<const ActiveLists>(),
                std::make_shared<test::FakeResolver>(), nullptr};
    }
    static void probe(Agent& agent, int first, int last, Schedule::Time now) {
        for (int i = first; i <= last; ++i)
            agent.probes().probe("pool", IpAddress::v4(0x0b000000U + static_cast<std::uint32_t>(i)), now);
    }
    static void run_due(Agent& agent, Schedule::Time now) {
        while (agent.run_due(now, noon)) {
        }
    }
    static std::size_t series(const Agent& agent) {
        std::size_t count = 0;
        const auto snapshot = agent.snapshot(noon);
        for (const auto& job : snapshot->jobs)
            if (job.check == "dnsbl") count += job.samples->size();
        return count;
    }
};

TEST_F(AgentProbes, ManyNewOnesBeginARoundAndAFewWaitForIt) {
    Agent agent(runtime(), checks, {});
    const auto start = SteadyClock::now();
    run_due(agent, start + 1min);
    EXPECT_EQ(runs, (std::map<std::string, int>{{"other", 1}}));

    probe(agent, 1, 20, start);
    EXPECT_TRUE(agent.take_up_probes(start + 1min, noon));
    run_due(agent, start + 3min);
    EXPECT_EQ(runs["bl.test"], 1);
    EXPECT_EQ(series(agent), 20U);
    EXPECT_EQ(runs["other"], 1) << "what has nothing to do with addresses is not asked again";

    probe(agent, 21, 21, start + 4min);
    EXPECT_TRUE(agent.take_up_probes(start + 5min, noon));
    run_due(agent, start + 6min);
    EXPECT_EQ(runs["bl.test"], 1) << "one in twenty waits";
    probe(agent, 22, 30, start + 6min);
    EXPECT_TRUE(agent.take_up_probes(start + 7min, noon));
    run_due(agent, start + 8min);
    EXPECT_EQ(runs["bl.test"], 2);
    EXPECT_EQ(series(agent), 30U);
    EXPECT_FALSE(agent.take_up_probes(start + 9min, noon)) << "nothing new";
}

TEST_F(AgentProbes, WhatIsWatchedNoMoreIsShownNoMore) {
    Agent agent(runtime(), checks, {});
    const auto start = SteadyClock::now();
    probe(agent, 1, 10, start);
    agent.take_up_probes(start, noon);
    run_due(agent, start + 2min);
    EXPECT_EQ(series(agent), 10U);
    probe(agent, 1, 4, start + 12h);
    EXPECT_TRUE(agent.take_up_probes(start + 24h, noon));
    EXPECT_EQ(series(agent), 4U) << "at once, not with the next round";
    EXPECT_EQ(agent.settings()->senders.size(), 1U);
    EXPECT_TRUE(agent.take_up_probes(start + 36h, noon));
    EXPECT_TRUE(agent.settings()->senders.empty());
    EXPECT_EQ(series(agent), 0U);
}

TEST_F(AgentProbes, SurviveAReload) {
    Agent agent(runtime(), checks, {});
    const auto start = SteadyClock::now();
    probe(agent, 1, 10, start);
    agent.take_up_probes(start, noon);
    run_due(agent, start + 2min);
    agent.reload(runtime());
    EXPECT_EQ(series(agent), 10U);
    run_due(agent, start + 3min);
    EXPECT_EQ(runs["bl.test"], 1) << "the targets are the same";
}

}  // namespace
}  // namespace reputed
