#include <algorithm>
#include <filesystem>
#include <map>
#include <random>

#include <gtest/gtest.h>
#include <unistd.h>

#include "agent/agent.hpp"
#include "agent/logging.hpp"
#include "agent/schedule.hpp"
#include "checks/dnsbl/budget_plan.hpp"
#include "checks/dnsbl/dnsbl_check.hpp"
#include "config/budget_owner.hpp"
#include "tests/support/scripted_list.hpp"

// What the operators of lists see of an agent over days, in virtual time.
namespace reputed {
namespace {

using namespace std::chrono_literals;
using WallTime = QueryBudget::WallTime;

const WallTime noon{1'800'000'000s};

Settings five_thousand_addresses() {
    Settings settings;
    Sender sender;
    sender.name = sender.hostname = "mail.example.org";
    sender.domains = {"example.org"};
    for (const auto* network :
         {"198.18.0.0/20", "198.19.0.0/23", "198.19.2.0/24", "198.19.3.0/25", "198.19.3.128/29"})
        sender.networks.push_back(IpNetwork::parse(network).value());
    settings.senders = {sender};
    return settings;
}

struct Asked {
    WallTime at;
    std::uint64_t questions;
};

// The lists of the catalogue, their rounds as the schedule has them, and what each takes of the budget. `listings`: of so
// many rounds in a hundred something has to be confirmed.
struct Days {
    explicit Days(unsigned listings)
        : listings_(listings), lists(active_lists(settings.dnsbl, Catalogue::builtin())) {
        budget.set_limits(dnsbl::budget_limits(settings, lists));
        for (const auto& plan : dnsbl::plan_budgets(settings, lists))
            for (const auto& planned : plan.lists)
                rounds[planned.list->name] = {planned.list, plan.owner, planned.round, planned.most_round};
    }

    void run(std::chrono::hours length) {
        Schedule schedule(5);
        const Schedule::Time begin{1000h};
        std::vector<Schedule::Job> jobs;
        const auto turns = dnsbl::turns(settings, lists);
        for (const auto& [name, round] : rounds)
            jobs.push_back({{"dnsbl", name},
                            dnsbl::planned_interval(settings, lists, *round.list),
                            std::optional(turns.at(name))});
        schedule.set_jobs(jobs, begin);
        std::mt19937 random(3);
        for (auto now = begin; now < begin + length; now += 1s) {
            while (const auto key = schedule.take_due(now)) {
                const auto wall = noon + std::chrono::duration_cast<WallTime::duration>(now - begin);
                const auto& round = rounds.at(key->subject);
                const bool fits = budget.take(round.owner, round.most, wall);
                if (fits) {
                    budget.settle(round.owner, round.most, wall, round.questions, wall);
                    asked[round.owner].push_back({wall, round.questions});
                    last[key->subject].push_back(wall);
                }
                refused[round.owner] += fits ? 0 : 1;
                schedule.finished(*key, now, now);
                if (!fits)
                    schedule.try_again(*key, now);
                else if (random() % 100 < listings_)
                    schedule.hurry(*key, now, 1min);
            }
        }
    }

    struct Round {
        const List* list = nullptr;
        std::string owner;
        std::uint64_t questions = 0;
        std::uint64_t most = 0;
    };
    unsigned listings_;
    Settings settings = five_thousand_addresses();
    ActiveLists lists;
    QueryBudget budget;
    std::map<std::string, Round> rounds;  // by list
    std::map<std::string, std::vector<Asked>> asked;
    std::map<std::string, int> refused;
    std::map<std::string, std::vector<WallTime>> last;
};

std::uint64_t most_within(const std::vector<Asked>& asked, std::chrono::seconds window,
                          WallTime from = noon) {
    std::uint64_t most = 0;
    std::uint64_t sum = 0;
    for (std::size_t begin = 0, end = 0; end < asked.size(); ++end) {
        if (asked[end].at < from) {
            begin = end + 1;
            continue;
        }
        sum += asked[end].questions;
        while (asked[end].at - asked[begin].at >= window)
            sum -= asked[begin++].questions;
        most = std::max(most, sum);
    }
    return most;
}

TEST(BudgetSpread, NoHourHoldsMoreThanItsShare) {
    Days days(0);
    days.run(240h);
    const auto limits = days.budget.limits();
    ASSERT_GE(days.asked.size(), 5U);
    for (const auto& [owner, asked] : days.asked) {
        const auto limit = limits.at(owner).per_day;
        if (limit == 0) continue;
        std::uint64_t round = 0;
        for (const auto& [name, one] : days.rounds)
            if (one.owner == owner) round = std::max(round, one.questions);
        // A round cannot be divided; after the first hour, in which everything is asked, they take turns.
        EXPECT_LE(most_within(asked, 1h, noon + 1h), std::max(round + round / 10, limit / 24 + limit / 96))
            << owner;
        EXPECT_LE(most_within(asked, 24h), limit) << owner;
        EXPECT_LE(most_within(asked, 24h, noon + 24h), limit * 9 / 10) << owner << ": a reserve is left";
        EXPECT_EQ(days.refused[owner], 0) << owner << ": what is planned fits";
    }
}

// Every second round finds something to be confirmed soon, for days: the limits hold, and the rounds go on.
TEST(BudgetSpread, ConfirmationsKeepToTheLimits) {
    Days days(50);
    days.run(240h);
    const auto limits = days.budget.limits();
    int refused = 0;
    for (const auto& [owner, asked] : days.asked)
        if (limits.at(owner).per_day > 0) {
            EXPECT_LE(most_within(asked, 24h), limits.at(owner).per_day) << owner;
        }
    for (const auto& [owner, times] : days.refused)
        refused += times;
    EXPECT_GT(refused, 0) << "they wanted more";
    for (const auto& [name, times] : days.last) {
        const auto interval = dnsbl::planned_interval(days.settings, days.lists, *days.rounds.at(name).list);
        for (std::size_t i = 1; i < times.size(); ++i)
            ASSERT_LE(times[i] - times[i - 1], 3 * interval + 2h) << name << ": it starves";
    }
}

class BudgetSpreadAgent : public testing::Test {
  protected:
    BudgetSpreadAgent() {
        list_.list.zone = list_.list.name = "bl.example";
        list_.list.operator_name = "O";
        list_.list.queries_per_day = 100;
        list_.list.test_listed = {"127.0.0.2"};
        list_.list.test_clean = {"127.0.0.1"};
        path_ =
            std::filesystem::temp_directory_path() / ("reputed-budget-" + std::to_string(getpid()) + ".db");
        remove();
    }
    ~BudgetSpreadAgent() override { remove(); }
    static void SetUpTestSuite() { set_up_logging({.level = "off", .format = "plain", .levels = {}}); }
    static void TearDownTestSuite() { set_up_logging({}); }

    void remove() const {
        for (const auto* end : {"", "-wal", "-shm", ".lock"})
            std::filesystem::remove(path_.string() + end);
    }

    Runtime runtime(const std::shared_ptr<Resolver>& resolver) const {
        Settings settings;
        Sender sender;
        sender.name = "a";
        sender.networks = {IpNetwork::parse("198.51.100.0/28").value()};
        settings.senders = {sender};
        settings.mta.kind = MtaKind::none;
        settings.store.path = path_;
        ActiveLists lists;
        lists.lists = {list_.list};
        Runtime runtime{std::make_shared<const Settings>(settings),
                        std::make_shared<const ActiveLists>(lists), resolver, nullptr};
        runtime.budget = std::make_shared<QueryBudget>();
        runtime.budget->set_limits(dnsbl::budget_limits(settings, lists));
        return runtime;
    }

    static std::uint64_t used(const Agent& agent) {
        const auto snapshot = agent.snapshot(std::chrono::system_clock::now());
        for (const auto& sample : snapshot->own)
            if (sample.metric->name == "reputed_budget_queries" && sample.values.front() == "O")
                return static_cast<std::uint64_t>(sample.value);
        return 0;
    }

    static bool has_finding(const Agent& agent, const std::string& code) {
        const auto snapshot = agent.snapshot(std::chrono::system_clock::now());
        const auto is = [&](const OpenFinding& open) { return open.finding.code == code; };
        return std::any_of(snapshot->findings.begin(), snapshot->findings.end(), is) ||
               std::any_of(snapshot->unconfirmed.begin(), snapshot->unconfirmed.end(), is);
    }

    const Check check_ = dnsbl::dnsbl_check();
    test::ScriptedList list_;
    std::filesystem::path path_;
};

// The first question leaves when the disk knows of all of them: whoever dies now has counted too much, never too little.
TEST_F(BudgetSpreadAgent, WhatIsAskedIsOnDiskBefore) {
    auto resolver = std::make_shared<test::FakeResolver>();
    std::uint64_t written = 0;
    resolver->answer_below("bl.example", [&](const Question& question) {
        if (written == 0) {
            std::filesystem::copy_file(path_, path_.string() + ".copy");
            for (const auto* end : {"-wal"})
                if (std::filesystem::exists(path_.string() + end))
                    std::filesystem::copy_file(path_.string() + end, path_.string() + ".copy" + end);
            QueryBudget budget;
            for (const auto& part : Store(path_.string() + ".copy").load().parts)
                if (part.owner == "budget" && part.value)
                    budget.restore(part.name, *part.value, std::chrono::system_clock::now());
            for (const auto& usage : budget.usage(std::chrono::system_clock::now()))
                written += usage.used;
            for (const auto* end : {".copy", ".copy-wal", ".copy-shm", ".copy.lock"})
                std::filesystem::remove(path_.string() + end);
        }
        return list_.answer(question);
    });
    Agent agent(runtime(resolver), {&check_, 1}, {});
    agent.remember();
    const auto now = std::chrono::steady_clock::now();
    while (agent.run_due(now + 1min, std::chrono::system_clock::now())) {
    }
    EXPECT_EQ(written, 3U + 16U + 3U + 16U);
    EXPECT_EQ(used(agent), 3U + 16U);
    agent.stop();
}

TEST_F(BudgetSpreadAgent, ARestartKnowsWhatWasAsked) {
    auto resolver = std::make_shared<test::FakeResolver>();
    list_.serve_on(*resolver);
    std::size_t asked = 0;
    for (std::uint64_t round = 1; round <= 7; ++round) {
        Agent agent(runtime(resolver), {&check_, 1}, {});
        agent.remember();
        const auto now = std::chrono::steady_clock::now();
        while (agent.run_due(now + 1min, std::chrono::system_clock::now())) {
        }
        // Of 100, 76 at once, a round asks 19 and may ask 38.
        const bool fits = round <= 3;
        EXPECT_EQ(used(agent), std::min<std::uint64_t>(round, 3) * 19);
        EXPECT_EQ(has_finding(agent, "budget.exhausted"), !fits) << round;
        agent.stop();
        asked = resolver->asked().size();
    }
    EXPECT_EQ(asked, 3U * 19U);
}

}  // namespace
}  // namespace reputed
