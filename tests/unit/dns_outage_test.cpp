#include <map>

#include <gtest/gtest.h>

#include "agent/agent.hpp"
#include "agent/logging.hpp"
#include "tests/support/scripted_list.hpp"

// The real checks under the agent, in virtual time, while DNS is dead for hours.
namespace reputed {
namespace {

using namespace std::chrono_literals;

const WallTime noon = WallTime{} + std::chrono::seconds(1795176000);

class MortalResolver : public Resolver {
  public:
    MortalResolver() {
        for (const auto* top : {"test", "arpa"})
            dead_.answer_below(top, [](const Question&) { return test::outcome(Outcome::timeout); });
    }
    std::vector<Answer> lookup(std::span<const Question> questions, std::stop_token stop) override {
        return (is_dead ? dead_ : alive).lookup(questions, stop);
    }
    void stream(QuestionStream& questions, std::stop_token stop) override {
        (is_dead ? dead_ : alive).stream(questions, stop);
    }

    test::FakeResolver alive;
    bool is_dead = false;

  private:
    test::FakeResolver dead_;
};

std::vector<Check> dns_checks() {
    std::vector<Check> checks;
    for (const auto& check : all_checks())
        for (const auto* name : {"dnsbl", "ptr", "spf", "mx", "dmarc"})
            if (check.name == name) checks.push_back(check);
    return checks;
}

using Known = std::map<std::string, WallTime>;  // "CODE SUBJECT OBJECT": since

// What is open and could be told.
Known told_findings(const Snapshot& snapshot) {
    Known out;
    for (const auto& open : snapshot.findings)
        if (open.finding.severity != Severity::unknown && !open.finding.could_not_tell)
            out[open.finding.code + ' ' + open.finding.subject + ' ' + open.finding.object] = open.since;
    return out;
}

std::map<std::vector<std::string>, double> listed(const Snapshot& snapshot) {
    std::map<std::vector<std::string>, double> out;
    for (const auto& job : snapshot.jobs)
        for (const auto& sample : *job.samples)
            if (sample.metric->name == "reputed_listed") out[sample.values] = sample.value;
    return out;
}

TEST(DnsOutage, OfHoursNeitherOpensNorClearsWhatCouldBeTold) {
    set_up_logging({.level = "off", .format = "plain", .levels = {}});
    auto resolver = std::make_shared<MortalResolver>();
    // SPF does not cover the address, its PTR is not confirmed, there is no DMARC record.
    resolver->alive.add(
        "mail.test MX 10 mx.mail.test\nmx.mail.test A 198.51.100.1\nmail.test TXT \"v=spf1 -all\"\n"
        "9.113.0.203.in-addr.arpa PTR host.test\nhost.test A 203.0.113.77\n");
    auto lists = std::make_shared<ActiveLists>();
    for (const auto* zone : {"a.test", "b.test", "c.test"}) {
        test::ScriptedList script{.list = generic_list(zone)};
        script.list.queries_per_second = 0;
        script.list.test_listed = {"127.0.0.2"};
        script.list.test_clean = {"127.0.0.1"};
        if (script.list.name != "c.test") script.targets["9.113.0.203"] = test::addresses({"127.0.0.2"});
        script.serve_on(resolver->alive);
        lists->lists.push_back(script.list);
    }
    Settings settings;
    Sender sender;
    sender.name = "mail";
    sender.hostname = "host.test";
    sender.networks = {IpNetwork::parse("203.0.113.9").value()};
    sender.domains = {"mail.test"};
    settings.senders = {sender};
    const auto checks = dns_checks();
    Agent agent({std::make_shared<const Settings>(settings), lists, resolver, nullptr}, checks, {});

    const auto start = Schedule::Time::clock::now();
    auto age = 1min;
    const auto pass = [&](std::chrono::minutes length, const auto& look) {
        for (const auto end = age + length; age < end; age += 5min) {
            while (agent.run_due(start + age, noon + age)) {
            }
            look(*agent.snapshot(noon + age));
        }
    };
    pass(4h, [](const Snapshot&) {});
    const auto before = agent.snapshot(noon + age);
    const Known known = told_findings(*before);
    EXPECT_TRUE(known.contains("dnsbl.listed 203.0.113.9 a.test"));
    EXPECT_TRUE(known.contains("dnsbl.listed 203.0.113.9 b.test"));
    EXPECT_GE(known.size(), 5U) << "the other checks found something, too";
    EXPECT_EQ(listed(*before).size(), 3U);

    resolver->is_dead = true;
    pass(10h, [&](const Snapshot& during) {
        EXPECT_EQ(told_findings(during), known);
        EXPECT_EQ(listed(during), listed(*before));
    });
    EXPECT_GT(agent.snapshot(noon + age)->findings.size(), known.size())
        << "that nothing can be told is shown";
    resolver->is_dead = false;
    pass(4h, [&](const Snapshot& after) {
        EXPECT_EQ(told_findings(after), known);
        EXPECT_EQ(listed(after), listed(*before));
    });
    EXPECT_EQ(agent.snapshot(noon + age)->findings.size(), known.size()) << "and nothing is left of it";
    set_up_logging({});
}

}  // namespace
}  // namespace reputed
