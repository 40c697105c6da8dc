#include "checks/mta/log/usual_logs.hpp"

#include <algorithm>
#include <filesystem>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/support/compressed.hpp"
#include "tests/support/temporary_folder.hpp"

namespace reputed::mta {
namespace {

namespace fs = std::filesystem;
using Logs = std::vector<std::string>;

constexpr std::time_t now = 1'795'284'600;
constexpr std::time_t day = 86'400;

class UsualLogsTest : public testing::Test {
  protected:
    UsualLogsTest() {
        places_.root = folder_.path();
        places_.postconf = {folder_ / "postconf"};
        places_.now = now;
    }
    void log(const std::string& path, std::time_t written = now) const {
        const auto file = folder_.path().string() + path;
        fs::create_directories(fs::path(file).parent_path());
        test::write_file(file, "x");
        const timespec times[2] = {{written, 0}, {written, 0}};
        utimensat(AT_FDCWD, file.c_str(), times, 0);
    }
    void postconf(const std::string& script) const {
        test::write_file(folder_ / "postconf", "#!/bin/sh\n" + script + "\n");
        fs::permissions(folder_ / "postconf", fs::perms::owner_all);
    }
    // Without the folder's name.
    Logs found(MtaKind mta) const {
        Logs logs = find_logs(settings_, mta, places_);
        for (auto& one : logs)
            if (one.starts_with(places_.root)) one.erase(0, places_.root.size());
        return logs;
    }

    test::TemporaryFolder folder_;
    LogPlaces places_;
    MtaSettings settings_;
};

TEST_F(UsualLogsTest, TheSettingsDecide) {
    log("/var/log/mail.log");
    settings_.log = {"/somewhere/else", "journal"};
    EXPECT_EQ(found(MtaKind::postfix), (Logs{"/somewhere/else", "journal"}));
    settings_.log = {"none"};
    EXPECT_EQ(found(MtaKind::postfix), Logs{});
}

TEST_F(UsualLogsTest, TheFirstThatIsThere) {
    EXPECT_EQ(found(MtaKind::postfix), Logs{});
    log("/var/log/maillog");
    EXPECT_EQ(found(MtaKind::postfix), Logs{"/var/log/maillog"});
    log("/var/log/mail.log");
    EXPECT_EQ(found(MtaKind::postfix), Logs{"/var/log/mail.log"});
    EXPECT_EQ(found(MtaKind::exim), Logs{"/var/log/mail.log"}) << "Exim may log by syslog";
    log("/var/log/exim4/mainlog");
    EXPECT_EQ(found(MtaKind::exim), Logs{"/var/log/exim4/mainlog"});
    EXPECT_EQ(found(MtaKind::sendmail), Logs{"/var/log/mail.log"});
    EXPECT_EQ(found(MtaKind::none), Logs{});
    for (const auto mta :
         {MtaKind::postfix, MtaKind::exim, MtaKind::sendmail, MtaKind::opensmtpd, MtaKind::qmail}) {
        const auto logs = usual_logs(mta);
        const auto of_all = usual_logs(MtaKind::automatic);
        for (const auto& one : logs)
            EXPECT_NE(std::find(of_all.begin(), of_all.end(), one), of_all.end()) << one;
    }
}

TEST_F(UsualLogsTest, AFolderIsNoLog) {
    fs::create_directories(folder_ / "var/log/mail");
    EXPECT_EQ(found(MtaKind::postfix), Logs{});
    log("/var/log/mail/current");
    EXPECT_EQ(found(MtaKind::qmail), Logs{"/var/log/mail/current"});
}

TEST_F(UsualLogsTest, TheJournalWhereNoFileIsWrittenTo) {
    places_.journal = true;
    EXPECT_EQ(found(MtaKind::postfix), Logs{"journal"});
    log("/var/log/mail.log", now - 4 * day);
    EXPECT_EQ(found(MtaKind::postfix), Logs{"journal"}) << "left behind when syslog went";
    log("/var/log/maillog", now - 2 * day);
    EXPECT_EQ(found(MtaKind::postfix), Logs{"/var/log/maillog"}) << "an idle machine";
    places_.journal = false;
    fs::remove(folder_ / "var/log/maillog");
    EXPECT_EQ(found(MtaKind::postfix), Logs{"/var/log/mail.log"}) << "better than nothing";
}

TEST_F(UsualLogsTest, PostfixIsAskedWhetherItWritesItsOwn) {
    log("/var/log/mail.log");
    postconf("[ \"$1 $2\" = '-h maillog_file' ] && echo /var/log/own.log");
    EXPECT_EQ(found(MtaKind::postfix), Logs{"/var/log/own.log"});
    EXPECT_EQ(found(MtaKind::exim), Logs{"/var/log/mail.log"});
    settings_.config_directory = "/etc/postfix-out";
    postconf("[ \"$1 $2 $3 $4\" = '-c /etc/postfix-out -h maillog_file' ] && echo /var/log/out.log");
    EXPECT_EQ(found(MtaKind::postfix), Logs{"/var/log/out.log"});
    for (const char* script : {"echo", "echo /dev/stdout", "echo unknown", "exit 1", "printf '/a\\n/b\\n'"}) {
        postconf(script);
        EXPECT_EQ(found(MtaKind::postfix), Logs{"/var/log/mail.log"}) << script;
    }
}

TEST_F(UsualLogsTest, WhatIsNamedIsFollowed) {
    log("/var/log/mail.log");
    const auto path = folder_.path().string() + "/var/log/mail.log";
    const auto file = follow_log(path, MtaKind::postfix, {});
    EXPECT_EQ(file->cursor().path, path);
    EXPECT_EQ(file->problem(), "");
    const auto journal = follow_log("journal", MtaKind::postfix, {});
    journal->read(1, [](auto) {});
    EXPECT_TRUE(journal->cursor().path.empty());
}

}  // namespace
}  // namespace reputed::mta
