#include "checks/mta/log/file_follower.hpp"

#include <filesystem>
#include <optional>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "checks/mta/log/rotated_logs.hpp"
#include "tests/support/compressed.hpp"
#include "tests/support/temporary_folder.hpp"

namespace reputed::mta {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using test::append_file;
using test::compressed;
using test::read_file;
using test::write_file;
using Lines = std::vector<std::string>;

constexpr std::size_t all = 1UL << 40;

class FileFollowerTest : public testing::Test {
  protected:
    std::string file(const std::string& name) const { return folder_ / name; }

    void follow(const std::optional<LogCursor>& cursor = {}) { follower_.emplace(log_, cursor); }
    // As if it had been killed: another one begins where this one was.
    void restart() {
        const auto place = LogCursor::parse(follower_->cursor().to_text());
        follower_.emplace(log_, place);
    }
    Lines read(std::size_t most = all) {
        Lines lines;
        follower_->read(most, [&](std::string_view line) { lines.emplace_back(line); });
        return lines;
    }
    void write(const std::string& text) { append_file(log_, text); }
    void compress(const std::string& name, const std::string& ending) {
        write_file(file(name + ending), compressed(read_file(file(name)), ending));
        fs::remove(file(name));
    }
    void copytruncate(const std::string& to) {
        fs::copy_file(log_, file(to));
        fs::resize_file(log_, 0);
    }

    test::TemporaryFolder folder_;
    std::string log_ = folder_ / "mail.log";
    std::optional<FileFollower> follower_;
};

TEST_F(FileFollowerTest, BeginsAtTheEndOrAtItsCursor) {
    write("old\nold too\n");
    follow();
    EXPECT_EQ(read(), Lines{});
    write("one\ntwo\n");
    EXPECT_EQ(read(), (Lines{"one", "two"}));
    EXPECT_EQ(read(), Lines{});
    const auto place = follower_->cursor();
    EXPECT_EQ(place.offset, 20U);
    EXPECT_EQ(place.path, log_);
    write("three\n");
    EXPECT_EQ(follower_->behind(), 6U);
    restart();
    EXPECT_EQ(read(), Lines{"three"});
    EXPECT_EQ(follower_->behind(), 0U);
    EXPECT_EQ(follower_->problem(), "");
    follow(place);
    EXPECT_EQ(read(), Lines{"three"});
}

TEST_F(FileFollowerTest, ACursorOfAnotherLogIsNotUsed) {
    write("old\n");
    follow(LogCursor{"/var/log/other", 1, 2, 3, 4, 5, ""});
    EXPECT_EQ(read(), Lines{});
}

TEST_F(FileFollowerTest, AnUnfinishedLineIsHeldUntilItsEndComes) {
    write("old\nbegun before");
    follow();
    EXPECT_EQ(read(), Lines{});
    write(" us\nhalf");
    EXPECT_EQ(read(), Lines{"begun before us"});
    EXPECT_EQ(follower_->cursor().offset, 20U) << "before the half line";
    write(" of");
    EXPECT_EQ(read(), Lines{});
    restart();
    write(" it\n\n");
    EXPECT_EQ(read(), (Lines{"half of it", ""}));
}

TEST_F(FileFollowerTest, AnyBytesAndAnyLength) {
    write("");
    follow();
    const std::string nuls("a\0b\xff\r", 5);
    const std::string longest(longest_log_line, 'x');
    write(nuls + "\n" + longest + "\n" + longest + "yz\n" + std::string(700'000, 'z'));
    EXPECT_EQ(read(), (Lines{nuls, longest, longest}));
    const auto before = follower_->cursor().offset;
    EXPECT_EQ(before, 6U + 2 * longest_log_line + 4);
    restart();
    write("\nlast\n");
    const auto lines = read();
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines[0], std::string(longest_log_line, 'z'));
    EXPECT_EQ(lines[1], "last");
}

TEST_F(FileFollowerTest, StopsAfterAboutSoManyBytes) {
    write("");
    follow();
    for (int i = 0; i < 1000; ++i)
        write(std::to_string(1000 + i) + "\n");
    Lines lines;
    for (int i = 0; i < 500; ++i) {
        const auto some = read(10);
        EXPECT_LE(some.size(), 3U);
        lines.insert(lines.end(), some.begin(), some.end());
    }
    EXPECT_EQ(lines.size(), 1000U);
    EXPECT_EQ(lines.back(), "1999");
}

TEST_F(FileFollowerTest, RotationByRename) {
    write("old\n");
    follow();
    write("one\n");
    fs::rename(log_, file("mail.log.1"));
    EXPECT_EQ(read(), Lines{"one"});
    EXPECT_EQ(follower_->problem(), "") << "the new one comes with its first line";
    append_file(file("mail.log.1"), "two\n");
    EXPECT_EQ(read(), Lines{"two"});
    write("");
    append_file(file("mail.log.1"), "three\n");
    EXPECT_EQ(read(), Lines{"three"}) << "syslogd was not told yet";
    append_file(file("mail.log.1"), "four\nno end");
    write("five\n");
    EXPECT_EQ(read(), (Lines{"four", "no end", "five"}));
    append_file(file("mail.log.1"), "\nfrom a slow writer\n");
    EXPECT_EQ(read(), (Lines{"", "from a slow writer"}));
    restart();
    write("six\n");
    EXPECT_EQ(read(), Lines{"six"});
}

TEST_F(FileFollowerTest, RotationsWhileItDidNotRun) {
    for (const std::string ending : {"", ".gz", ".xz", ".zst", ".bz2"}) {
        for (const char* const naming : {".1 .2 .3", "-20261121 -20261120 -20261119", ".01 .02 .03"}) {
            for (const auto& entry : fs::directory_iterator(folder_.path()))
                fs::remove(entry);
            const std::string names = naming;
            const auto width = names.find(' ');
            const auto newest = "mail.log" + names.substr(0, width);
            const auto middle = "mail.log" + names.substr(width + 1, width);
            const auto oldest = "mail.log" + names.substr(2 * width + 2, width);
            write("history\n");
            follow();
            write("a1\na2\na3\n");
            EXPECT_EQ(read(4), (Lines{"a1"}));
            fs::rename(log_, file(middle));
            write("b1\nb2\n");
            fs::rename(log_, file(newest));
            write("c1\n");
            write_file(file(oldest), "long before\n");
            if (!ending.empty()) {
                compress(middle, ending);
                compress(oldest, ending);
            }
            restart();
            Lines lines;  // in small steps, each from the last cursor
            for (int i = 0; i < 40; ++i) {
                const auto some = read(1);
                lines.insert(lines.end(), some.begin(), some.end());
                if (!some.empty()) restart();
            }
            EXPECT_EQ(lines, (Lines{"a2", "a3", "b1", "b2", "c1"})) << ending << ' ' << naming;
            EXPECT_EQ(follower_->behind(), 0U);
        }
    }
}

TEST_F(FileFollowerTest, AllArePackedWhileItDidNotRun) {
    write("");
    follow();
    write("a1\na2\n");
    EXPECT_EQ(read(3), Lines{"a1"});
    fs::rename(log_, file("mail.log.3"));
    compress("mail.log.3", ".gz");
    for (const std::string number : {"2", "1"}) {
        write_file(file("mail.log." + number), number + "b\n");
        compress("mail.log." + number, ".gz");
    }
    write("");
    restart();
    EXPECT_EQ(read(), (Lines{"a2", "2b", "1b"}));
    restart();
    write("c\n");
    EXPECT_EQ(read(), Lines{"c"});
}

TEST_F(FileFollowerTest, RotatedPackedAndRenamedWhileItReads) {
    write("");
    follow();
    write("a1\na2\n");
    EXPECT_EQ(read(3), Lines{"a1"});
    fs::rename(log_, file("mail.log.1"));
    write("b1\n");
    compress("mail.log.1", ".gz");
    fs::rename(file("mail.log.1.gz"), file("mail.log.2.gz"));
    fs::rename(log_, file("mail.log.1"));
    write("c1\n");
    EXPECT_EQ(read(), (Lines{"a2", "b1", "c1"}));
}

// Both are there while gzip works, and what it has written ends too early.
TEST_F(FileFollowerTest, ThePackedOneIsNotReadBesideThePlainOne) {
    write("");
    follow();
    write("a1\na2\n");
    EXPECT_EQ(read(3), Lines{"a1"});
    fs::rename(log_, file("mail.log.1"));
    write_file(file("mail.log.1.gz"), compressed("a1\na2\n", ".gz").substr(0, 12));
    write("b1\n");
    restart();
    EXPECT_EQ(read(), (Lines{"a2", "b1"}));
    restart();
    EXPECT_EQ(read(), Lines{});
}

TEST_F(FileFollowerTest, CopyAndTruncation) {
    write("old\n");
    follow();
    write("one\n");
    EXPECT_EQ(read(), Lines{"one"});
    write("two\nthree\n");
    copytruncate("mail.log.1");
    EXPECT_EQ(read(), (Lines{"two", "three"})) << "from the copy";
    write("four\n");
    EXPECT_EQ(read(), Lines{"four"});
    write("five\n");
    fs::rename(file("mail.log.1"), file("mail.log.2"));
    copytruncate("mail.log.1");
    compress("mail.log.1", ".gz");
    write("six, which is longer than all that was in it before\n");
    restart();
    EXPECT_EQ(read(), (Lines{"five", "six, which is longer than all that was in it before"}));
}

TEST_F(FileFollowerTest, SeveralCopiesAndTruncationsWhileItDidNotRun) {
    write("");
    follow();
    write("a1\na2\n");
    EXPECT_EQ(read(3), Lines{"a1"});
    copytruncate("mail.log-20261120");
    write("b1\n");
    copytruncate("mail.log-20261121");
    compress("mail.log-20261120", ".xz");
    write("c1\nc2\n");
    restart();
    EXPECT_EQ(read(), (Lines{"a2", "b1", "c1", "c2"}));
    restart();
    write("c3\n");
    EXPECT_EQ(read(), Lines{"c3"});
}

// An empty log has nothing by which its copy could be known.
TEST_F(FileFollowerTest, AnEmptyLogIsWrittenAndRotatedBetweenTwoLooks) {
    write("");
    follow();
    EXPECT_EQ(read(), Lines{});
    EXPECT_EQ(follower_->look_after(), 30s) << "it is watched";
    restart();
    write("a1\n");
    copytruncate("mail.log.1");
    compress("mail.log.1", ".gz");
    EXPECT_EQ(read(), Lines{"a1"});
    fs::rename(file("mail.log.1.gz"), file("mail.log.2.gz"));
    EXPECT_EQ(read(), Lines{});
    write("b1\n");
    fs::rename(log_, file("mail.log.1"));
    compress("mail.log.1", ".gz");
    restart();
    EXPECT_EQ(read(), Lines{"b1"});
    write("");
    follow();
    EXPECT_EQ(read(), Lines{}) << "what was there before it began is not new";
    EXPECT_EQ(follower_->problem(), "");
    write("c1\n");
    copytruncate("mail.log.0");
    write("d1\n");
    EXPECT_EQ(read(), (Lines{"c1", "d1"}));
}

TEST_F(FileFollowerTest, TruncationWithoutACopyBeginsAnew) {
    write("");
    follow();
    write("a much longer line than those that follow\n");
    EXPECT_EQ(read().size(), 1U);
    write("lost\n");
    fs::resize_file(log_, 0);
    EXPECT_EQ(read(), Lines{});
    write("new\n");
    EXPECT_EQ(read(), Lines{"new"});
    write("held, ");
    EXPECT_EQ(read(), Lines{});
    fs::resize_file(log_, 0);
    write("other\n");
    EXPECT_EQ(read(), Lines{"other"}) << "what was held is not put before it";
}

// A writer that does not append leaves a hole where the old text was.
TEST_F(FileFollowerTest, AHoleAfterATruncationIsSkipped) {
    write("");
    follow();
    const int fd = open(log_.c_str(), O_WRONLY);
    const std::string much(1'000'000, 'x');
    ASSERT_EQ(::write(fd, (much + "\n").data(), much.size() + 1), 1'000'001);
    EXPECT_EQ(read().size(), 1U);
    fs::resize_file(log_, 0);
    ASSERT_EQ(::write(fd, "after\n", 6), 6);
    close(fd);
    EXPECT_EQ(read(), Lines{"after"});
    restart();
    EXPECT_EQ(read(), Lines{});
}

TEST_F(FileFollowerTest, AFileThatComesLaterIsReadFromItsBeginning) {
    follow();
    EXPECT_EQ(read(), Lines{});
    EXPECT_EQ(follower_->problem(),
              log_ + ": cannot be read: No such file or directory; look where the MTA or syslog writes it");
    EXPECT_EQ(follower_->look_after(), 1s);
    restart();
    write("one\n");
    EXPECT_EQ(read(), Lines{"one"});
    EXPECT_EQ(follower_->problem(), "");
    EXPECT_EQ(follower_->look_after(), 30s);
    fs::remove(log_);
    EXPECT_EQ(read(), Lines{});
    write("two\n");
    EXPECT_EQ(read(), Lines{"two"});
    fs::remove(log_);
    write("three\n");
    restart();
    EXPECT_EQ(read(), Lines{"three"}) << "perhaps with the same inode";
}

TEST_F(FileFollowerTest, AFolderThatComesLater) {
    log_ = file("later/mail.log");
    follow();
    EXPECT_EQ(read(), Lines{});
    EXPECT_NE(follower_->problem(), "");
    EXPECT_EQ(follower_->look_after(), 1s);
    fs::create_directory(file("later"));
    write("one\n");
    EXPECT_EQ(read(), Lines{"one"});
    EXPECT_EQ(follower_->look_after(), 30s);
    fs::rename(file("later"), file("away"));
    EXPECT_EQ(read(), Lines{});
    fs::create_directory(file("later"));
    write("two\n");
    EXPECT_EQ(read(), Lines{"two"});
}

TEST_F(FileFollowerTest, ReplacedByALinkToTheSameOrAnother) {
    write("old\n");
    follow();
    write("one\n");
    EXPECT_EQ(read(), Lines{"one"});
    fs::copy_file(log_, file("elsewhere"));
    fs::remove(log_);
    fs::create_symlink(file("elsewhere"), log_);
    append_file(file("elsewhere"), "two\n");
    EXPECT_EQ(read(), Lines{"two"}) << "the same text in another place";
    write_file(file("another"), "three\n");
    fs::remove(log_);
    fs::create_symlink("another", log_);
    EXPECT_EQ(read(), Lines{"three"});
    append_file(file("another"), "four\n");
    EXPECT_EQ(read(), Lines{"four"});
    EXPECT_EQ(follower_->look_after(), 30s);
}

TEST_F(FileFollowerTest, TheOlderPiecesOfALinkedLogAreBesideItsTarget) {
    fs::create_directory(file("data"));
    write_file(file("data/m"), "");
    fs::create_symlink("data/m", log_);
    follow();
    write("one\n");
    EXPECT_EQ(read(), Lines{"one"});
    write("two\n");
    fs::rename(file("data/m"), file("data/m.1"));
    write("three\n");
    restart();
    EXPECT_EQ(read(), (Lines{"two", "three"}));
}

TEST_F(FileFollowerTest, WhatIsNoFileIsRefused) {
    const auto refuse = [&](const char* what) {
        follow();
        EXPECT_EQ(read(), Lines{});
        EXPECT_EQ(follower_->problem(),
                  log_ + ": is " + what + " and no log file; name the file that the MTA or syslog writes");
        fs::remove(log_);
    };
    fs::create_directory(log_);
    refuse("a directory");
    ASSERT_EQ(mkfifo(log_.c_str(), 0600), 0);
    refuse("a pipe");
    fs::create_symlink("/dev/null", log_);
    refuse("a device");
    write("one\n");
    EXPECT_EQ(read(), Lines{"one"}) << "a file at last";
}

TEST_F(FileFollowerTest, PermissionLostAndRegained) {
    if (geteuid() == 0 && seteuid(65'534) != 0) GTEST_SKIP() << "root may read everything";
    seteuid(0);
    ASSERT_EQ(chmod(folder_.path().c_str(), 0777), 0);
    write("old\n");
    follow();
    write("one\n");
    EXPECT_EQ(read(), Lines{"one"});
    fs::rename(log_, file("mail.log.1"));
    write("two\n");
    ASSERT_EQ(chmod(log_.c_str(), 0), 0);
    ASSERT_EQ(seteuid(65'534), 0);
    EXPECT_EQ(read(), Lines{});
    EXPECT_TRUE(
        follower_->problem().starts_with(log_ + ": cannot be read: Permission denied; read it as root"))
        << follower_->problem();
    const auto place = follower_->cursor();
    FileFollower without(log_, {});
    FileFollower restarted(log_, place);
    EXPECT_EQ(without.read(all, [](auto) { ADD_FAILURE(); }), 0U);
    EXPECT_EQ(without.cursor().to_text(), "") << "not begun: at the end when it can be read";
    ASSERT_EQ(seteuid(0), 0);
    ASSERT_EQ(chmod(log_.c_str(), 0644), 0);
    EXPECT_EQ(read(), Lines{"two"});
    EXPECT_EQ(follower_->problem(), "");
    Lines lines;
    restarted.read(all, [&](std::string_view line) { lines.emplace_back(line); });
    EXPECT_EQ(lines, Lines{"two"});
    EXPECT_EQ(without.read(all, [](auto) { ADD_FAILURE(); }), 0U);
    EXPECT_NE(without.cursor().to_text(), "");
}

TEST_F(FileFollowerTest, APieceThatIsDamagedIsSaidAndLeft) {
    write("");
    follow();
    write("a1\na2\n");
    EXPECT_EQ(read(3), Lines{"a1"});
    fs::remove(log_);
    auto bytes = compressed("a1\na2\n", ".gz");
    bytes.resize(bytes.size() - 4);
    write_file(file("mail.log.1.gz"), bytes);
    write("b1\n");
    restart();
    EXPECT_EQ(read(), Lines{"a2"}) << "it may still be being written";
    EXPECT_NE(follower_->problem(), "");
    restart();
    EXPECT_EQ(read(), Lines{});
    const timespec long_ago[2] = {{1000, 0}, {1000, 0}};
    ASSERT_EQ(utimensat(AT_FDCWD, file("mail.log.1.gz").c_str(), long_ago, 0), 0);
    EXPECT_EQ(read(), Lines{"b1"});
    EXPECT_TRUE(follower_->problem().starts_with(file("mail.log.1.gz") + ": is cut off"))
        << follower_->problem();
    EXPECT_EQ(read(), Lines{});
    EXPECT_EQ(follower_->problem(), "");
}

TEST_F(FileFollowerTest, AReusedInodeIsNoticed) {
    write("");
    follow();
    write("one\ntwo\n");
    EXPECT_EQ(read().size(), 2U);
    auto place = follower_->cursor();
    fs::remove(log_);
    write("other text of more bytes\n");
    struct stat status {};
    ASSERT_EQ(stat(log_.c_str(), &status), 0);
    place.inode = status.st_ino;
    follow(place);
    EXPECT_EQ(read(), Lines{"other text of more bytes"});
}

// Where inodes and devices mean nothing after a reboot, or the log came from a backup.
TEST_F(FileFollowerTest, TheSameTextInAnotherFileIsGoneOnWith) {
    write("old\n");
    follow();
    write("one\n");
    EXPECT_EQ(read(), Lines{"one"});
    auto place = follower_->cursor();
    place.device += 1;
    write("two\n");
    follow(place);
    EXPECT_EQ(read(), Lines{"two"});
}

TEST_F(FileFollowerTest, WaitFdTellsOfLinesAndRotation) {
    write("");
    follow();
    const auto wait = [&] {
        pollfd ready{follower_->wait_fd(), POLLIN, 0};
        return poll(&ready, 1, 10'000) == 1;
    };
    const auto quiet = [&] {
        pollfd ready{follower_->wait_fd(), POLLIN, 0};
        return poll(&ready, 1, 0) == 0;
    };
    EXPECT_EQ(read(), Lines{});
    EXPECT_TRUE(quiet());
    write("one\n");
    EXPECT_TRUE(wait());
    EXPECT_EQ(read(), Lines{"one"});
    EXPECT_TRUE(quiet());
    fs::rename(log_, file("mail.log.1"));
    EXPECT_TRUE(wait());
    EXPECT_EQ(read(), Lines{});
    append_file(file("mail.log.1"), "two\n");
    EXPECT_TRUE(wait());
    EXPECT_EQ(read(), Lines{"two"});
    write("three\n");
    EXPECT_TRUE(wait());
    EXPECT_EQ(read(), Lines{"three"});
    EXPECT_EQ(read(), Lines{}) << "takes what the change of files told";
    EXPECT_TRUE(quiet());
    write("four\n");
    EXPECT_TRUE(wait()) << "the new file is watched";
    EXPECT_EQ(read(), Lines{"four"});
}

TEST_F(FileFollowerTest, WhatOlderPiecesAreCalled) {
    struct Row {
        const char* log;
        const char* name;
        const char* rotation;  // nullptr: not one
    };
    const Row rows[] = {
        {"mail.log", "mail.log.1", "1"},
        {"mail.log", "mail.log.2.gz", "2"},
        {"mail.log", "mail.log-20261121.zst", "20261121"},
        {"mail.log", "mail-20261121.log.xz", "20261121"},
        {"mail.log", "mail.1.log", "1"},
        {"mail.log", "mail.log.old", "old"},
        {"mail.log", "mail.log.0.bz2", "0"},
        {"mail.log", "mail.log-20261121-1795176000", "20261121-1795176000"},
        {"mail.log", "mail.log.20261121T1800", "20261121T1800"},
        {"mainlog", "mainlog.01", "01"},
        {"mainlog", "mainlog-20261121.gz", "20261121"},
        {"current", "@4000000067411c3a12345678.s", "@4000000067411c3a12345678.s"},
        {"current", "@4000000067411c3a12345678.u", "@4000000067411c3a12345678.u"},
        {"mail.log", "mail.log", nullptr},
        {"mail.log", "mail.log.gz", nullptr},
        {"mail.log", "mail.log.save", nullptr},
        {"mail.log", "mail.log.", nullptr},
        {"mail.log", "mail.log1", nullptr},
        {"mail.log", "mail.err.1", nullptr},
        {"mail.log", "mail.log.1.swp", nullptr},
        {"mail.log", "xmail.log.1", nullptr},
        {"mail.log", "mail..log", nullptr},
        {"mainlog", "@4000000067411c3a12345678.s", nullptr},
        {"current", "@4000000067411c3a1234567x.s", nullptr},
    };
    for (const auto& row : rows) {
        const auto rotation = rotation_of(row.log, row.name);
        EXPECT_EQ(rotation.value_or("none"), row.rotation != nullptr ? row.rotation : "none")
            << row.log << ' ' << row.name;
    }
}

TEST_F(FileFollowerTest, OldestFirst) {
    for (const char* name : {"mail.log.2.gz", "mail.log.10", "mail.log.1", "mail.log.1.gz", "other.log.1"})
        write_file(file(name), "x");
    const auto paths = [&] {
        Lines out;
        for (const auto& piece : rotated_logs(log_))
            out.push_back(fs::path(piece.path).filename());
        return out;
    };
    EXPECT_EQ(paths(), (Lines{"mail.log.10", "mail.log.2.gz", "mail.log.1"}));
    for (const auto& piece : rotated_logs(log_))
        fs::remove(piece.path);
    fs::remove(file("mail.log.1.gz"));
    for (const char* name : {"mail.log-20261121", "mail.log-20251231.gz", "mail.log-20261101"})
        write_file(file(name), "x");
    EXPECT_EQ(paths(), (Lines{"mail.log-20251231.gz", "mail.log-20261101", "mail.log-20261121"}));
}

}  // namespace
}  // namespace reputed::mta
