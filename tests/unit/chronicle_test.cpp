#include "agent/chronicle.hpp"

#include <gtest/gtest.h>

#include "agent/watched_days.hpp"
#include "tests/support/sample_snapshot.hpp"
#include "tests/support/sample_state.hpp"

namespace reputed {
namespace {

using test::at;
using test::noon;
using test::TemporaryFolder;
constexpr std::int64_t day = 86'400;

// Of 192.0.2.1: one that ended long ago, one that ended in the window, one that is open, one whose clearing was lost; of
// another a drill.
void fill(Store& store) {
    Batch batch;
    const auto ancient = test::opening(1, noon - 200 * day, "192.0.2.1", "a.test");
    auto past = test::opening(3, noon - 91 * day, "192.0.2.1", "b.test");
    auto worse = past;
    worse.id = 4;
    worse.kind = TransitionKind::changed;
    worse.finding.severity = Severity::critical;
    const auto open = test::opening(6, noon - 5 * day, "192.0.2.1", "c.test");
    auto drill = test::opening(7, noon - day, "192.0.2.2", "c.test");
    drill.finding.drill = true;
    const auto lost = test::opening(8, noon - 2 * day, "192.0.2.1", "d.test");
    batch.transitions = {ancient,
                         test::clearing(2, ancient, noon - 150 * day),
                         past,
                         worse,
                         test::clearing(5, past, noon - 80 * day),
                         open,
                         drill,
                         lost};
    batch.entries = {test::open_entry(1, open)};
    store.commit(batch);
}

TEST(Chronicle, TheLastNinetyDaysOfTheStore) {
    const TemporaryFolder folder;
    Store store(folder / "a.db");
    fill(store);
    const auto read = read_chronicle(folder / "a.db", at(noon));
    EXPECT_EQ(read->problem, "");
    std::vector<std::uint64_t> ids;
    for (const auto& episode : read->episodes())
        ids.push_back(episode.id);
    EXPECT_EQ(ids, (std::vector<std::uint64_t>{8, 6, 3}));
    EXPECT_EQ(read->about("192.0.2.1").size(), 3U);
    EXPECT_EQ(read->about("c.test").size(), 1U);
    EXPECT_TRUE(read->about("192.0.2.2").empty());
    EXPECT_FALSE(read->cut_before());
    EXPECT_EQ(read->episodes()[0].end, Episode::End::unknown);
    EXPECT_EQ(read->episodes()[1].end, Episode::End::open);
    EXPECT_EQ(read->episodes()[2].end, Episode::End::cleared);
    EXPECT_EQ(read->episodes()[2].cleared, at(noon - 80 * day));
    EXPECT_EQ(read->episodes()[2].severity, Severity::critical);
}

TEST(Chronicle, DailyFigures) {
    const TemporaryFolder folder;
    Store store(folder / "a.db");
    fill(store);
    for (std::int64_t hours = 10; hours >= 0; --hours)  // a month of them each time
        store.maintain({}, at(noon - hours * 3600));
    const auto read = read_chronicle(folder / "a.db", at(noon));
    ASSERT_FALSE(read->days().empty());
    EXPECT_GE(read->days().front().day, day_of(at(noon)) - days_shown + 1);
    std::uint64_t cleared = 0;
    for (const auto& figures : read->days())
        cleared += figures.cleared;
    EXPECT_EQ(cleared, 1U);
}

TEST(Chronicle, AStoreThatCannotBeRead) {
    const TemporaryFolder folder;
    EXPECT_EQ(read_chronicle(folder / "none.db", at(noon))->problem,
              "the history cannot be read now; `reputed history` may say more");
}

TEST(Chronicle, MoreThanIsKept) {
    std::vector<EpisodeOutline> episodes(2);
    episodes[0].opened = at(noon);
    episodes[1].opened = at(noon - day);
    EXPECT_EQ(Chronicle(std::move(episodes), {}, false).cut_before(), at(noon - day));
}

TEST(ChronicleReader, ReadsAgainWhenTheMarkIsAnother) {
    const TemporaryFolder folder;
    Store store(folder / "a.db");
    ChronicleReader reader(folder / "a.db");
    std::shared_ptr<const Chronicle> read;
    while (!(read = reader.get(1)))
        std::this_thread::yield();
    EXPECT_TRUE(read->episodes().empty());
    const auto yesterday = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now())
                               .time_since_epoch()
                               .count() -
                           day;
    Batch batch;
    batch.transitions = {test::opening(1, yesterday, "192.0.2.1", "a.test")};
    store.commit(batch);
    std::uint64_t mark = 2;
    while ((read = reader.get(mark))->episodes().empty())
        ++mark;
    EXPECT_EQ(read->about("192.0.2.1").size(), 1U);
}

TEST(ChronicleReader, WithoutAStoreThereIsNothing) {
    ChronicleReader reader("");
    EXPECT_EQ(reader.get(1), nullptr);
}

}  // namespace
}  // namespace reputed
