#include "agent/agent.hpp"

#include <atomic>
#include <future>
#include <map>
#include <mutex>
#include <stdexcept>

#include <gtest/gtest.h>

#include "agent/logging.hpp"
#include "agent/metrics.hpp"
#include "tests/support/fake_resolver.hpp"

namespace reputed {
namespace {

using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

const WallTime noon = WallTime{} + std::chrono::seconds(1795176000);
constexpr auto patience = 60s;  // for what must happen; nothing waits for it when all is well

// What the fake checks do: a check is a table of plain functions, so their script is one for the process. Set before
// an agent is made, read by its workers.
std::function<Report(const std::string& subject, const Services&)> script;

const MetricInfo metric{"reputed_fake", SampleType::gauge, "", {"subject"}};

std::vector<std::string> sender_names(const Settings& settings, const ActiveLists&) {
    std::vector<std::string> names;
    for (const auto& sender : settings.senders)
        names.push_back(sender.name);
    return names;
}

std::chrono::seconds fake_interval(const Settings& settings, const ActiveLists&, const std::string&) {
    return settings.dnsbl.interval;
}

Report run_script(const std::string& subject, const Services& services) {
    return script(subject, services);
}

const Check fake_check{"fake", "", sender_names, fake_interval, run_script, {&metric}};

Runtime runtime_with(const std::vector<std::string>& subjects, std::chrono::seconds interval,
                     std::shared_ptr<Resolver> resolver = std::make_shared<test::FakeResolver>()) {
    Settings settings;
    settings.dnsbl.interval = interval;
    settings.alerts = AlertSettings::immediate();  // what confirms and clears is the ledger's business
    for (const auto& subject : subjects) {
        Sender sender;
        sender.name = subject;
        settings.senders.push_back(std::move(sender));
    }
    return {std::make_shared<const Settings>(std::move(settings)), std::make_shared<const ActiveLists>(),
            std::move(resolver), nullptr};
}

std::vector<std::string> numbers(int count) {
    std::vector<std::string> out;
    for (int i = 0; i < count; ++i)
        out.push_back(std::to_string(i));
    return out;
}

Report report_with(const std::string& subject, double value) {
    Report report;
    report.findings.push_back({"fake.wrong", subject, "", Severity::warning, "It is wrong.", "", "", ""});
    report.samples.push_back({&metric, {subject}, value});
    return report;
}

const JobState& job_of(const Snapshot& snapshot, const std::string& subject) {
    for (const auto& job : snapshot.jobs)
        if (job.subject == subject) return job;
    throw std::runtime_error("no job " + subject);
}

class AgentFixture : public testing::Test {
  protected:
    static void SetUpTestSuite() { set_up_logging({.level = "off", .format = "plain", .levels = {}}); }
    static void TearDownTestSuite() { set_up_logging({}); }
    void TearDown() override { script = nullptr; }

    static Agent make(Runtime runtime, std::function<void()> changed = {}) {
        return {std::move(runtime), {&fake_check, 1}, std::move(changed)};
    }
};
class AgentVirtualTime : public AgentFixture {};
class AgentThreads : public AgentFixture {};
class AgentRunAll : public AgentFixture {};

int run_all_due(Agent& agent, Schedule::Time now, WallTime wall = noon) {
    int runs = 0;
    while (agent.run_due(now, wall))
        ++runs;
    return runs;
}

TEST_F(AgentVirtualTime, RunsWhatIsDue) {
    std::vector<WallTime> clocks;
    script = [&](const std::string& subject, const Services& services) {
        clocks.push_back(services.now);
        return report_with(subject, 1);
    };
    int changes = 0;
    Agent agent = make(runtime_with({"a", "b", "c"}, 1h), [&] { ++changes; });
    const auto start = SteadyClock::now();

    auto snapshot = agent.snapshot(noon);
    ASSERT_EQ(snapshot->jobs.size(), 3U);
    EXPECT_FALSE(snapshot->ready);
    EXPECT_EQ(snapshot->jobs[0].verdict, Severity::unknown);
    EXPECT_EQ(snapshot->jobs[0].last_run, WallTime{});
    ASSERT_NE(snapshot->jobs[0].samples, nullptr);

    EXPECT_EQ(run_all_due(agent, start + 1min), 3);
    EXPECT_EQ(run_all_due(agent, start + 50min), 0);
    EXPECT_EQ(run_all_due(agent, start + 2h, noon + 2h), 3);
    EXPECT_EQ(run_all_due(agent, start + 2h), 0);
    EXPECT_EQ(run_all_due(agent, start + 10h, noon + 10h), 3) << "what was missed is not made up for";
    EXPECT_EQ(changes, 9);
    EXPECT_EQ(clocks.front(), noon);
    EXPECT_EQ(clocks.back(), noon + 10h);

    snapshot = agent.snapshot(noon + 11h);
    EXPECT_TRUE(snapshot->ready);
    const JobState& job = job_of(*snapshot, "b");
    EXPECT_EQ(job.runs, 3U);
    EXPECT_EQ(job.failures, 0U);
    EXPECT_EQ(job.last_run, noon + 10h);
    EXPECT_EQ(job.last_success, noon + 10h);
    EXPECT_EQ(job.verdict, Severity::warning);
    EXPECT_EQ(job.samples->size(), 1U);
    EXPECT_EQ(snapshot->findings.size(), 3U);
    EXPECT_EQ(snapshot->findings[0].since, noon);
    EXPECT_EQ(snapshot->findings[0].last_seen, noon + 10h);
}

TEST_F(AgentVirtualTime, WithoutAListenerForChanges) {
    script = [](const std::string&, const Services&) { return Report{}; };
    Agent agent = make(runtime_with({"a"}, 1h));
    EXPECT_TRUE(agent.run_due(SteadyClock::now() + 1min, noon));
    EXPECT_EQ(job_of(*agent.snapshot(noon), "a").verdict, Severity::ok);
}

TEST_F(AgentVirtualTime, AFailedRunIsCountedAndClearsNothing) {
    for (const std::string what : {"boom", ""}) {
        SCOPED_TRACE(what);
        bool fail = false;
        script = [&](const std::string& subject, const Services&) {
            if (fail) throw std::runtime_error(what);
            return report_with(subject, 7);
        };
        int changes = 0;
        Agent agent = make(runtime_with({"a"}, 1h), [&] { ++changes; });
        const auto start = SteadyClock::now();
        ASSERT_TRUE(agent.run_due(start + 1min, noon));
        fail = true;
        ASSERT_TRUE(agent.run_due(start + 2h, noon + 2h));
        EXPECT_EQ(changes, 2) << "a failure is to be seen, too";

        auto snapshot = agent.snapshot(noon + 2h);
        JobState job = job_of(*snapshot, "a");
        EXPECT_EQ(job.runs, 2U);
        EXPECT_EQ(job.failures, 1U);
        EXPECT_EQ(job.last_run, noon + 2h);
        EXPECT_EQ(job.last_success, noon);
        EXPECT_EQ(job.verdict, Severity::unknown);
        ASSERT_EQ(job.samples->size(), 1U);
        EXPECT_EQ(job.samples->front().value, 7);
        ASSERT_EQ(snapshot->findings.size(), 1U);
        EXPECT_EQ(snapshot->findings[0].last_seen, noon);

        fail = false;
        ASSERT_TRUE(agent.run_due(start + 4h, noon + 4h)) << "a failure does not end the job";
        job = job_of(*agent.snapshot(noon + 4h), "a");
        EXPECT_EQ(job.failures, 1U);
        EXPECT_EQ(job.last_success, noon + 4h);
        EXPECT_EQ(job.verdict, Severity::warning);
    }
}

TEST_F(AgentVirtualTime, ReloadKeepsWhatStaysAndDropsTheRest) {
    script = [](const std::string& subject, const Services&) { return report_with(subject, 1); };
    Agent agent = make(runtime_with({"a", "b"}, 1h));
    const auto start = SteadyClock::now();
    ASSERT_EQ(run_all_due(agent, start + 1min), 2);
    agent.reload(runtime_with({"b", "c"}, 1h));
    auto snapshot = agent.snapshot(noon);
    ASSERT_EQ(snapshot->jobs.size(), 2U);
    EXPECT_EQ(job_of(*snapshot, "b").runs, 1U);
    EXPECT_EQ(job_of(*snapshot, "c").runs, 0U);
    EXPECT_FALSE(snapshot->ready);
    ASSERT_EQ(snapshot->findings.size(), 1U);
    EXPECT_EQ(snapshot->findings[0].finding.subject, "b");
    EXPECT_EQ(snapshot->settings->senders[1].name, "c");
    EXPECT_EQ(run_all_due(agent, start + 2min), 2) << "other senders: what stays looks at them soon, too";
    EXPECT_TRUE(agent.snapshot(noon)->ready);
}

TEST_F(AgentVirtualTime, AFailedReloadIsShownUntilTheNextGoodOne) {
    Agent agent = make(runtime_with({}, 1h));
    EXPECT_TRUE(agent.snapshot(noon)->last_reload_ok);
    const auto good = agent.snapshot(noon)->last_good_reload;
    agent.reload_failed();
    EXPECT_FALSE(agent.snapshot(noon)->last_reload_ok);
    EXPECT_EQ(agent.snapshot(noon)->last_good_reload, good);
    agent.reload(runtime_with({}, 1h));
    EXPECT_TRUE(agent.snapshot(noon)->last_reload_ok);
}

TEST_F(AgentVirtualTime, AJobThatAReloadTookAwayWhileItRanLeavesNothing) {
    Agent* running = nullptr;
    script = [&](const std::string& subject, const Services&) {
        running->reload(runtime_with({"other"}, 1h));
        return report_with(subject, 1);
    };
    Agent agent = make(runtime_with({"a"}, 1h));
    running = &agent;
    ASSERT_TRUE(agent.run_due(SteadyClock::now() + 1min, noon));
    const auto snapshot = agent.snapshot(noon);
    EXPECT_TRUE(snapshot->findings.empty());
    ASSERT_EQ(snapshot->jobs.size(), 1U);
    EXPECT_EQ(snapshot->jobs[0].subject, "other");
}

TEST_F(AgentVirtualTime, AJobThatStaysWhileAReloadComesKeepsItsReportAndTakesTheNewInterval) {
    Agent* running = nullptr;
    bool nested = false;
    const auto start = SteadyClock::now();
    script = [&](const std::string& subject, const Services& services) {
        running->reload(runtime_with({"a"}, 1min));
        nested = running->run_due(start + 24h, noon);
        EXPECT_EQ(services.settings.dnsbl.interval, 24h) << "a run ends with the settings that it began with";
        return report_with(subject, 1);
    };
    Agent agent = make(runtime_with({"a"}, 24h));
    running = &agent;
    ASSERT_TRUE(agent.run_due(start + 1min, noon));
    EXPECT_FALSE(nested) << "it runs already";
    EXPECT_EQ(agent.snapshot(noon)->findings.size(), 1U);
    script = [](const std::string&, const Services&) { return Report{}; };
    EXPECT_TRUE(agent.run_due(start + 3min, noon));
}

// Ending a resolver joins its thread. A resolver that asks for a snapshot while it ends never returns when the agent
// holds its lock.
struct AskingResolver : test::FakeResolver {
    Agent** agent;
    explicit AskingResolver(Agent** asked) : agent(asked) {}
    ~AskingResolver() override {
        if (*agent != nullptr) (*agent)->snapshot(noon);
    }
};

TEST_F(AgentVirtualTime, AnOldConfigurationEndsWithoutTheLock) {
    Agent* asked = nullptr;
    Agent agent = make(runtime_with({"a"}, 1h, std::make_shared<AskingResolver>(&asked)));
    asked = &agent;
    agent.reload(runtime_with({"a"}, 1h, std::make_shared<AskingResolver>(&asked)));
    script = [&](const std::string&, const Services&) {
        agent.reload(runtime_with({"a"}, 1h));
        return Report{};
    };
    EXPECT_TRUE(agent.run_due(SteadyClock::now() + 1min, noon)) << "the run was the last to use it";
    asked = nullptr;
}

TEST_F(AgentVirtualTime, TotalsDoNotFallWhenAReloadTakesJobsAway) {
    bool fail = true;
    script = [&](const std::string&, const Services&) -> Report {
        if (fail) throw std::runtime_error("boom");
        return {};
    };
    Agent agent = make(runtime_with({"a", "b", "c"}, 1h));
    const auto start = SteadyClock::now();
    ASSERT_EQ(run_all_due(agent, start + 1min), 3);
    agent.reload(runtime_with({"c"}, 1h));
    fail = false;
    ASSERT_EQ(run_all_due(agent, start + 2h), 1);
    std::string text = render_metrics(*agent.snapshot(noon));
    EXPECT_NE(text.find("\nreputed_job_runs_total{check=\"fake\"} 4\n"), std::string::npos) << text;
    EXPECT_NE(text.find("\nreputed_job_failures_total{check=\"fake\"} 3\n"), std::string::npos) << text;
    agent.reload(runtime_with({}, 1h));
    agent.reload(runtime_with({"a"}, 1h));
    text = render_metrics(*agent.snapshot(noon));
    EXPECT_NE(text.find("\nreputed_job_runs_total{check=\"fake\"} 4\n"), std::string::npos) << text;
}

// Counts down to 0 from any thread.
class Countdown {
  public:
    explicit Countdown(int count) : left_(count) {}
    void hit() {
        if (--left_ == 0) done_.set_value();
    }
    bool wait() { return done_.get_future().wait_for(patience) == std::future_status::ready; }

  private:
    std::atomic<int> left_;
    std::promise<void> done_;
};

TEST_F(AgentThreads, AllJobsRunAndStopEndsTheWaitForTheNext) {
    script = [](const std::string& subject, const Services&) { return report_with(subject, 1); };
    Countdown runs(20);
    Agent agent = make(runtime_with(numbers(20), 24h), [&] { runs.hit(); });
    agent.start(4);
    ASSERT_TRUE(runs.wait());
    agent.stop();
    const auto snapshot = agent.snapshot(noon);
    EXPECT_TRUE(snapshot->ready);
    EXPECT_EQ(snapshot->findings.size(), 20U);
    for (const auto& job : snapshot->jobs)
        EXPECT_EQ(job.runs, 1U) << job.subject;
    agent.stop();
}

TEST_F(AgentThreads, StopReachesARunningJobAndItsReportIsThrownAway) {
    Countdown begun(1);
    script = [&](const std::string& subject, const Services& services) {
        std::mutex mutex;
        std::condition_variable_any stopped;
        std::unique_lock lock(mutex);
        begun.hit();
        stopped.wait_for(lock, services.stop, patience, [] { return false; });
        EXPECT_TRUE(services.stop.stop_requested());
        return report_with(subject, 1);
    };
    std::atomic<int> changes = 0;
    Agent agent = make(runtime_with({"a"}, 24h), [&] { ++changes; });
    agent.start(2);
    ASSERT_TRUE(begun.wait());
    agent.stop();
    EXPECT_EQ(changes, 0);
    EXPECT_TRUE(agent.snapshot(noon)->findings.empty());
    EXPECT_EQ(job_of(*agent.snapshot(noon), "a").runs, 0U);
}

TEST_F(AgentThreads, StopWithoutWork) {
    for (int i = 0; i < 50; ++i) {
        Agent agent = make(runtime_with({}, 24h));
        agent.start(8);  // stopped by its destructor, at any point of the workers' beginning
    }
}

TEST_F(AgentThreads, AReloadWakesWorkersThatHadNothingToDo) {
    script = [](const std::string&, const Services&) { return Report{}; };
    Countdown first(1);
    Countdown second(2);
    std::atomic<bool> reloaded = false;
    Agent agent = make(runtime_with({"a"}, 24h), [&] { reloaded ? second.hit() : first.hit(); });
    agent.start(1);
    ASSERT_TRUE(first.wait());
    reloaded = true;
    agent.reload(runtime_with({"a", "b", "c"}, 24h));
    EXPECT_TRUE(second.wait());
}

TEST_F(AgentThreads, AReloadWakesWorkersThatHadNoJobs) {
    script = [](const std::string&, const Services&) { return Report{}; };
    Countdown runs(2);
    Agent agent = make(runtime_with({}, 24h), [&] { runs.hit(); });
    agent.start(3);
    agent.reload(runtime_with({"a", "b"}, 24h));
    EXPECT_TRUE(runs.wait());
}

TEST_F(AgentThreads, NoJobRunsTwiceAtOnceWhileEverythingChanges) {
    // Jobs without an interval run all the time; reloads, snapshots and a failing job come between.
    std::map<std::string, std::atomic<int>> running;
    for (const auto& subject : numbers(6))
        running[subject] = 0;
    std::atomic<bool> twice = false;
    std::atomic<int> runs = 0;
    script = [&](const std::string& subject, const Services& services) {
        auto& here = running.at(subject);
        if (++here > 1) twice = true;
        ++runs;
        Report report = report_with(subject, runs);
        report.samples[0].value += static_cast<double>(services.settings.senders.size());
        --here;
        if (subject == "3") throw std::runtime_error("boom");
        return report;
    };
    std::atomic<int> changes = 0;
    Agent agent = make(runtime_with(numbers(6), 0s), [&] { ++changes; });
    agent.start(4);
    const auto end = SteadyClock::now() + patience;
    for (int i = 0; (i < 200 || runs < 500) && SteadyClock::now() < end; ++i) {
        agent.reload(runtime_with(numbers(i % 7), 0s));
        const auto snapshot = agent.snapshot(noon);
        ASSERT_EQ(snapshot->jobs.size(), static_cast<std::size_t>(i % 7));
        for (const auto& open : snapshot->findings)
            ASSERT_LT(std::stoi(open.finding.subject), i % 7);
        if (i % 10 == 0) agent.reload_failed();
        std::this_thread::yield();
    }
    agent.stop();
    EXPECT_FALSE(twice);
    EXPECT_GE(runs, 500);
    EXPECT_GT(changes, 0);
}

TEST_F(AgentRunAll, RunsEachJobOnce) {
    struct Row {
        int jobs;
        unsigned workers;
    };
    for (const auto& row : {Row{0, 4}, Row{1, 1}, Row{50, 1}, Row{50, 4}, Row{3, 16}}) {
        std::mutex mutex;
        std::map<std::string, int> runs;
        script = [&](const std::string& subject, const Services&) {
            const std::lock_guard lock(mutex);
            ++runs[subject];
            if (subject == "2") throw std::runtime_error("boom");
            return report_with(subject, 1);
        };
        Agent agent = make(runtime_with(numbers(row.jobs), 24h));
        std::vector<std::uint64_t> progress;
        agent.run_all(row.workers, [&](std::uint64_t done, std::uint64_t all) {
            EXPECT_EQ(all, static_cast<std::uint64_t>(row.jobs));
            progress.push_back(done);  // not protected: never called concurrently
        });
        EXPECT_EQ(runs.size(), static_cast<std::size_t>(row.jobs));
        for (const auto& [subject, count] : runs)
            EXPECT_EQ(count, 1) << subject;
        ASSERT_EQ(progress.size(), static_cast<std::size_t>(row.jobs));
        for (std::size_t i = 0; i < progress.size(); ++i)
            EXPECT_EQ(progress[i], i + 1);
        const auto snapshot = agent.snapshot(noon);
        EXPECT_TRUE(snapshot->ready);
        EXPECT_EQ(snapshot->findings.size(),
                  static_cast<std::size_t>(row.jobs > 2 ? row.jobs - 1 : row.jobs));
    }
}

TEST_F(AgentRunAll, WithoutProgress) {
    script = [](const std::string& subject, const Services&) { return report_with(subject, 1); };
    Agent agent = make(runtime_with(numbers(5), 24h));
    agent.run_all(2, {});
    EXPECT_TRUE(agent.snapshot(noon)->ready);
}

}  // namespace
}  // namespace reputed
