#include <gtest/gtest.h>

#include "checks/mta/queue/listing.hpp"
#include "checks/mta/queue/qmail.hpp"
#include "checks/mta/queue/qmail_listing.hpp"
#include "checks/mta/queue/qmail_spool.hpp"
#include "tests/support/queue_result.hpp"
#include "tests/support/spool_folder.hpp"

namespace reputed::mta {
namespace {

using namespace std::string_literals;
using test::report;
using test::sentence;
using test::SpoolFolder;

constexpr std::time_t now = 1'795'300'000;
constexpr std::int64_t arrived = 1'795'299'900;  // 21 Nov 2026 22:25:00 GMT

QueueResult parse(std::string_view text) {
    Listing<QmailParser> listing{QmailParser(now)};
    listing.feed(text.substr(0, text.size() / 3));
    listing.feed(text.substr(text.size() / 3));
    return listing.finish("saved.txt");
}

constexpr std::string_view qread =
    "21 Nov 2026 22:25:00 GMT  #2318921  1274  <alice@example.com> \n"
    "\tremote\tbob@example.net\n"
    "  done\tremote\tcarol@example.net\n"
    "\tlocal\tdave\n"
    "1 Nov 2026 00:00:00 GMT  #2318922  26  <>  bouncing\n"
    "  done\tremote\tbob@example.net\n";

TEST(QmailQueueListing, Qread) {
    const auto queue = report(parse(qread));
    EXPECT_EQ(queue.mta, "qmail");
    EXPECT_EQ(queue.source, "qmail-qread");
    EXPECT_EQ(queue.total, (QueueFigures{2, 2, 1300, 1'793'491'200}));
    EXPECT_EQ(queue.queue("local"), (QueueFigures{1, 1, 1274, arrived}));
    EXPECT_EQ(queue.queue("remote"), (QueueFigures{1, 1, 1274, arrived}));
    EXPECT_EQ(queue.queue("bounce").messages, 1U);
    EXPECT_EQ(queue.queue("todo").messages, std::nullopt);
    EXPECT_EQ(queue.frozen, std::nullopt);
    EXPECT_EQ(queue.note, "");
}

TEST(QmailQueueListing, Qstat) {
    const auto queue =
        report(parse("messages in queue: 42\nmessages in queue but not yet preprocessed: 3\n"));
    EXPECT_EQ(queue.source, "qmail-qstat");
    EXPECT_EQ(queue.total, (QueueFigures{42, std::nullopt, std::nullopt, std::nullopt}));
    EXPECT_EQ(queue.queue("todo").messages, 3U);
    EXPECT_EQ(queue.queue("remote").messages, std::nullopt);
    EXPECT_EQ(report(parse("messages in queue: 0\nmessages in queue but not yet preprocessed: 0\n")).total,
              (QueueFigures{0, 0, 0, std::nullopt}));
    EXPECT_EQ(report(parse("messages in queue but not yet preprocessed: 3\n")).total.messages, std::nullopt);
}

TEST(QmailQueueListing, BothTogether) {
    const std::string stat = "messages in queue: 2\nmessages in queue but not yet preprocessed: 0\n";
    EXPECT_EQ(report(parse(stat + std::string(qread))).total, (QueueFigures{2, 2, 1300, 1'793'491'200}));
    // One is not preprocessed, so that qmail-qread is silent about it.
    const auto more = report(parse(std::string(qread) + "messages in queue: 3\n"));
    EXPECT_EQ(more.total, (QueueFigures{3, std::nullopt, std::nullopt, std::nullopt}));
}

TEST(QmailQueueListing, GarbageAndTrouble) {
    EXPECT_EQ(sentence(parse("nonsense\nmessages in queue: -22\n")),
              "cannot read saved.txt: nothing in its 2 lines is a queue listing of qmail; save the output of "
              "qmail-qread or qmail-qstat");
    const auto trouble =
        report(parse("warning: trouble with #12: file does not exist\n" + std::string(qread) + "\tcc\tx\n"));
    EXPECT_EQ(trouble.total.messages, 2U);
    EXPECT_EQ(trouble.note, "1 message that qmail-qread could not read; 1 line could not be read");
    for (const std::string_view bad :
         {"32 Nov 2026 22:25:00 GMT  #1  2  <a>\n", "1 Now 2026 22:25:00 GMT  #1  2  <a>\n",
          "1 Nov 2026 25:25:00 GMT  #1  2  <a>\n", "1 Nov 2026 22:25:00 CET  #1  2  <a>\n",
          "1 Nov 2026 22:25:00 GMT  1  2  <a>\n", "1 Nov 2026 22:25:00 GMT  #1  x  <a>\n",
          "1 Nov 2026 22:25:00 GMT  #1  2  a\n", "\tremote\tbob@example.net\n"})
        EXPECT_NE(sentence(parse(bad)), "") << bad;
}

TEST(QmailQueueSpool, Tree) {
    SpoolFolder folder;
    for (const auto* name : {"mess", "info", "local", "remote", "bounce", "intd", "todo"})
        folder.folder(name);
    folder.file("mess/3/26", std::string(100, 'x'), now - 50);
    folder.file("info/3/26", "Falice@example.com\0"s, arrived);
    folder.file("remote/3/26", "Tbob@x\0Dcarol@x\0Tdave@x\0"s);
    folder.file("local/3/26", "Troot\0"s);
    folder.file("mess/4/27", std::string(10, 'x'), now - 10);
    folder.file("todo/27", "u0\0p12\0Falice\0Tbob@x\0"s);
    folder.file("intd/27", "u0\0"s);
    folder.file("bounce/26", "<bob@x>:\nno\n");
    folder.file("mess/4/notes", "x");
    SpoolLimits limits;
    limits.now = now;
    const auto queue = report(read_qmail_spool(folder.path(), limits));
    EXPECT_EQ(queue.total, (QueueFigures{2, 4, 110, arrived}));
    EXPECT_EQ(queue.queue("remote"), (QueueFigures{1, 2, 100, arrived}));
    EXPECT_EQ(queue.queue("local"), (QueueFigures{1, 1, 100, arrived}));
    EXPECT_EQ(queue.queue("todo"), (QueueFigures{1, 1, 10, now - 10}));
    EXPECT_EQ(queue.queue("intd").messages, 1U);
    EXPECT_EQ(queue.queue("bounce").messages, 1U);
    EXPECT_EQ(queue.note, "");
    EXPECT_EQ(sentence(read_qmail_spool(folder.path("mess"), limits)),
              "cannot read " + folder.path("mess") +
                  ": there is no qmail queue in it; set queue_directory in [mta]");
}

TEST(QmailQueueSpool, ASampleOfMany) {
    SpoolFolder folder;
    for (int i = 100; i < 140; ++i) {
        const auto path = std::to_string(i % 23) + "/" + std::to_string(i);
        folder.file("mess/" + path, std::string(10, 'x'));
        folder.file("info/" + path, "Fa\0"s, arrived);
        folder.file("remote/" + path, "Tb@x\0Tc@x\0"s);
    }
    SpoolLimits limits;
    limits.now = now;
    limits.sample = 10;
    const auto queue = report(read_qmail_spool(folder.path(), limits));
    EXPECT_EQ(queue.total, (QueueFigures{40, 80, 400, arrived}));
    EXPECT_EQ(queue.queue("remote").messages, 40U);
    EXPECT_TRUE(queue.estimated);
}

TEST(QmailQueueSpool, Recipients) {
    EXPECT_EQ(count_qmail_recipients(""), 0U);
    EXPECT_EQ(count_qmail_recipients("Ta\0Db\0Tc\0"s), 2U);
    EXPECT_EQ(count_qmail_recipients("Ta\0Tb"s), 1U);  // being written
    EXPECT_EQ(count_qmail_recipients("\0\0T\0"s), 1U);
}

TEST(QmailQueueLocate, ProgramAndQueue) {
    SpoolFolder folder;
    QmailPlaces places;
    places.programs = {folder.path("qmail-send")};
    places.queues = {folder.path("one"), folder.path("two")};
    MtaSettings settings;
    folder.folder("two");
    EXPECT_FALSE(qmail_present(settings, places));
    folder.program("qmail-send", "");
    EXPECT_TRUE(qmail_present(settings, places));
    EXPECT_EQ(locate_qmail_queue(settings, places), folder.path("two"));
    settings.kind = MtaKind::none;
    EXPECT_FALSE(qmail_present(settings, places));
}

}  // namespace
}  // namespace reputed::mta
