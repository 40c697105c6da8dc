#include "agent/store.hpp"

#include <algorithm>
#include <fstream>
#include <functional>
#include <map>

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/sample_blob.hpp"
#include "agent/store_files.hpp"
#include "tests/support/sample_state.hpp"

namespace reputed {
namespace {

namespace fs = std::filesystem;
using test::RandomState;
using test::TemporaryFolder;
using Kind = StoreError::Kind;

constexpr std::int64_t noon = 1'795'176'000;  // 2026-11-20
const WallTime now{std::chrono::seconds(noon)};

// Runs SQL as any other program may.
std::string sql(const std::string& path, const std::string& text) {
    sqlite3* handle = nullptr;
    sqlite3_open(path.c_str(), &handle);
    std::string out;
    const auto row = [](void* to, int columns, char** values, char**) {
        for (int i = 0; i < columns; ++i)
            *static_cast<std::string*>(to) += std::string(values[i] != nullptr ? values[i] : "NULL") + ' ';
        return 0;
    };
    char* error = nullptr;
    sqlite3_exec(handle, text.c_str(), row, &out, &error);
    EXPECT_EQ(error, nullptr) << error << " in " << text;
    sqlite3_free(error);
    sqlite3_close(handle);
    return out;
}

// What it throws: kind and text; nothing when it does not.
std::optional<std::pair<Kind, std::string>> failure(const std::function<void()>& action) {
    try {
        action();
    } catch (const StoreError& error) {
        return std::pair(error.kind(), std::string(error.what()));
    }
    return {};
}

Batch one_opening(std::uint64_t id) {
    Batch batch;
    batch.transitions = {test::opening(id, noon)};
    batch.entries = {test::open_entry(id, batch.transitions.front())};
    batch.outbox = {{id, "mail", id, now, "", false, 0, now, ""}};
    return batch;
}

TEST(Store, AFreshFileIsEmptyAndPrivate) {
    const TemporaryFolder folder;
    Store store(folder / "a.db");
    const auto state = store.load();
    EXPECT_TRUE(state.entries.empty() && state.jobs.empty() && state.outbox.empty() &&
                state.transitions.empty());
    EXPECT_EQ(state.next_entry, 1U);
    EXPECT_EQ(state.next_transition, 1U);
    EXPECT_EQ(state.next_outbox, 1U);
    for (const auto* name : {"a.db", "a.db-wal", "a.db-shm", "a.db.lock"})
        EXPECT_EQ(fs::status(folder / name).permissions() & fs::perms(0137), fs::perms::none) << name;
}

// What is loaded is what the batches said, whatever they said, in one file opened again and again.
TEST(Store, RandomStatesComeBack) {
    for (std::uint32_t seed = 0; seed < 8; ++seed) {
        const TemporaryFolder folder;
        RandomState random(seed);
        std::map<std::uint64_t, LedgerEntry> entries;
        std::map<JobKey, StoredJob> jobs;
        std::map<std::uint64_t, Transition> transitions;
        std::map<std::uint64_t, OutboxEntry> outbox;
        std::uint64_t next = 1;
        for (int round = 0; round < 8; ++round) {
            Store store(folder / "a.db");
            Batch merged;
            for (int step = 0; step < 4; ++step) {
                Batch batch;
                batch.whole = random.below(8) == 0;
                if (batch.whole) {
                    entries.clear();
                    jobs.clear();
                    outbox.clear();
                }
                const auto some_id = 1 + random.below(next);
                if (!batch.whole && random.coin()) {
                    batch.dropped_entries = {some_id};
                    entries.erase(some_id);
                    batch.delivered = {some_id};
                    outbox.erase(some_id);
                    const auto job = random.job(random.below(5));
                    batch.dropped_jobs = {job.key};
                    jobs.erase(job.key);
                }
                for (auto size = random.below(4); size > 0; --size, ++next) {
                    batch.entries.push_back(entries[next] = random.entry(next));
                    batch.transitions.push_back(transitions[next] = random.transition(next));
                    batch.outbox.push_back(outbox[next] = random.outbox(next, 1 + random.below(next)));
                    const auto job = random.job(random.below(5));
                    std::erase_if(batch.jobs, [&](const auto& one) { return one.key == job.key; });
                    batch.jobs.push_back(jobs[job.key] = job);
                }
                if (random.coin())
                    merged.append(std::move(batch));
                else {
                    store.commit(merged);
                    store.commit(batch);
                    merged = {};
                }
            }
            store.commit(merged);

            StoredState expected;
            for (const auto& [id, entry] : entries)
                expected.entries.push_back(entry);
            for (const auto& [key, job] : jobs)
                expected.jobs.push_back(job);
            for (const auto& [id, entry] : outbox)
                expected.outbox.push_back(entry);
            const auto state = store.load();
            expected.next_transition = next;
            // Of what was taken back before it was written, nothing is known.
            expected.next_entry = state.next_entry;
            expected.next_outbox = state.next_outbox;
            ASSERT_EQ(test::print(state), test::print(expected)) << "seed " << seed << ", round " << round;
            for (const auto& transition : state.transitions)
                ASSERT_EQ(test::print(transition), test::print(transitions.at(transition.id)));
            for (const auto& entry : state.outbox)
                ASSERT_TRUE(std::any_of(state.transitions.begin(), state.transitions.end(),
                                        [&](const auto& one) { return one.id == entry.transition; }));
        }
    }
}

TEST(Store, PartsComeBackAsTheyWereWritten) {
    const TemporaryFolder folder;
    using Parts = std::vector<StoredPart>;
    const auto with = [](Parts parts, bool whole = false) {
        Batch batch;
        batch.parts = std::move(parts);
        batch.whole = whole;
        return batch;
    };
    const std::string bytes("\0\xff\n", 3);
    Store store(folder / "a.db");
    store.commit(with({{"b", "cursor", "1"}, {"a", "counts", bytes}, {"a", "cursor", ""}}));
    EXPECT_EQ(store.load().parts, (Parts{{"a", "counts", bytes}, {"a", "cursor", ""}, {"b", "cursor", "1"}}));
    store.commit(with({{"b", "cursor", "2"}, {"a", "counts", {}}, {"c", "none", {}}}));
    EXPECT_EQ(store.load().parts, (Parts{{"a", "cursor", ""}, {"b", "cursor", "2"}}));

    const std::string longest(longest_part, 'x');
    store.commit(with({{"a", "cursor", longest}, {"b", "cursor", longest + 'x'}}));
    EXPECT_EQ(store.load().parts, (Parts{{"a", "cursor", longest}})) << "one too long is not kept";
    store.commit(with({{"d", "cursor", "3"}}, true));
    EXPECT_EQ(store.load().parts, (Parts{{"d", "cursor", "3"}}));
    store.commit(with({}, true));
    EXPECT_EQ(store.load().parts, Parts{});
}

TEST(Store, OfTooManyPartsTheFirstAreLoaded) {
    const TemporaryFolder folder;
    Store store(folder / "a.db");
    const auto fill = [&](const char* rows, const char* value) {
        sql(folder / "a.db",
            std::string("DELETE FROM parts; WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 "
                        "FROM n WHERE i < ") +
                rows + ") INSERT INTO parts SELECT 'log', printf('%06d', i), " + value + " FROM n");
        return store.load().parts;
    };
    const auto many = fill("10003", "x'31'");
    ASSERT_EQ(many.size(), 10'000U);
    EXPECT_EQ(many.back().name, "010000");
    EXPECT_EQ(fill("70", "zeroblob(1048576)").size(), 64U);
}

TEST(Store, AFileOfTheFirstVersionGetsItsNewTable) {
    const TemporaryFolder folder;
    Store(folder / "a.db").commit(one_opening(1));
    sql(folder / "a.db", "DROP TABLE parts; PRAGMA user_version = 1");
    {
        Store store(folder / "a.db");
        EXPECT_EQ(store.load().entries.size(), 1U);
        EXPECT_TRUE(store.load().parts.empty());
        Batch batch;
        batch.parts = {{"postfix", "cursor", "here"}};
        store.commit(batch);
    }
    EXPECT_EQ(Store(folder / "a.db").load().parts.size(), 1U);
    EXPECT_EQ(sql(folder / "a.db", "PRAGMA user_version"), "3 ");
}

TEST(Store, OfAFileOfTheSecondVersionTheLogsKeepTheirPlace) {
    const TemporaryFolder folder;
    Store(folder / "a.db").commit(one_opening(1));
    sql(folder / "a.db",
        "ALTER TABLE parts RENAME TO log_state; ALTER TABLE log_state RENAME COLUMN owner TO source; "
        "ALTER TABLE log_state RENAME COLUMN name TO part; "
        "INSERT INTO log_state VALUES('postfix', 'cursor', x'31'); PRAGMA user_version = 2");
    EXPECT_EQ(Store(folder / "a.db").load().parts, (std::vector<StoredPart>{{"log/postfix", "cursor", "1"}}));
}

TEST(Store, LoadsTheLastToldTransitionOfEachOpenEpisode) {
    const TemporaryFolder folder;
    Store store(folder / "a.db");
    Batch batch;
    auto opened = test::opening(1, noon);
    auto changed = opened;
    changed.id = 2;
    changed.kind = TransitionKind::changed;
    auto silent = changed;
    silent.id = 3;
    silent.silent = true;
    const auto other = test::opening(4, noon, "192.0.2.11");
    batch.transitions = {opened, changed, silent, other, test::clearing(5, other, noon + 60)};
    batch.entries = {test::open_entry(1, opened)};
    store.commit(batch);
    const auto state = store.load();
    ASSERT_EQ(state.transitions.size(), 1U);
    EXPECT_EQ(test::print(state.transitions.front()), test::print(changed));
}

TEST(Store, IdsAreNotUsedAgainThoughTheirRowsAreGone) {
    const TemporaryFolder folder;
    {
        Store store(folder / "a.db");
        store.commit(one_opening(7));
        Batch done;
        done.dropped_entries = {7};
        done.delivered = {7};
        store.commit(done);
        store.reserve(3, 100, 9);
        store.commit({});
    }
    const auto state = Store(folder / "a.db").load();
    EXPECT_EQ(state.next_entry, 8U);
    EXPECT_EQ(state.next_transition, 100U);
    EXPECT_EQ(state.next_outbox, 9U);
}

TEST(Store, OfTwoAgentsOneIsTurnedAway) {
    const TemporaryFolder folder;
    const auto path = folder / "a.db";
    Store first(path);
    const auto error = failure([&] { const Store second(path); });
    ASSERT_TRUE(error);
    EXPECT_EQ(error->first, Kind::locked);
    EXPECT_EQ(error->second,
              path + ": another agent uses it: stop that one, or set [store] path to another file");
}

TEST(Store, ReadersSeeWhatIsCommittedMeanwhile) {
    const TemporaryFolder folder;
    Store store(folder / "a.db");
    store.commit(one_opening(1));
    EXPECT_EQ(sql(folder / "a.db", "SELECT count(*) FROM transitions"), "1 ");
    store.commit(one_opening(2));
    EXPECT_EQ(sql(folder / "a.db", "SELECT count(*) FROM transitions"), "2 ");
}

TEST(Store, WhatIsNotItsOwnIsRefused) {
    struct Row {
        const char* change;
        Kind kind;
        const char* text;
    };
    const Row rows[] = {
        {"PRAGMA user_version = 4", Kind::newer,
         ": was written by a later version of reputed (tables 4, this one knows 3): update reputed, or move "
         "the "
         "file away"},
        {"PRAGMA user_version = 0", Kind::corrupt, ": the tables have no valid version"},
        {"PRAGMA user_version = -1", Kind::corrupt, ": the tables have no valid version"},
        {"PRAGMA application_id = 5", Kind::other,
         ": belongs to another program: set [store] path to another file"},
        {"DROP TABLE outbox", Kind::corrupt, ": holds what no agent writes: no such table: outbox"},
        {"ALTER TABLE entries DROP COLUMN told", Kind::corrupt,
         ": holds what no agent writes: table entries has no column named told"},
    };
    for (const auto& row : rows) {
        const TemporaryFolder folder;
        const auto path = folder / "a.db";
        Store(path).commit(one_opening(1));
        sql(path, row.change);
        const auto error = failure([&] { Store(path).load(); });
        ASSERT_TRUE(error) << row.change;
        EXPECT_EQ(error->first, row.kind) << row.change;
        EXPECT_EQ(error->second, path + row.text) << row.change;
    }
}

TEST(Store, ValuesThatNoAgentWritesAreDamage) {
    const char* const changes[] = {
        "UPDATE entries SET severity = 5",
        "UPDATE entries SET told = 2",
        "UPDATE entries SET episode = -1",
        "UPDATE entries SET opened = -1",
        "UPDATE entries SET opened = 9000000000000000000",
        "UPDATE entries SET openings = x'00'",
        "UPDATE entries SET openings = x'ffffffffffffffff'",
        "UPDATE entries SET openings = zeroblob(80008)",
        "UPDATE entries SET subject = CAST(zeroblob(65537) AS TEXT)",
        "UPDATE observations SET entry = 99",
        "UPDATE observations SET absent = 3000000000",
        "UPDATE observations SET confirmed = -1",
        "UPDATE jobs SET verdict = 77",
        "UPDATE jobs SET samples = x''",
        "UPDATE jobs SET samples = x'01ffffffff0f'",
        "UPDATE jobs SET samples = x'02'",
        "UPDATE outbox SET attempts = -1",
        "UPDATE outbox SET attempts = 4294967296",
        "UPDATE transitions SET kind = 3",
        "UPDATE transitions SET before = -4",
        "UPDATE transitions SET silent = 9",
        "UPDATE transitions SET evidence = CAST(zeroblob(70000) AS TEXT)",
        "UPDATE transition_senders SET name = CAST(zeroblob(70000) AS TEXT)",
        "UPDATE parts SET value = zeroblob(1048577)",
        "UPDATE parts SET name = CAST(zeroblob(70000) AS TEXT)",
    };
    for (const auto* change : changes) {
        const TemporaryFolder folder;
        const auto path = folder / "a.db";
        Batch batch = one_opening(1);
        batch.jobs = {
            {{"dnsbl", "bl.test"}, now, now, Severity::ok, {{"reputed_listed", {"192.0.2.10"}, 1}}}};
        batch.parts = {{"postfix", "cursor", "here"}};
        Store(path).commit(batch);
        sql(path, std::string("PRAGMA ignore_check_constraints = ON; ") + change);
        const auto error = failure([&] { Store(path).load(); });
        ASSERT_TRUE(error) << change;
        EXPECT_EQ(error->first, Kind::corrupt) << change << ": " << error->second;
    }
}

TEST(Store, TriggersOfAHostileFileAreNotRun) {
    const TemporaryFolder folder;
    const auto path = folder / "a.db";
    Store(path).commit(one_opening(1));
    sql(path, "CREATE TRIGGER evil AFTER INSERT ON transitions BEGIN DELETE FROM entries; END");
    Store store(path);
    store.commit(one_opening(2));
    EXPECT_EQ(store.load().entries.size(), 2U - 1U) << "the second replaces the first: same identity";
    EXPECT_EQ(store.load().entries.front().observations.size(), 1U)
        << "and the first's observations went with it";
}

TEST(Store, FilesThatAreNoDatabaseAreCorrupt) {
    const std::string contents[] = {
        "not a database, but longer than a header would be; " + std::string(200, 'x'),
        std::string(4096, '\0'), "SQLite format 3", std::string(100'000, '\xff')};
    for (const auto& content : contents) {
        const TemporaryFolder folder;
        const auto path = folder / "a.db";
        std::ofstream(path) << content;
        const auto error = failure([&] { Store(path).load(); });
        ASSERT_TRUE(error) << content.substr(0, 20);
        EXPECT_EQ(error->first, Kind::corrupt) << error->second;
    }
}

// Whatever is done to the bytes: it opens and loads, or says that it is broken. Nothing else, and nothing worse.
TEST(Store, DamagedPagesAreToldOrHarmless) {
    const TemporaryFolder folder;
    const auto path = folder / "a.db";
    {
        Store store(path);
        RandomState random(1);
        for (std::uint64_t id = 1; id <= 60; ++id) {
            Batch batch = one_opening(id);
            batch.entries = {random.entry(id)};
            batch.jobs = {random.job(id)};
            store.commit(batch);
        }
    }
    std::ifstream in(path, std::ios::binary);
    const std::string good((std::istreambuf_iterator<char>(in)), {});
    std::mt19937 engine(7);
    int broken = 0;
    for (int round = 0; round < 60; ++round) {
        std::string bytes = good;
        if (round % 5 == 0)
            bytes.resize(engine() % bytes.size());
        else
            for (auto flips = 1 + engine() % 64; flips > 0; --flips)
                bytes[engine() % bytes.size()] = static_cast<char>(engine());
        for (const auto* companion : {"", "-wal", "-shm"})
            fs::remove(path + companion);
        std::ofstream(path, std::ios::binary) << bytes;
        const auto error = failure([&] {
            Store store(path);
            store.load();
            store.commit(one_opening(1000));
            store.maintain({}, now);
        });
        if (!error) continue;
        ++broken;
        EXPECT_TRUE(error->first == Kind::corrupt || error->first == Kind::newer ||
                    error->first == Kind::other)
            << error->second;
    }
    EXPECT_GT(broken, 10);
}

// Permissions do not bind root, so it becomes nobody for a while.
class AsNobody {
  public:
    AsNobody() {
        if (geteuid() == 0) changed_ = seteuid(65534) == 0;
    }
    ~AsNobody() {
        if (changed_ && seteuid(0) != 0) ADD_FAILURE() << "root no more";
    }
    AsNobody(const AsNobody&) = delete;
    AsNobody& operator=(const AsNobody&) = delete;

  private:
    bool changed_ = false;
};

TEST(Store, ReadOnlyFilesAndFoldersAreSaidToBe) {
    const TemporaryFolder folder;
    const auto path = folder / "a.db";
    fs::permissions(folder.path(), fs::perms(0755));
    Store(path).commit(one_opening(1));
    if (geteuid() != 0) chmod(folder.path().c_str(), 0555);
    const AsNobody nobody;
    for (const auto& file : {path, folder / "new.db"}) {
        const auto error = failure([&] { const Store store(file); });
        ASSERT_TRUE(error);
        EXPECT_EQ(error->first, Kind::read_only) << error->second;
    }
    chmod(folder.path().c_str(), 0755);
}

TEST(Store, AFolderThatIsNotThereIsMissing) {
    const auto error = failure([] { const Store store("/nonexistent/folder/a.db"); });
    ASSERT_TRUE(error);
    EXPECT_EQ(error->first, Kind::missing);
    EXPECT_EQ(error->second, "/nonexistent/folder/a.db.lock: cannot be made: No such file or directory");
    const TemporaryFolder folder;
    fs::create_directory(folder / "a.db");
    EXPECT_EQ(failure([&] { const Store store(folder / "a.db"); })->second,
              (folder / "a.db") + ": is no regular file: set [store] path to another one");
}

TEST(Store, AFullDiskIsSaidAndWhatWasThereStays) {
    const TemporaryFolder folder;
    const auto disk = folder / "disk";
    fs::create_directory(disk);
    if (mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=1m") != 0) GTEST_SKIP() << "needs the right to mount";
    {
        Store store(disk + "/a.db");
        store.commit(one_opening(1));
        Batch large;
        for (std::uint64_t id = 2; id < 100; ++id) {
            auto opening = test::opening(id, noon);
            opening.finding.evidence = std::string(30'000, 'x');
            large.transitions.push_back(std::move(opening));
        }
        const auto error = failure([&] { store.commit(large); });
        EXPECT_EQ(error.value_or(std::pair(Kind::other, "none")).first, Kind::full);
        EXPECT_EQ(store.load().entries.size(), 1U);
        EXPECT_EQ(store.load().next_transition, 2U);
    }
    EXPECT_EQ(umount(disk.c_str()), 0);
}

TEST(Store, AFileTakenAwayOrReplacedIsMissed) {
    for (const bool replaced : {false, true}) {
        const TemporaryFolder folder;
        const auto path = folder / "a.db";
        {
            Store store(path);
            store.commit(one_opening(1));
            if (replaced) {
                Store(folder / "b.db").commit(one_opening(5));
                fs::rename(folder / "b.db", path);
            } else {
                fs::remove(path);
            }
            const auto error = failure([&] { store.commit(one_opening(2)); });
            ASSERT_TRUE(error);
            EXPECT_EQ(error->first, Kind::missing);
            EXPECT_EQ(error->second, path + ": was deleted or replaced while in use");
        }
        EXPECT_FALSE(fs::exists(path + "-wal")) << "it would be played back into the next file";
        EXPECT_EQ(Store(path).load().next_transition, replaced ? 6U : 1U);
    }
}

TEST(Store, ALogTakenAwayIsMissed) {
    const TemporaryFolder folder;
    const auto path = folder / "a.db";
    Store store(path);
    store.commit(one_opening(1));
    fs::remove(path + "-wal");
    EXPECT_EQ(failure([&] { store.commit(one_opening(2)); })->first, Kind::missing);
}

TEST(Store, ALogLeftByAnotherFileIsNotPlayedBack) {
    const TemporaryFolder folder;
    const auto path = folder / "a.db";
    {
        Store store(folder / "b.db");
        store.commit(one_opening(9));
        fs::copy(folder / "b.db-wal", path + "-wal");
    }
    EXPECT_EQ(Store(path).load().next_transition, 1U);
}

TEST(Store, BrokenFilesAreSetAsideAndThreeAreKept) {
    const TemporaryFolder folder;
    const auto path = folder / "a.db";
    for (int second = 0; second < 5; ++second) {
        std::ofstream(path) << second;
        std::ofstream(path + "-wal") << second;
        const auto aside = set_store_aside(path, now + std::chrono::seconds(second));
        EXPECT_EQ(aside, path + ".broken-20261120T12000" + std::to_string(second));
        EXPECT_TRUE(fs::exists(aside));
        EXPECT_TRUE(fs::exists(aside + "-wal"));
        EXPECT_FALSE(fs::exists(path) || fs::exists(path + "-wal"));
    }
    std::vector<std::string> names;
    for (const auto& file : fs::directory_iterator(folder.path()))
        names.push_back(file.path().filename());
    std::sort(names.begin(), names.end());
    EXPECT_EQ(names, (std::vector<std::string>{
                         "a.db.broken-20261120T120002", "a.db.broken-20261120T120002-wal",
                         "a.db.broken-20261120T120003", "a.db.broken-20261120T120003-wal",
                         "a.db.broken-20261120T120004", "a.db.broken-20261120T120004-wal", "a.db.lock"}));
}

TEST(Store, RetentionDropsWholeEpisodesButNoneThatIsNeeded) {
    const TemporaryFolder folder;
    const auto path = folder / "a.db";
    Store store(path);
    constexpr std::int64_t day = 86'400;
    const auto old = test::opening(1, noon - 500 * day, "192.0.2.1");
    const auto astride = test::opening(3, noon - 500 * day, "192.0.2.2");
    const auto still_open = test::opening(5, noon - 500 * day, "192.0.2.3");
    const auto untold = test::opening(6, noon - 500 * day, "192.0.2.4");
    Batch batch;
    batch.transitions = {old,
                         test::clearing(2, old, noon - 450 * day),
                         astride,
                         test::clearing(4, astride, noon - 10 * day),
                         still_open,
                         untold,
                         test::clearing(7, untold, noon - 450 * day)};
    batch.entries = {test::open_entry(1, still_open)};
    batch.outbox = {{1, "mail", 7, now, "", false, 0, now, ""}};
    store.commit(batch);
    store.maintain({}, now);
    EXPECT_EQ(sql(path, "SELECT id FROM transitions ORDER BY id"), "3 4 5 6 7 ");
    EXPECT_EQ(sql(path, "SELECT count(*) FROM transition_senders"), "5 ");
    EXPECT_EQ(store.load().next_transition, 8U);
}

TEST(Store, DailyFiguresCountWhatADayHolds) {
    const TemporaryFolder folder;
    const auto path = folder / "a.db";
    Store store(path);
    constexpr std::int64_t midnight = noon - 43'200;
    const auto first =
        test::opening(1, midnight - 2 * 86'400 + 3600, "192.0.2.1");  // open for a day and two hours
    const auto second = test::opening(3, midnight - 86'400 + 1800, "192.0.2.2");  // stays open
    auto drill = test::opening(4, midnight - 86'400, "192.0.2.3");
    drill.finding.drill = true;
    Batch batch;
    batch.transitions = {first, test::clearing(2, first, midnight - 86'400 + 3 * 3600), second, drill};
    batch.entries = {test::open_entry(1, second)};
    store.commit(batch);
    store.maintain({}, now);
    const auto figures = [&] {
        return sql(path, "SELECT day - " + std::to_string(midnight / 86'400) +
                             ", job_check, code, opened, cleared, open_seconds FROM daily ORDER BY day");
    };
    const std::string expected = "-2 dnsbl dnsbl.listed 1 0 82800 -1 dnsbl dnsbl.listed 1 1 95400 ";
    EXPECT_EQ(figures(), expected);
    store.maintain({}, now + std::chrono::hours(1));
    EXPECT_EQ(figures(), expected);
    store.maintain({}, now + std::chrono::hours(24));
    EXPECT_EQ(figures(), expected + "0 dnsbl dnsbl.listed 0 0 86400 ");
}

TEST(Store, TheFileShrinksToItsBound) {
    const TemporaryFolder folder;
    const auto path = folder / "a.db";
    Store store(path);
    for (std::uint64_t id = 1; id <= 12'000; id += 1000) {
        Batch batch;
        for (auto one = id; one < id + 1000; ++one) {
            auto opening = test::opening(one, noon - 100'000 + static_cast<std::int64_t>(one));
            opening.finding.evidence = std::string(1000, 'x');
            batch.transitions.push_back(std::move(opening));
        }
        store.commit(batch);
    }
    EXPECT_GT(store.size_bytes(), 12'000'000U);
    StoreSettings settings;
    settings.max_size = 8;
    store.maintain(settings, now);
    EXPECT_LE(store.size_bytes(), 8U * 1024 * 1024);
    EXPECT_GT(store.size_bytes(), 5'000'000U);
    EXPECT_EQ(fs::file_size(path + "-wal"), 0U);
    EXPECT_EQ(sql(path, "SELECT max(id) FROM transitions"), "12000 ") << "the oldest go first";
}

TEST(Store, SampleBlobsAreCompact) {
    std::vector<StoredSample> samples;
    for (int target = 0; target < 1000; ++target)
        samples.push_back({"reputed_listed", {"192.0.2." + std::to_string(target), "bl.test"}, 1});
    const auto blob = encode_samples(samples);
    EXPECT_LT(blob.size(), 30'000U);
    const auto decoded = decode_samples(blob);
    ASSERT_TRUE(decoded);
    EXPECT_EQ(decoded->size(), 1000U);
    for (std::size_t size = 0; size < blob.size(); size += 17)
        EXPECT_FALSE(decode_samples(std::string_view(blob).substr(0, size))) << size;
    EXPECT_FALSE(decode_samples(blob + "x"));
}

TEST(Store, WhereTheFileIs) {
    StoreSettings settings;
    settings.path = "/some/where.db";
    EXPECT_EQ(default_store_path(settings), "/some/where.db");
    const TemporaryFolder folder;
    setenv("STATE_DIRECTORY", (folder.path().string() + ":/other").c_str(), 1);
    EXPECT_EQ(default_store_path({}), folder / "reputed.db");
    std::ofstream(folder / "reputed.db") << "";
    EXPECT_EQ(readable_store_path({}), folder / "reputed.db");
    unsetenv("STATE_DIRECTORY");
}

}  // namespace
}  // namespace reputed
