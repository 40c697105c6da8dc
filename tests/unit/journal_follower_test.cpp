#include "checks/mta/log/journal_follower.hpp"

#include <algorithm>
#include <filesystem>

#include <gtest/gtest.h>
#include <poll.h>

#include "checks/mta/log/log_file.hpp"
#include "tests/support/compressed.hpp"
#include "tests/support/temporary_folder.hpp"

namespace reputed::mta {
namespace {

namespace fs = std::filesystem;
using Lines = std::vector<std::string>;

constexpr std::size_t all = 1UL << 40;

// Two journals of one boot, as `systemd-journal-remote --split-mode=none -o NAME.journal -` makes them: "first" with ten
// entries of several programs, "second" with three later ones.
void unpack(const std::string& name, const std::string& folder) {
    auto opened =
        LogFile::open(std::string(REPUTED_SOURCE_DIR "/tests/support/journal/") + name + ".journal.xz");
    ASSERT_TRUE(std::holds_alternative<LogFile>(opened)) << std::get<std::string>(opened);
    auto& file = std::get<LogFile>(opened);
    const auto whole = folder + "/" + name + ".new";
    for (auto chunk = file.next(); !chunk.empty(); chunk = file.next())
        test::append_file(whole, chunk);
    ASSERT_EQ(file.error(), "");
    fs::rename(whole, folder + "/" + name + ".journal");
}

Lines read(JournalFollower& follower, std::size_t most = all) {
    Lines lines;
    follower.read(most, [&](std::string_view line) { lines.emplace_back(line); });
    return lines;
}

class JournalFollowerTest : public testing::Test {
  protected:
    void add(const std::string& name) const { unpack(name, folder_.path()); }

    test::TemporaryFolder folder_;
};

TEST_F(JournalFollowerTest, EntriesBecomeLinesOfASyslog) {
    JournalFollower journal(MtaKind::automatic, {}, folder_.path());
    EXPECT_EQ(read(journal), Lines{}) << "nothing is there yet";
    EXPECT_EQ(journal.problem(), "");
    EXPECT_EQ(journal.cursor().to_text(), "");
    add("first");
    auto lines = read(journal);
    ASSERT_EQ(lines.size(), 8U);
    const std::string longest = lines[6];
    EXPECT_EQ(longest.size(), longest_log_line);
    EXPECT_TRUE(longest.starts_with("2026-11-21T18:10:08.123456+00:00 localhost exim4: xxx"))
        << longest.substr(0, 80);
    lines.erase(lines.begin() + 6);
    EXPECT_EQ(
        lines,
        (Lines{
            "2026-11-21T18:10:00.123456+00:00 mail postfix/qmgr[4710]: 4bXyz1: from=<a@example.org>, size=1, "
            "nrcpt=1 (queue active)",
            "2026-11-21T18:10:01.123456+00:00 mail postfix-out/smtp[4711]: 4bXyz1: to=<b@example.net>, "
            "relay=none, status=deferred (timed out)",
            std::string("2026-11-21T18:10:03.123456+00:00 mail sm-mta: one two\0three\xff end", 64),
            "Nov 21 18:09:59 inner postfix/smtp[7]: 4bXyz2: status=sent (ok)",
            "2026-11-21T18:10:05.123456+00:00 mail exim4[9]: 1vMabc-0000000001x-0001 Completed",
            "2026-11-21T18:10:07.123456+00:00 host_with_blanks a_b__c_: forged head",
            "2026-11-21T18:10:09.123456+00:00 mail postfix/smtp: "}));
    EXPECT_EQ(read(journal), Lines{});
}

TEST_F(JournalFollowerTest, OnlyTheUnitsOfThisMta) {
    for (const auto& [mta, count] : {std::pair(MtaKind::postfix, 7U), std::pair(MtaKind::exim, 7U),
                                     std::pair(MtaKind::qmail, 6U), std::pair(MtaKind::automatic, 8U)}) {
        const test::TemporaryFolder folder;
        JournalFollower journal(mta, {}, folder.path());
        unpack("first", folder.path());
        EXPECT_EQ(read(journal).size(), count) << to_string(mta);
    }
}

TEST_F(JournalFollowerTest, BeginsAtTheEndAndGoesOnWithNewFiles) {
    add("first");
    JournalFollower journal(MtaKind::automatic, {}, folder_.path());
    EXPECT_EQ(read(journal), Lines{});
    const auto place = LogCursor::parse(journal.cursor().to_text());
    ASSERT_TRUE(place) << "a place before the first line, so that none is missed after a restart";
    pollfd ready{journal.wait_fd(), POLLIN, 0};
    EXPECT_EQ(poll(&ready, 1, 0), 0);
    add("second");
    EXPECT_EQ(poll(&ready, 1, 10'000), 1);
    const Lines after = read(journal);
    ASSERT_EQ(after.size(), 3U);
    EXPECT_EQ(after[0], "2026-11-21T18:11:40.123456+00:00 mail postfix/smtp[5]: after 1");
    EXPECT_EQ(poll(&ready, 1, 0), 0);
    JournalFollower restarted(MtaKind::automatic, place, folder_.path());
    EXPECT_EQ(read(restarted), after);
}

TEST_F(JournalFollowerTest, RestartedAfterEachLineItLosesNoneAndRepeatsNone) {
    JournalFollower whole(MtaKind::automatic, {}, folder_.path());
    add("first");
    add("second");
    const auto expected = read(whole);
    ASSERT_EQ(expected.size(), 11U);
    Lines lines;
    test::TemporaryFolder empty;
    JournalFollower first(MtaKind::automatic, {}, empty.path());
    unpack("first", empty.path());
    unpack("second", empty.path());
    lines = read(first, 1);
    auto place = first.cursor();
    for (int i = 0; i < 20; ++i) {
        JournalFollower next(MtaKind::automatic, LogCursor::parse(place.to_text()), empty.path());
        const auto some = read(next, 1);
        EXPECT_LE(some.size(), 1U);
        lines.insert(lines.end(), some.begin(), some.end());
        place = next.cursor();
    }
    EXPECT_EQ(lines, expected);
}

// `journalctl --vacuum-time`, or a rotation that dropped the file.
TEST_F(JournalFollowerTest, WhereItsEntryIsGoneItGoesOnWithTheNext) {
    JournalFollower before(MtaKind::automatic, {}, folder_.path());
    add("first");
    ASSERT_EQ(read(before, 1).size(), 1U);
    const auto place = before.cursor();
    fs::remove(folder_ / "first.journal");
    add("second");
    JournalFollower after(MtaKind::automatic, place, folder_.path());
    EXPECT_EQ(read(after).size(), 3U);
}

TEST_F(JournalFollowerTest, APlaceThatIsNoneIsNotUsed) {
    add("first");
    LogCursor place;
    place.journal = "i=nonsense";
    JournalFollower journal(MtaKind::automatic, place, folder_.path());
    EXPECT_EQ(read(journal), Lines{});
    EXPECT_EQ(journal.problem(), "");
    LogCursor file;
    file.path = "/var/log/mail.log";
    JournalFollower other(MtaKind::automatic, file, folder_.path());
    EXPECT_EQ(read(other), Lines{});
    EXPECT_TRUE(other.cursor().to_text().starts_with("journal1 s="));
}

TEST_F(JournalFollowerTest, WhatCannotBeReadIsSaid) {
    JournalFollower journal(MtaKind::automatic, {}, folder_ / "none");
    EXPECT_EQ(read(journal), Lines{});
    EXPECT_EQ(journal.problem(),
              "the journal cannot be read: No such file or directory; `journalctl --verify` tells whether it "
              "is damaged");
    EXPECT_EQ(journal.wait_fd(), -1);
    EXPECT_EQ(journal.look_after(), std::chrono::seconds(10));
    if (journal_present()) GTEST_SKIP() << "this machine has a journal";
    JournalFollower none(MtaKind::automatic, {});
    EXPECT_EQ(read(none), Lines{});
    EXPECT_EQ(none.problem(),
              "the journal cannot be read: there is none on this machine; name the file that the MTA or "
              "syslog writes "
              "in [mta] log");
}

TEST_F(JournalFollowerTest, DamagedFilesAreHarmless) {
    add("first");
    const auto bytes = test::read_file(folder_ / "first.journal");
    for (std::uint32_t round = 0, noise = 5; round < 20; ++round) {
        const test::TemporaryFolder folder;
        JournalFollower journal(MtaKind::automatic, {}, folder.path());
        auto damaged = bytes;
        for (int i = 0; i < 200; ++i) {
            noise = noise * 1'664'525 + 1'013'904'223;
            damaged[(noise >> 8) % 40'000 + (round % 2 == 0 ? 0 : 5'000'000)] =
                static_cast<char>(noise >> 24);
        }
        test::write_file(folder / "x", damaged);
        fs::rename(folder / "x", folder / "x.journal");
        EXPECT_LE(read(journal, 1'000'000).size(), 100U);
        read(journal, 1'000'000);
    }
}

}  // namespace
}  // namespace reputed::mta
