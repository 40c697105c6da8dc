#include "agent/history.hpp"

#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/csv.hpp"
#include "agent/history_options.hpp"
#include "tests/support/sample_state.hpp"

// A query names what it asks for and nothing else.
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

namespace reputed {
namespace {

using namespace std::chrono_literals;
using test::TemporaryFolder;

constexpr std::int64_t noon = 1'795'176'000;  // 2026-11-20
constexpr std::int64_t day = 86'400;
const WallTime now{std::chrono::seconds(noon)};

// Five episodes: two that ended, one open, one drill, one whose clearing was lost.
Batch some_history() {
    Batch batch;
    const auto first = test::opening(1, noon - 40 * day, "192.0.2.1", "a.test");
    auto worse = first;
    worse.id = 2;
    worse.kind = TransitionKind::changed;
    worse.finding.severity = Severity::critical;
    batch.transitions = {first, worse, test::clearing(3, first, noon - 37 * day)};
    batch.transitions.front().finding.severity = Severity::warning;
    const auto second = test::opening(4, noon - 2 * day, "192.0.2.2", "b.test");
    auto cleared = test::clearing(5, second, noon - 2 * day + 90);
    cleared.note = "given up";
    batch.transitions.insert(batch.transitions.end(), {second, cleared});
    auto open = test::opening(6, noon - day - 4 * 3600, "example.com", "uri.test");
    open.finding.severity = Severity::warning;
    open.senders = {"main", "news"};
    auto drill = test::opening(7, noon - 3600, "192.0.2.1", "a.test");
    drill.finding.drill = true;
    const auto lost = test::opening(8, noon - 100, "192.0.2.9", "b.test");
    batch.transitions.insert(batch.transitions.end(),
                             {open, drill, test::clearing(9, drill, noon - 1800), lost});
    batch.entries = {test::open_entry(1, open)};
    return batch;
}

std::string ids(const std::vector<Episode>& episodes) {
    std::string out;
    for (const auto& episode : episodes)
        out += std::to_string(episode.id) + ' ';
    return out;
}

std::string ids(const std::vector<Transition>& transitions) {
    std::string out;
    for (const auto& transition : transitions)
        out += std::to_string(transition.id) + ' ';
    return out;
}

TEST(History, EpisodesByWhatIsAsked) {
    const TemporaryFolder folder;
    Store store(folder / "a.db");
    store.commit(some_history());
    History history(folder / "a.db");

    struct Row {
        HistoryQuery query;
        const char* episodes;
    };
    const Row rows[] = {
        {{}, "8 7 6 4 1 "},
        {{.since = now - 30 * 24h}, "8 7 6 4 "},
        {{.since = now - 38 * 24h}, "8 7 6 4 1 "},
        {{.since = now - 1h}, "8 7 6 "},
        {{.until = now - 30 * 24h}, "1 "},
        {{.target = "192.0.2.1"}, "7 1 "},
        {{.target = "example.com"}, "6 "},
        {{.list = "b.test"}, "8 4 "},
        {{.code = "dnsbl.listed"}, "8 7 6 4 1 "},
        {{.code = "spf.fail"}, ""},
        {{.check = "ptr"}, ""},
        {{.sender = "news"}, "6 "},
        {{.min_severity = Severity::critical}, "8 7 4 1 "},
        {{.drill = true}, "7 "},
        {{.drill = false}, "8 6 4 1 "},
        {{.open_only = true}, "6 "},
        {{.limit = 2}, "8 7 "},
        {{.before = 7, .limit = 2}, "6 4 "},
        {{.target = "' OR 1=1 --"}, ""},
    };
    for (std::size_t i = 0; i < std::size(rows); ++i)
        EXPECT_EQ(ids(history.episodes(rows[i].query)), rows[i].episodes) << "row " << i;
    EXPECT_EQ(ids(history.transitions({})), "9 8 7 6 5 4 3 2 1 ");
    EXPECT_EQ(ids(history.transitions({.since = now - 3 * 24h, .until = now - 24h})), "6 5 4 ");
}

TEST(History, AnEpisodeSaysHowItEnded) {
    const TemporaryFolder folder;
    Store store(folder / "a.db");
    store.commit(some_history());
    const auto episodes = History(folder / "a.db").episodes({});
    ASSERT_EQ(episodes.size(), 5U);
    EXPECT_EQ(episodes[0].end, Episode::End::unknown);
    EXPECT_EQ(episodes[0].duration(now), std::nullopt);
    EXPECT_EQ(episodes[2].end, Episode::End::open);
    EXPECT_EQ(episodes[2].duration(now), 28h);
    EXPECT_EQ(episodes[2].senders, (std::vector<std::string>{"main", "news"}));
    EXPECT_EQ(episodes[3].end, Episode::End::cleared);
    EXPECT_EQ(episodes[3].duration(now), 90s);
    EXPECT_EQ(episodes[3].note, "given up");
    EXPECT_EQ(episodes[4].finding.severity, Severity::critical) << "the worst that it had";
}

TEST(History, AnOpenFindingWhoseOpeningIsLostIsThere) {
    const TemporaryFolder folder;
    Store store(folder / "a.db");
    Batch batch;
    batch.entries = {test::open_entry(1, test::opening(77, noon - 60))};
    store.commit(batch);
    const auto episodes = History(folder / "a.db").episodes({.open_only = true});
    ASSERT_EQ(episodes.size(), 1U);
    EXPECT_EQ(episodes[0].id, 77U);
    EXPECT_EQ(episodes[0].finding.message, "192.0.2.10 is listed by bl.test.");
}

// A reader that may write nothing, after the agent has ended: as nobody, where this is root.
TEST(History, IsReadWithoutAnyRightToWrite) {
    const TemporaryFolder folder;
    Store(folder / "a.db").commit(some_history());
    chmod(folder.path().c_str(), 0555);
    chmod((folder / "a.db").c_str(), 0444);
    const bool was_root = geteuid() == 0 && seteuid(65534) == 0;
    std::string found;
    try {
        found = ids(History(folder / "a.db").episodes({}));
    } catch (const StoreError& error) {
        found = error.what();
    }
    if (was_root && seteuid(0) != 0) FAIL() << "root no more";
    chmod(folder.path().c_str(), 0755);
    EXPECT_EQ(found, "8 7 6 4 1 ");
}

TEST(History, WhatIsNoHistoryIsSaid) {
    const TemporaryFolder folder;
    const auto failure = [](const std::string& path) -> std::string {
        try {
            History(path).episodes({});
        } catch (const StoreError& error) {
            return error.what();
        }
        return "none";
    };
    EXPECT_EQ(failure(folder / "a.db"),
              (folder / "a.db") + ": there is no such file: no agent has kept a history here");
    std::ofstream(folder / "b.db") << "something else altogether";
    EXPECT_EQ(failure(folder / "b.db"), (folder / "b.db") + ": file is not a database");
}

TEST(History, TimesAsTheyAreWritten) {
    struct Row {
        const char* text;
        std::optional<std::int64_t> seconds;
    };
    const Row rows[] = {
        {"30d", noon - 30 * day},
        {"90m", noon - 5400},
        {"2026-11-20", noon - day / 2},
        {"2026-11-20T12:00:00Z", noon},
        {"1970-01-01", 0},
        {"9999d", noon - 9999 * day},
        {"", {}},
        {"yesterday", {}},
        {"2026-02-30", {}},
        {"2026-1-01", {}},
        {"2026-+1-01", {}},
        {"2026-13-01", {}},
        {"1969-12-31", {}},
        {"2200-01-01", {}},
        {"2026-11-20 12:00:00Z", {}},
        {"2026-11-20T24:00:00Z", {}},
        {"2026-11-20T12:00:00z", {}},
        {"-1d", {}},
    };
    for (const auto& row : rows) {
        const auto time = parse_time(row.text, now);
        ASSERT_EQ(time.has_value(), row.seconds.has_value()) << row.text;
        if (time) {
            EXPECT_EQ(*time, WallTime(std::chrono::seconds(*row.seconds))) << row.text;
        }
    }
}

TEST(History, DurationsForPeople) {
    EXPECT_EQ(human_duration(0s), "0 s");
    EXPECT_EQ(human_duration(59s), "59 s");
    EXPECT_EQ(human_duration(60s), "1 min");
    EXPECT_EQ(human_duration(3661s), "1 h 1 min");
    EXPECT_EQ(human_duration(76h), "3 d 4 h");
    EXPECT_EQ(human_duration(24h + 5min), "1 d");
}

TEST(History, OptionsThatAskNothing) {
    struct Row {
        HistoryOptions options;
        const char* problem;
    };
    const Row rows[] = {
        {{.since = "soon"}, "--since \"soon\": write a duration such as 30d, or a date such as 2026-01-31"},
        {{.until = "5"}, "--until \"5\": write a duration such as 30d, or a date such as 2026-01-31"},
        {{.ip = "192.0.2"}, "--ip \"192.0.2\" is no IP address or network"},
        {{.severity = "bad"}, "--severity \"bad\": write info, unknown, warning or critical"},
        {{.limit = 0}, "--limit 0: write a number from 1 to 1000000"},
    };
    for (const auto& row : rows) {
        std::string problem;
        EXPECT_FALSE(history_query(row.options, now, problem)) << row.problem;
        EXPECT_EQ(problem, row.problem);
    }
    std::string problem;
    const auto query = history_query({.domain = "Example.COM.", .list = "BL.test"}, now, problem);
    ASSERT_TRUE(query);
    EXPECT_EQ(query->target, "example.com");
    EXPECT_EQ(query->list, "bl.test");
    EXPECT_EQ(history_query({.ip = "2001:DB8:0::1"}, now, problem)->target, "2001:db8::1");
}

TEST(History, CsvCellsAreSafe) {
    EXPECT_EQ(csv_cell("plain"), "plain");
    EXPECT_EQ(csv_cell(""), "");
    EXPECT_EQ(csv_cell("a,b"), "\"a,b\"");
    EXPECT_EQ(csv_cell("say \"no\""), "\"say \"\"no\"\"\"");
    EXPECT_EQ(csv_cell("two\nlines"), "\"two\nlines\"");
    EXPECT_EQ(csv_cell("=1+1"), "'=1+1");
    EXPECT_EQ(csv_cell("@SUM(A1)"), "'@SUM(A1)");
    EXPECT_EQ(csv_cell("-2+3"), "'-2+3");
    EXPECT_EQ(csv_cell("-2.5"), "-2.5");
    EXPECT_EQ(csv_cell("-"), "'-");
    EXPECT_EQ(csv_cell("\t=1"), "'\t=1");
    EXPECT_EQ(csv_cell("\x1b[31m"), "\\x1b[31m");
    EXPECT_EQ(csv_row({"a", "b,c", ""}), "a,\"b,c\",\r\n");
}

}  // namespace
}  // namespace reputed
