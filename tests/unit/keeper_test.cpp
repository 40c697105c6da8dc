#include "agent/keeper.hpp"

#include <atomic>
#include <fstream>
#include <set>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "agent/store_files.hpp"
#include "tests/support/sample_state.hpp"

namespace reputed {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using State = StoreHealth::State;
using test::TemporaryFolder;

constexpr std::int64_t noon = 1'795'176'000;  // 2026-11-20

// An agent that has as much state as these tests want: open episodes, each with an entry and a message to tell.
class SmallAgent {
  public:
    explicit SmallAgent(std::string path) : path_(std::move(path)) { make(); }

    void make() {
        keeper.emplace(path_, StoreSettings{},
                       Keeper::Callbacks{[this] { return whole(); },
                                         [this](std::span<const OutboxEntry> entries) {
                                             const std::lock_guard lock(mutex_);
                                             for (const auto& entry : entries)
                                                 written.insert(entry.id);
                                         },
                                         [this] { ++health_changes; }},
                       [this] { return now; });
        state = keeper->open();
    }
    void open_episode(std::uint64_t id, const std::string& evidence = "") {
        const std::lock_guard lock(mutex_);
        Batch batch;
        batch.transitions = {test::opening(id, noon, "192.0.2." + std::to_string(id))};
        batch.transitions.front().finding.evidence = evidence;
        batch.entries = {test::open_entry(id, batch.transitions.front())};
        batch.outbox = {{id, "mail", id, now, "", false, 0, now, ""}};
        agent_.append(Batch(batch));
        keeper->submit(std::move(batch));
    }
    void log_read(const std::string& part, std::optional<std::string> value) {
        const std::lock_guard lock(mutex_);
        Batch batch;
        batch.parts = {{"postfix", part, std::move(value)}};
        agent_.append(Batch(batch));
        keeper->submit(std::move(batch));
    }
    Batch whole() {
        const std::lock_guard lock(mutex_);
        Batch batch = agent_;
        batch.transitions.clear();
        batch.whole = true;
        return batch;
    }
    // What is on disk, as another start would find it.
    StoredState stored() {
        keeper->stop();
        StoredState found = Store(path_).load();
        return found;
    }

    const std::string path_;
    WallTime now{std::chrono::seconds(noon)};
    std::set<std::uint64_t> written;
    std::atomic<int> health_changes = 0;
    StoredState state;
    std::optional<Keeper> keeper;

  private:
    std::mutex mutex_;
    Batch agent_;
};

TEST(Keeper, CommitsWhatWasSubmitted) {
    const TemporaryFolder folder;
    SmallAgent agent(folder / "a.db");
    EXPECT_EQ(agent.keeper->health().state, State::ok);
    EXPECT_EQ(agent.state.next_transition, 1U);
    agent.open_episode(1);
    agent.open_episode(2);
    EXPECT_TRUE(agent.written.empty());
    agent.keeper->turn();
    EXPECT_EQ(agent.written, (std::set<std::uint64_t>{1, 2}));
    const auto health = agent.keeper->health();
    EXPECT_EQ(health.commits, 1U) << "both at once";
    EXPECT_EQ(health.last_commit, agent.now);
    EXPECT_GT(health.size_bytes, 0U);
    EXPECT_EQ(agent.stored().entries.size(), 2U);
}

TEST(Keeper, WithoutAPathAllIsInMemoryAndNobodyIsTold) {
    SmallAgent agent("");
    EXPECT_EQ(agent.keeper->health().state, State::off);
    EXPECT_GT(agent.state.next_transition, 1'000'000U);
    agent.open_episode(1);
    agent.keeper->turn();
    EXPECT_EQ(agent.written, (std::set<std::uint64_t>{1}));
    EXPECT_TRUE(store_report(agent.keeper->health(), agent.now).findings.empty());
    EXPECT_TRUE(store_report(agent.keeper->health(), agent.now).samples.empty());
}

TEST(Keeper, ABrokenFileIsSetAsideAndAFreshOneBegun) {
    const TemporaryFolder folder;
    std::ofstream(folder / "a.db") << "nothing that SQLite knows";
    SmallAgent agent(folder / "a.db");
    const auto health = agent.keeper->health();
    EXPECT_EQ(health.state, State::ok);
    EXPECT_EQ(health.set_aside, (folder / "a.db") + ".broken-20261120T120000");
    EXPECT_TRUE(fs::exists(health.set_aside));
    EXPECT_GT(agent.state.next_transition, 1'000'000U) << "the ids of the broken file are not used again";
    const auto report = store_report(health, agent.now);
    ASSERT_EQ(report.findings.size(), 1U);
    EXPECT_EQ(report.findings[0].code, "store.set_aside");
    EXPECT_EQ(report.findings[0].severity, Severity::info);
    EXPECT_EQ(report.findings[0].message,
              "A broken database was set aside at 2026-11-20 12:00:00 UTC and a fresh one begun: the history "
              "before "
              "that is in the broken file only.");
    EXPECT_TRUE(store_report(health, agent.now + 8 * 24h).findings.empty());
}

TEST(Keeper, AFolderThatComesLaterIsUsedWhenItIsThere) {
    const TemporaryFolder folder;
    SmallAgent agent(folder / "later/a.db");
    EXPECT_EQ(agent.keeper->health().state, State::memory);
    agent.open_episode(agent.state.next_transition);
    agent.keeper->turn();
    EXPECT_EQ(agent.written.size(), 1U) << "told at once: there is no disk to wait for";
    const auto report = store_report(agent.keeper->health(), agent.now);
    ASSERT_EQ(report.findings.size(), 1U);
    EXPECT_EQ(report.findings[0].code, "store.unavailable");
    EXPECT_EQ(report.findings[0].severity, Severity::warning);
    EXPECT_EQ(
        report.findings[0].message,
        "The agent's memory is not on disk since 2026-11-20 12:00:00 UTC: monitoring goes on in memory, and "
        "what it knows is lost if it ends.");
    EXPECT_EQ(report.findings[0].evidence,
              (folder / "later/a.db.lock") + ": cannot be made: No such file or directory");
    EXPECT_EQ(report.samples[0].value, 0);

    fs::create_directory(folder / "later");
    agent.now += 4s;
    agent.keeper->turn();
    EXPECT_EQ(agent.keeper->health().state, State::memory) << "not due yet";
    agent.now += 1s;
    agent.keeper->turn();
    EXPECT_EQ(agent.keeper->health().state, State::ok);
    EXPECT_EQ(agent.keeper->health().since, agent.now);
    const auto stored = agent.stored();
    EXPECT_EQ(stored.entries.size(), 1U);
    EXPECT_EQ(stored.transitions.size(), 1U) << "the transition of the time in memory is written afterwards";
}

TEST(Keeper, ItTriesLessAndLessOften) {
    SmallAgent agent("/nonexistent/a.db");
    const auto begin = agent.now;
    std::vector<std::int64_t> tries;
    auto failures = agent.keeper->health().failures;
    EXPECT_EQ(failures, 1U);
    while (agent.now < begin + 20min) {
        agent.now += 1s;
        agent.keeper->turn();
        if (agent.keeper->health().failures == failures) continue;
        failures = agent.keeper->health().failures;
        tries.push_back(std::chrono::duration_cast<std::chrono::seconds>(agent.now - begin).count());
    }
    EXPECT_EQ(tries, (std::vector<std::int64_t>{5, 15, 35, 75, 155, 315, 615, 915}));
    EXPECT_EQ(agent.keeper->health().since, begin);
    agent.now = begin - 1h;  // set back
    agent.keeper->turn();
    EXPECT_EQ(agent.keeper->health().failures, failures + 1);
}

TEST(Keeper, AFileDeletedUnderItIsMadeAgain) {
    const TemporaryFolder folder;
    SmallAgent agent(folder / "a.db");
    agent.open_episode(1);
    agent.keeper->turn();
    fs::remove(folder / "a.db");
    agent.open_episode(2);
    agent.keeper->turn();
    EXPECT_EQ(agent.keeper->health().state, State::ok) << "at once";
    EXPECT_EQ(agent.written, (std::set<std::uint64_t>{1, 2}));
    const auto stored = agent.stored();
    EXPECT_EQ(stored.entries.size(), 2U);
    EXPECT_EQ(stored.outbox.size(), 2U);
    EXPECT_EQ(stored.next_transition, 3U);
}

TEST(Keeper, IdsSurviveTheLossOfTheFile) {
    const TemporaryFolder folder;
    SmallAgent agent(folder / "a.db");
    Batch batch;
    batch.transitions = {test::opening(70, noon), test::clearing(71, test::opening(70, noon), noon)};
    agent.keeper->submit(std::move(batch));
    agent.keeper->turn();
    fs::remove(folder / "a.db");
    agent.open_episode(5);
    agent.keeper->turn();
    EXPECT_EQ(agent.stored().next_transition, 72U);
}

TEST(Keeper, AFileThatBreaksUnderItIsSetAside) {
    const TemporaryFolder folder;
    SmallAgent agent(folder / "a.db");
    // More than SQLite keeps in memory, so that it has to look at the file again.
    for (std::uint64_t id = 1; id < 40; ++id)
        agent.open_episode(id, std::string(60'000, 'x'));
    agent.keeper->turn();
    agent.keeper->stop();
    agent.make();
    {
        const auto size = fs::file_size(folder / "a.db");
        std::fstream file(folder / "a.db", std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(4096);
        file << std::string(size - 4096, '\x5a');
    }
    agent.open_episode(41);
    agent.keeper->turn();
    const auto health = agent.keeper->health();
    EXPECT_EQ(health.state, State::ok);
    EXPECT_FALSE(health.set_aside.empty());
    EXPECT_EQ(agent.written.size(), 40U);
    EXPECT_EQ(agent.stored().entries.size(), 40U);
}

TEST(Keeper, AnotherAgentsFileIsTakenOverWhenThatOneEnds) {
    const TemporaryFolder folder;
    auto other = std::make_unique<Store>(folder / "a.db");
    Batch theirs;
    theirs.transitions = {test::opening(1, noon)};
    theirs.entries = {test::open_entry(1, theirs.transitions.front())};
    other->commit(theirs);
    SmallAgent agent(folder / "a.db");
    EXPECT_EQ(agent.keeper->health().state, State::memory);
    EXPECT_EQ(
        agent.keeper->health().reason,
        (folder / "a.db") + ": another agent uses it: stop that one, or set [store] path to another file");
    const auto id = agent.state.next_transition;
    EXPECT_GT(id, 1'000'000U);
    agent.open_episode(id);
    other.reset();
    agent.now += 5s;
    agent.keeper->turn();
    EXPECT_EQ(agent.keeper->health().state, State::ok);
    const auto stored = agent.stored();
    ASSERT_EQ(stored.entries.size(), 1U);
    EXPECT_EQ(stored.entries[0].id, id) << "the state is this agent's";
}

TEST(Keeper, EndingCommitsWhatIsPending) {
    const TemporaryFolder folder;
    SmallAgent agent(folder / "a.db");
    agent.keeper->start();
    for (std::uint64_t id = 1; id <= 20; ++id)
        agent.open_episode(id);
    agent.keeper->stop();
    EXPECT_EQ(agent.written.size(), 20U);
    EXPECT_EQ(agent.stored().entries.size(), 20U);
}

// Many givers, a reader of the health, and a file that is taken away again and again.
TEST(Keeper, ManyThreadsAndAFileThatVanishes) {
    const TemporaryFolder folder;
    SmallAgent agent(folder / "a.db");
    agent.keeper->start();
    std::atomic<std::uint64_t> next = 1;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i)
            threads.emplace_back([&] {
                for (auto id = next++; id <= 200; id = next++)
                    agent.open_episode(id);
            });
        threads.emplace_back([&] {
            while (next <= 200) {
                fs::remove(folder / "a.db");
                (void)agent.keeper->health();
            }
        });
    }
    agent.keeper->stop();
    EXPECT_EQ(agent.written.size(), 200U);
}

TEST(Keeper, LogStateOfTheTimeInMemoryIsWrittenWithTheRest) {
    const TemporaryFolder folder;
    SmallAgent agent(folder / "later/a.db");
    EXPECT_EQ(agent.keeper->health().state, State::memory);
    agent.log_read("cursor", "1");
    agent.keeper->turn();
    agent.log_read("cursor", "2");
    agent.log_read("counts", "7");
    agent.log_read("counts", {});
    agent.log_read("seen", "yes");
    fs::create_directory(folder / "later");
    agent.now += 5s;
    agent.keeper->turn();
    EXPECT_EQ(agent.keeper->health().state, State::ok);
    agent.log_read("seen", {});
    agent.keeper->turn();
    EXPECT_EQ(agent.stored().parts, (std::vector<StoredPart>{{"postfix", "cursor", "2"}}));
}

TEST(Keeper, AppendingLogStateKeepsTheLaterOfEachPart) {
    using Parts = std::vector<StoredPart>;
    Batch first;
    first.parts = {{"a", "cursor", "1"}, {"b", "cursor", "1"}, {"a", "counts", "1"}};
    EXPECT_FALSE(first.empty());
    Batch later;
    later.parts = {{"a", "cursor", "2"}, {"a", "counts", {}}};
    first.append(std::move(later));
    EXPECT_EQ(first.parts, (Parts{{"b", "cursor", "1"}, {"a", "cursor", "2"}, {"a", "counts", {}}}));
    Batch whole;
    whole.whole = true;
    whole.parts = {{"c", "cursor", "1"}};
    first.append(std::move(whole));
    EXPECT_EQ(first.parts, (Parts{{"c", "cursor", "1"}}));
    Batch last;
    last.parts = {{"c", "cursor", "2"}, {"d", "cursor", {}}};
    first.append(std::move(last));
    EXPECT_EQ(first.parts, (Parts{{"c", "cursor", "2"}, {"d", "cursor", {}}}));
    EXPECT_TRUE(first.whole);
}

TEST(Keeper, AppendingSaysWhatBothSaid) {
    Batch first;
    first.entries = {{}, {}};
    first.entries[0].id = 1;
    first.entries[1].id = 2;
    first.outbox = {{5, "mail", 1, {}, "", false, 0, {}, ""}};
    first.dropped_jobs = {{"ptr", "a"}, {"ptr", "b"}};
    Batch later;
    later.entries = {{}};
    later.entries[0].id = 2;
    later.entries[0].code = "new";
    later.dropped_entries = {1};
    later.delivered = {5};
    later.jobs = {{{"ptr", "a"}, {}, {}, Severity::ok, {}}};
    first.append(std::move(later));
    ASSERT_EQ(first.entries.size(), 1U);
    EXPECT_EQ(first.entries[0].code, "new");
    EXPECT_EQ(first.dropped_entries, (std::vector<std::uint64_t>{1}));
    EXPECT_TRUE(first.outbox.empty());
    EXPECT_EQ(first.delivered, (std::vector<std::uint64_t>{5}));
    EXPECT_EQ(first.dropped_jobs, (std::vector<JobKey>{{"ptr", "b"}}));
    EXPECT_EQ(first.jobs.size(), 1U);

    Batch whole;
    whole.whole = true;
    EXPECT_FALSE(whole.empty());
    first.transitions = {test::opening(1, noon)};
    first.append(std::move(whole));
    EXPECT_TRUE(first.whole && first.entries.empty() && first.dropped_entries.empty() && first.jobs.empty());
    EXPECT_EQ(first.transitions.size(), 1U) << "what happened has happened";
    EXPECT_TRUE(Batch().empty());
}

}  // namespace
}  // namespace reputed
