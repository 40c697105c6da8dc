#include "checks/mta/queue/queue_reader.hpp"

#include <gtest/gtest.h>

#include "checks/mta/queue/listing.hpp"
#include "checks/mta/queue/queue_tally.hpp"
#include "checks/mta/reply/classifier.hpp"
#include "tests/support/spool_folder.hpp"

namespace reputed::mta {
namespace {

using test::SpoolFolder;

constexpr std::time_t now = 1'795'300'000;

TEST(QueueReaderListing, WhoseItIs) {
    struct Row {
        std::string_view text;
        std::string_view mta;
    };
    const Row rows[] = {
        {R"({"queue_name": "active", "queue_id": "5BFB1A7217C"})"
         "\n",
         "postfix"},
        {"-Queue ID-  --Size-- ----Arrival Time---- -Sender/Recipient-------\n", "postfix"},
        {"Mail queue is empty\n", "postfix"},
        {"5BFB1A7217C*     265 Sat Nov 21 18:10:00  sender@example.com\n", "postfix"},
        {"\n\n 1m   453 1xUtW0-00000Z-2a <alice@example.com>\n", "exim"},
        {"      1xUtW0-00000000Z00-2a00 <>\n", "exim"},
        {"/var/spool/mqueue is empty\n", "sendmail"},
        {"MSP Queue status...\n", "sendmail"},
        {"\t\t/var/spool/mqueue (1 request)\n", "sendmail"},
        {"6ALMP0ab000050      120 Sat Nov 21 22:25 <alice@example.com>\n", "sendmail"},
        {"5c22c4042ef8e722|local|mta|auth|a@x|b@y|b@y|1795290000|1795600000|0|1|pending|389|", "opensmtpd"},
        {"mta|5c22c4042ef8e722|inet4|-|a@x.example|b@y.example|0|1795600000|3\n", "opensmtpd"},
        {"messages in queue: 3\n", "qmail"},
        {"21 Nov 2026 22:25:00 GMT  #2318921  1274  <alice@example.com> \n", "qmail"},
        {"a prompt $ exim -bp\n 1m   453 1xUtW0-00000Z-2a <alice@example.com>\n", "exim"},
        {"", ""},
        {"\n \n", ""},
        {"nonsense\nmore nonsense\n", ""},
        {"Subject: 1xUtW0-00000Z-2a\n", ""},
    };
    for (const auto& row : rows)
        EXPECT_EQ(listing_mta(row.text), row.mta) << row.text;
}

QueueResult read(const std::string& file, const std::string& mta = "", const std::string& path = "") {
    return read_queue({}, {mta, path, file, now, {}});
}

TEST(QueueReaderListing, Files) {
    SpoolFolder folder;
    folder.file("exim", " 1m   453 1xUtW0-00000Z-2a <alice@example.com>\n          bob@example.net\n\n");
    folder.file("nonsense", "nonsense\n");
    folder.file("empty", "");
    const auto exim = read(folder.path("exim"));
    ASSERT_TRUE(std::holds_alternative<QueueReport>(exim));
    EXPECT_EQ(std::get<QueueReport>(exim).mta, "exim");
    EXPECT_EQ(std::get<QueueReport>(exim).waiting, std::nullopt);
    EXPECT_EQ(
        std::get<QueueError>(read(folder.path("nonsense"))).sentence(),
        "cannot read " + folder.path("nonsense") +
            ": it is no queue listing of a known MTA; save the output of postqueue -j, exim -bp, mailq, "
            "smtpctl show queue or qmail-qread");
    EXPECT_EQ(std::get<QueueError>(read(folder.path("exim"), "sendmail")).sentence(),
              "cannot read " + folder.path("exim") +
                  ": nothing in its 2 lines is a queue listing of Sendmail; save the output of mailq");
    for (const std::string mta : {"exim", "sendmail", "opensmtpd", "qmail", "postfix"}) {
        const auto empty = read(folder.path("empty"), mta);
        ASSERT_TRUE(std::holds_alternative<QueueReport>(empty)) << mta;
        const auto& report = std::get<QueueReport>(empty);
        EXPECT_EQ(report.mta, mta);
        EXPECT_NE(report.note, "") << mta;
    }
}

TEST(QueueReaderDirectory, WhoseItIs) {
    SpoolFolder folder;
    folder.folder("a/deferred");
    folder.folder("b/input");
    folder.folder("c/queue");
    folder.folder("d/queue");
    folder.folder("d/offline");
    folder.folder("e/mess");
    folder.folder("mqueue");
    EXPECT_EQ(directory_mta(folder.path("a")), "postfix");
    EXPECT_EQ(directory_mta(folder.path("b")), "exim");
    EXPECT_EQ(directory_mta(folder.path("c")), "");
    EXPECT_EQ(directory_mta(folder.path("d")), "opensmtpd");
    EXPECT_EQ(directory_mta(folder.path("e")), "qmail");
    EXPECT_EQ(directory_mta(folder.path("mqueue")), "sendmail");
    EXPECT_EQ(directory_mta(folder.path("none")), "");
    EXPECT_EQ(std::get<QueueReport>(read("", "", folder.path("b"))).mta, "exim");
}

TEST(QueueReaderWaiting, ByProviderAndClass) {
    const auto& rules = Classifier::builtin();
    QueueTally tally({"deferred"}, {now, &rules});
    tally.message("deferred", 1, now);
    tally.recipients(
        3,
        "host gmail-smtp-in.l.google.com[192.0.2.1] said: 450-4.2.1 The user you are trying to contact is "
        "receiving mail at a rate that prevents additional messages from being delivered. a1b2c3d4e5-x "
        "(in reply to RCPT TO command)");
    tally.recipients(2, "452 4.2.2 <third@corp.example>: Mailbox is full", "third@gmail.com");
    tally.recipients(1, "connect to mx.refusing.example[192.0.2.9]:25: Connection refused",
                     "x@refusing.example");
    tally.recipients(5);
    const auto report = tally.report();
    ASSERT_TRUE(report.waiting);
    EXPECT_EQ(*report.waiting, (WaitingRecipients{{{"gmail", "rate_limited"}, 3},
                                                  {{"gmail", "mailbox_full"}, 2},
                                                  {{"other", "connection"}, 1}}));
    EXPECT_EQ(report.total.recipients, 11U);
    QueueTally plain({"deferred"}, now);
    EXPECT_EQ(plain.report().waiting, std::nullopt);
}

TEST(QueueReaderWaiting, Bounded) {
    WaitingRecipients waiting;
    for (int i = 0; i < 1000; ++i)
        waiting[{"p" + std::to_string(i), "other"}] = static_cast<std::uint64_t>(i + 1);
    bound_waiting(waiting);
    EXPECT_LE(waiting.size(), max_waiting);
    std::uint64_t sum = 0;
    for (const auto& [key, count] : waiting)
        sum += count;
    EXPECT_EQ(sum, 500'500U);
    EXPECT_TRUE(waiting.contains({"other", "other"}));
}

}  // namespace
}  // namespace reputed::mta
