#include "checks/mta/log/log_file.hpp"

#include <fstream>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/compressed.hpp"
#include "tests/support/temporary_folder.hpp"

namespace reputed::mta {
namespace {

using test::compressed;
using test::TemporaryFolder;
using test::write_file;

struct Read {
    std::string text;
    std::string error;
};

Read read_all(std::variant<LogFile, std::string> opened) {
    if (const auto* why = std::get_if<std::string>(&opened)) return {"", *why};
    auto& file = std::get<LogFile>(opened);
    Read read;
    for (auto chunk = file.next(); !chunk.empty(); chunk = file.next())
        read.text += chunk;
    read.error = file.error();
    EXPECT_TRUE(file.next().empty()) << "the end stays the end";
    return read;
}

// Long enough for several blocks, and not to be compressed to nothing.
std::string long_log() {
    std::string text;
    for (std::uint32_t i = 0, noise = 1; i < 20'000; ++i) {
        noise = noise * 1'664'525 + 1'013'904'223;
        text += "2026-11-21T18:10:00+00:00 mail postfix/smtp[" + std::to_string(noise >> 16) +
                "]: " + std::to_string(i) + ": to=<a@b.example>, status=sent (250 ok)\n";
    }
    return text;
}

const char* const endings[] = {"", ".gz", ".xz", ".zst", ".bz2"};

TEST(LogFile, EveryFormIsReadByItsContent) {
    const TemporaryFolder folder;
    const auto text = long_log();
    for (const std::string ending : endings) {
        for (const auto& content : {text, std::string("one line\n"), std::string("no end"), std::string()}) {
            const auto path = folder / "any name";
            const auto bytes = compressed(content, ending);
            write_file(path, bytes);
            auto opened = LogFile::open(path);
            ASSERT_TRUE(std::holds_alternative<LogFile>(opened)) << ending;
            auto& file = std::get<LogFile>(opened);
            EXPECT_EQ(file.compressed(), !ending.empty());
            EXPECT_EQ(file.size(), bytes.size()) << ending;
            struct stat status {};
            ASSERT_EQ(stat(path.c_str(), &status), 0);
            EXPECT_EQ(file.modified(), status.st_mtime);
            std::string read;
            for (auto chunk = file.next(); !chunk.empty(); chunk = file.next()) {
                read += chunk;
                EXPECT_LE(file.position(), bytes.size());
            }
            EXPECT_EQ(file.error(), "") << ending;
            EXPECT_EQ(file.position(), bytes.size()) << ending;
            EXPECT_TRUE(read == content) << ending << ": " << read.size() << " of " << content.size();
        }
    }
}

// `cat a.gz b.gz` and what appends to compressed logs.
TEST(LogFile, MembersFollowEachOther) {
    const TemporaryFolder folder;
    for (const std::string ending : {".gz", ".xz", ".zst", ".bz2"}) {
        write_file(folder / "log", compressed("first\n", ending) + compressed("second\n", ending));
        const auto read = read_all(LogFile::open(folder / "log"));
        EXPECT_EQ(read.text, "first\nsecond\n") << ending;
        EXPECT_EQ(read.error, "") << ending;
    }
}

TEST(LogFile, WhatFollowsTheLastGzipMemberIsNotRead) {
    const TemporaryFolder folder;
    write_file(folder / "log", compressed("first\n", ".gz") + std::string(512, '\0') + "garbage");
    const auto read = read_all(LogFile::open(folder / "log"));
    EXPECT_EQ(read.text, "first\n");
    EXPECT_EQ(read.error, "");
}

TEST(LogFile, ACutOffFileGivesWhatItCanAndSaysSo) {
    const TemporaryFolder folder;
    const auto text = long_log();
    for (const std::string ending : {".gz", ".xz", ".zst", ".bz2"}) {
        const auto path = folder / ("log" + ending);
        const auto bytes = compressed(text, ending);
        write_file(path, bytes.substr(0, bytes.size() / 10 * 9));
        const auto read = read_all(LogFile::open(path));
        EXPECT_TRUE(text.starts_with(read.text)) << ending;
        EXPECT_TRUE(read.error.starts_with(path + ": is ")) << read.error;
        EXPECT_TRUE(read.error.ends_with("; what comes before is used")) << read.error;
        EXPECT_LT(read.text.size(), text.size()) << ending;
        if (ending == ".bz2" || ending == ".xz") continue;  // these come in blocks of up to 900 kB or more
        EXPECT_GT(read.text.size(), text.size() / 2) << ending;
    }
    const auto small = compressed(text.substr(0, 8000), ".gz");
    write_file(folder / "small", small.substr(0, small.size() - 20));
    const auto read = read_all(LogFile::open(folder / "small"));
    EXPECT_GT(read.text.size(), 7000U) << "what was decompressed last is not kept back";
    EXPECT_EQ(read.error, (folder / "small") +
                              ": is cut off: the compressed data ends too early; what comes before is used");
}

TEST(LogFile, ADamagedFileGivesWhatItCanAndSaysSo) {
    const TemporaryFolder folder;
    const auto text = long_log();
    for (const std::string ending : {".gz", ".xz", ".zst", ".bz2"}) {
        for (const double where : {0.1, 0.5, 0.99}) {
            auto bytes = compressed(text, ending);
            const auto at = static_cast<std::size_t>(static_cast<double>(bytes.size()) * where);
            for (std::size_t i = at; i < std::min(at + 200, bytes.size()); ++i)
                bytes[i] = static_cast<char>(~bytes[i]);
            write_file(folder / "log", bytes);
            const auto read = read_all(LogFile::open(folder / "log"));
            EXPECT_NE(read.error, "") << ending << " at " << where;
        }
    }
}

TEST(LogFile, ABombCostsNoMemory) {
    const TemporaryFolder folder;
    const std::string zeros(32UL * 1024 * 1024, '\0');
    for (const std::string ending : {".gz", ".xz", ".zst", ".bz2"}) {
        const auto member = compressed(zeros, ending);
        std::string bytes;
        for (int i = 0; i < 8; ++i)
            bytes += member;
        write_file(folder / "log", bytes);
        auto opened = LogFile::open(folder / "log");
        auto& file = std::get<LogFile>(opened);
        std::uint64_t total = 0;
        std::size_t largest = 0;
        for (auto chunk = file.next(); !chunk.empty(); chunk = file.next()) {
            total += chunk.size();
            largest = std::max(largest, chunk.size());
        }
        EXPECT_EQ(total, 8 * zeros.size()) << ending;
        EXPECT_LE(largest, 1024UL * 1024) << ending;
        EXPECT_EQ(file.error(), "") << ending;
    }
}

TEST(LogFile, WhatCannotBeReadIsSaid) {
    const TemporaryFolder folder;
    EXPECT_EQ(read_all(LogFile::open(folder / "none")).error,
              (folder / "none") +
                  ": cannot be read: No such file or directory; look where the MTA or syslog writes it");
    EXPECT_EQ(read_all(LogFile::open(folder.path().string())).error,
              folder.path().string() + ": cannot be read: Is a directory; name the log in it");
    write_file(folder / "log", "text\n");
    EXPECT_EQ(cannot_read(folder / "log", EIO), (folder / "log") + ": cannot be read: Input/output error");
    if (chown((folder / "log").c_str(), 0, 0) == 0) {
        EXPECT_EQ(cannot_read(folder / "log", EACCES),
                  (folder / "log") + ": cannot be read: Permission denied; read it as root");
        ASSERT_EQ(chown((folder / "log").c_str(), 0, 4), 0);
        ASSERT_EQ(chmod((folder / "log").c_str(), 0640), 0);
        EXPECT_EQ(cannot_read(folder / "log", EACCES),
                  (folder / "log") +
                      ": cannot be read: Permission denied; read it as root or as a member of the group adm");
    }
}

TEST(LogFile, APipeIsReadInPieces) {
    for (const std::string ending : endings) {
        int ends[2];
        ASSERT_EQ(pipe(ends), 0);
        FileHandle reading(ends[0]);
        const auto bytes = compressed("one\ntwo\n", ending);
        // The first bytes come one by one and tell what it is.
        ASSERT_EQ(write(ends[1], bytes.data(), 1), 1);
        ASSERT_EQ(write(ends[1], bytes.data() + 1, bytes.size() - 1), static_cast<ssize_t>(bytes.size()) - 1);
        close(ends[1]);
        auto opened = LogFile::read_from(std::move(reading), "standard input");
        auto& file = std::get<LogFile>(opened);
        EXPECT_EQ(file.size(), 0U);
        EXPECT_GT(file.modified(), 0);
        std::string text;
        for (auto chunk = file.next(); !chunk.empty(); chunk = file.next())
            text += chunk;
        EXPECT_EQ(text, "one\ntwo\n") << ending;
        EXPECT_EQ(file.position(), bytes.size()) << ending;
    }
}

TEST(LogFile, RandomBytesAreHarmless) {
    const TemporaryFolder folder;
    std::uint32_t noise = 7;
    for (const std::string_view magic : {"\x1f\x8b\x08",
                                         "\xfd"
                                         "7zXZ",
                                         "\x28\xb5\x2f\xfd", "BZh91AY&SY"}) {
        for (int round = 0; round < 30; ++round) {
            std::string bytes(magic);
            if (magic.starts_with("\xfd")) bytes += '\0';
            for (int i = 0; i < 200; ++i)
                bytes += static_cast<char>((noise = noise * 1'664'525 + 1'013'904'223) >> 24);
            write_file(folder / "log", bytes);
            EXPECT_NE(read_all(LogFile::open(folder / "log")).error, "");
        }
    }
}

}  // namespace
}  // namespace reputed::mta
