#include <gtest/gtest.h>

#include "checks/mta/queue/listing.hpp"
#include "checks/mta/queue/sendmail.hpp"
#include "checks/mta/queue/sendmail_id.hpp"
#include "checks/mta/queue/sendmail_mailq.hpp"
#include "checks/mta/queue/sendmail_spool.hpp"
#include "tests/support/queue_result.hpp"
#include "tests/support/spool_folder.hpp"
#include "tests/support/time_zone.hpp"

namespace reputed::mta {
namespace {

using test::report;
using test::sentence;
using test::SpoolFolder;

constexpr std::time_t now = 1'795'300'000;         // 2026-11-21 22:26:40 UTC
constexpr std::int64_t arrived = 1'795'299'900;    // 6ALMP0
constexpr std::int64_t yesterday = 1'795'213'600;  // 6AKMQe

QueueResult parse(std::string_view text, std::size_t split = std::string_view::npos) {
    Listing<SendmailMailqParser> listing{SendmailMailqParser(now)};
    listing.feed(text.substr(0, split));
    if (split < text.size()) listing.feed(text.substr(split));
    return listing.finish("saved.txt");
}

TEST(SendmailQueueId, TimesAndForms) {
    struct Row {
        std::string_view id;
        bool valid;
        std::optional<std::int64_t> time;
    };
    const Row rows[] = {
        {"6ALMP0ab000050", true, arrived},
        {"6AKMQeXY1234567", true, yesterday},
        {"u8T9idh4006507", true, 1'475'142'279},  // 2016
        {"zALMP0ab000050", false, {}},            // no digit of base 60
        {"6CLMP0ab000050", true, {}},             // month 13
        {"LAA12345", true, {}},
        {"LAA", false, {}},
        {"5BFB1A7217C", false, {}},
        {"6ALMP0ab", false, {}},
        {"", false, {}},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(is_sendmail_id(row.id), row.valid) << row.id;
        EXPECT_EQ(sendmail_id_time(row.id, now), row.time) << row.id;
    }
}

constexpr std::string_view head =
    "-----Q-ID----- --Size-- -----Q-Time----- ------------Sender/Recipient-----------\n";

TEST(SendmailQueueListing, BothQueues) {
    const std::string text =
        "MSP Queue status...\n"
        "\t\t/var/spool/mqueue-client (1 request)\n" +
        std::string(head) +
        "6AKMQeXY000001       10 Fri Nov 20 22:26 root\n"
        "\t\t\t\t\t postmaster\n"
        "\t\tTotal requests: 1\n"
        "MTA Queue status...\n"
        "\t\t/var/spool/mqueue (5 requests)\n" +
        std::string(head) +
        "6ALMP0ab000050*     120 Sat Nov 21 22:25 <alice@example.com>\n"
        "      8BITMIME   (Deferred: 451 4.7.1 <bob@example.net>: Greylisted)\n"
        "\t\t\t\t\t <bob@example.net>\n"
        "\t\t\t\t\t <carol@example.net>\n"
        "6ALMP0ab000051X      80 Sat Nov 21 22:25 <alice@example.com>\n"
        "      8BITMIME\n"
        "\t\t\t\t\t <bob@example.net>\n"
        "6ALMP0ab000052-123456789 Sat Nov 21 22:25 MAILER-DAEMON\n"
        "                 (host map: lookup (gone.example): deferred)\n"
        "\t\t\t\t\t <a@gone.example>\n"
        "6ALMP0ab000053  (no control file)\n"
        "6ALMP0ab000054  (job completed)\n"
        "\t\tTotal requests: 6\n";
    for (const std::size_t split : {std::size_t{0}, std::size_t{33}, std::size_t{400}}) {
        const auto queue = report(parse(text, split));
        EXPECT_EQ(queue.mta, "sendmail");
        EXPECT_EQ(queue.source, "mailq");
        EXPECT_EQ(queue.queue("clientmqueue"), (QueueFigures{1, 1, 10, yesterday}));
        EXPECT_EQ(queue.queue("mqueue"), (QueueFigures{4, 4, std::nullopt, arrived}));
        EXPECT_EQ(queue.total.messages, 5U);
        EXPECT_EQ(queue.frozen, std::nullopt);
        EXPECT_EQ(queue.note, "");
        EXPECT_EQ(queue.reasons,
                  (std::vector<QueueReason>{{"Deferred: 451 4.7.1 <address>: Greylisted", 2},
                                            {"host map: lookup (gone.example): deferred", 1}}));
    }
}

TEST(SendmailQueueListing, Verbose) {
    const auto queue =
        report(parse("\t\t/var/spool/mqueue (2 requests)\n"
                     "-----Q-ID----- --Size-- -Priority- ---Q-Time--- --------Sender/Recipient--------\n"
                     "6ALMP0ab000050      120     120187+Nov 21 22:25 <alice@example.com>\n"
                     "                 (first reason)\n"
                     "\t\t\t\t\t\tbob@example.net\n"
                     "\t\t (own reason)\n"
                     "\t\t\t\t\t\t(---carol---)\n"
                     "\t\t\t\t\t\tdave@example.net\n"
                     "     LAA12345        7      30000 Nov 21 22:25 <alice@example.com>\n"
                     "\t\t\t\t\t\tbob@example.net\n"
                     "\t\tTotal requests: 2\n"));
    EXPECT_EQ(queue.total, (QueueFigures{2, 3, 127, std::nullopt}));  // the old id tells no year
    EXPECT_EQ(queue.reasons, (std::vector<QueueReason>{{"first reason", 1}, {"own reason", 1}}));
    EXPECT_EQ(queue.note, "");
}

TEST(SendmailQueueListing, DatesOfOldIdsAreLocal) {
    const test::TimeZone zone("Asia/Tokyo");
    const auto queue = report(parse("\t\t/var/spool/mqueue (1 request)\n" + std::string(head) +
                                    "     LAA12345        7 Sun Nov 22 07:25 <alice@example.com>\n"
                                    "\t\tTotal requests: 1\n"));
    EXPECT_EQ(queue.total.oldest_arrival, arrived);
}

TEST(SendmailQueueListing, EmptyAndQuarantined) {
    const auto empty = report(parse("/var/spool/mqueue is empty\n\t\tTotal requests: 0\n"));
    EXPECT_EQ(empty.total, (QueueFigures{0, 0, 0, std::nullopt}));
    EXPECT_EQ(empty.note, "");
    const auto held = report(parse("\t\t/var/spool/mqueue (1 quarantined request)\n" + std::string(head) +
                                   "6ALMP0ab000050?     120 Sat Nov 21 22:25 <alice@example.com>\n"
                                   "     QUARANTINE: by a filter\n"
                                   "\t\t\t\t\t <bob@example.net>\n"
                                   "\t\tTotal requests: 1\n"));
    EXPECT_EQ(held.frozen, 1U);
    EXPECT_EQ(held.queue("quarantine"), (QueueFigures{1, 1, 120, arrived}));
}

TEST(SendmailQueueListing, CutAndGarbage) {
    const std::string message =
        "6ALMP0ab000050      120 Sat Nov 21 22:25 <alice@example.com>\n"
        "\t\t\t\t\t <bob@example.net>\n";
    const auto cut = report(parse("\t\t/var/spool/mqueue (3 requests)\n" + std::string(head) + message));
    EXPECT_EQ(cut.total.messages, 1U);
    EXPECT_EQ(cut.note, "the listing ends before its last line, so there may be more");
    const auto fewer = report(
        parse("\t\t/var/spool/mqueue (3 requests, only 1 printed)\n" + message + "\t\tTotal requests: 3\n"));
    EXPECT_EQ(fewer.note, "the listing speaks of 3 messages but shows 1");
    const auto mixed = report(parse("nonsense\n" + std::string(head) + message + "\t\tTotal requests: 1\n"));
    EXPECT_EQ(mixed.note, "the listing speaks of 0 messages but shows 1; 1 line could not be read");
    EXPECT_EQ(
        sentence(parse("nonsense\n")),
        "cannot read saved.txt: nothing in its 1 line is a queue listing of Sendmail; save the output of "
        "mailq");
}

TEST(SendmailQueueEnvelope, Rows) {
    using Recipients = std::vector<std::pair<std::string, std::string>>;
    struct Row {
        std::string_view text;
        bool whole;
        std::optional<std::int64_t> arrival;
        Recipients recipients;
    };
    const Row rows[] = {
        {"V8\nT1795299900\nK0\nN1\nMall of it\n$_localhost\nSalice@x\nAalice@x\nMits own\nrRFC822; bob@x\n"
         "RPFD:<bob@x>\nRPFD:carol@x\nH?P?Return-Path: <g>\n\tRnot: this\n.\nRPFD:after@x\n",
         true,
         arrived,
         {{"<bob@x>", "its own"}, {"carol@x", "all of it"}}},
        {"T1795299900\nSalice\nRbob\n.\n", true, arrived, {{"bob", ""}}},
        {"V8\nT1795299900\nSalice\nRPFD:bob", false, arrived, {}},  // still being written
        {"V8\nTsoon\nSalice\nRnocolon\n", false, {}, {{"nocolon", ""}}},
        {"", false, {}, {}},
        {"\n\n\n", false, {}, {}},
    };
    for (const auto& row : rows) {
        const auto envelope = parse_sendmail_envelope(row.text);
        EXPECT_EQ(envelope.whole, row.whole) << row.text;
        EXPECT_EQ(envelope.arrival, row.arrival) << row.text;
        Recipients recipients;
        for (const auto& recipient : envelope.recipients)
            recipients.emplace_back(recipient.address, recipient.reason);
        EXPECT_EQ(recipients, row.recipients) << row.text;
    }
}

TEST(SendmailQueueSpool, GroupsQuarantineAndLost) {
    SpoolFolder folder;
    const std::string control = "V8\nT1795299900\nMDeferred: later\nSalice\nRPFD:bob@x\nRPFD:carol@x\n.\n";
    folder.file("mqueue/qf6ALMP0ab000001", control);
    folder.file("mqueue/df6ALMP0ab000001", std::string(70, 'x'));
    folder.file("mqueue/q1/qf/qf6ALMP0ab000002", control);
    folder.file("mqueue/q1/df/df6ALMP0ab000002", std::string(30, 'x'));
    folder.file("mqueue/hf6AKMQeab000003", "V8\nT1795213600\nqbad\nSalice\nRPFD:bob@x\n.\n");
    folder.file("mqueue/df6AKMQeab000003", "x");
    folder.file("mqueue/Qf6ALMP0ab000004", "broken");
    folder.file("mqueue/tf6ALMP0ab000005", "being written");
    folder.file("mqueue/xf6ALMP0ab000001", "");
    const std::vector<SendmailQueueDirectory> directories{{"mqueue", folder.path("mqueue")},
                                                          {"clientmqueue", folder.path("none")}};
    SpoolLimits limits;
    limits.now = now;
    const auto queue = report(read_sendmail_spool(directories, limits));
    EXPECT_EQ(queue.total, (QueueFigures{2, 4, 100, arrived}));
    EXPECT_EQ(queue.queue("mqueue"), queue.total);
    EXPECT_EQ(queue.queue("clientmqueue"), (QueueFigures{0, 0, 0, std::nullopt}));
    EXPECT_EQ(queue.queue("quarantine"), (QueueFigures{1, 1, 1, yesterday}));
    EXPECT_EQ(queue.queue("lost").messages, 1U);
    EXPECT_EQ(queue.frozen, 1U);
    EXPECT_EQ(queue.reasons, (std::vector<QueueReason>{{"Deferred: later", 4}}));
    ASSERT_TRUE(queue.total_ages);
    EXPECT_EQ(queue.total_ages->all(), 2U);
    EXPECT_EQ(
        sentence(read_sendmail_spool({{"mqueue", folder.path("none")}}, limits)),
        "cannot read " + folder.path("none") + ": there is no queue directory; set queue_directory in [mta]");
}

TEST(SendmailQueueSpool, ASampleOfMany) {
    SpoolFolder folder;
    for (int i = 10; i < 50; ++i) {
        folder.file("qf6ALMP0ab0000" + std::to_string(i), "V8\nT1795299900\nSa\nRPFD:b@x\n.\n");
        folder.file("df6ALMP0ab0000" + std::to_string(i), "1234");
    }
    SpoolLimits limits;
    limits.now = now;
    limits.sample = 10;
    const auto queue = report(read_sendmail_spool({{"mqueue", folder.path()}}, limits));
    EXPECT_EQ(queue.total, (QueueFigures{40, 40, 160, arrived}));
    EXPECT_TRUE(queue.estimated);
}

TEST(SendmailQueueLocate, OnlyTheTrueSendmail) {
    SpoolFolder folder;
    SendmailPlaces places;
    places.programs = {folder.path("libexec/sendmail")};
    places.shared_program = folder.path("sbin/sendmail");
    places.configurations = {folder.path("sendmail.cf"), folder.path("submit.cf")};
    places.directories = {{"mqueue", folder.path("mqueue")}, {"clientmqueue", folder.path("clientmqueue")}};
    MtaSettings settings;
    folder.program("sbin/sendmail", "# a stand-in that another MTA brings");
    folder.folder("mqueue");
    EXPECT_FALSE(sendmail_present(settings, places));
    folder.program("libexec/sendmail", "");
    EXPECT_TRUE(sendmail_present(settings, places));
    places.programs.clear();
    EXPECT_FALSE(sendmail_present(settings, places));
    places.shared_program = folder.path("sbin/true-sendmail");
    folder.program("sbin/true-sendmail", "# /etc/mail/sendmail.cf");
    EXPECT_TRUE(sendmail_present(settings, places));
    places.directories.clear();
    EXPECT_FALSE(sendmail_present(settings, places));
}

TEST(SendmailQueueLocate, Directories) {
    SpoolFolder folder;
    SendmailPlaces places;
    places.configurations = {folder.path("sendmail.cf"), folder.path("submit.cf")};
    places.directories = {{"mqueue", folder.path("mqueue")}, {"clientmqueue", folder.path("clientmqueue")}};
    folder.folder("clientmqueue");
    folder.folder("groups/q1");
    folder.folder("groups/q2");
    folder.folder("groups/other");
    const auto found = [&](const MtaSettings& settings) {
        std::string text;
        for (const auto& one : locate_sendmail_queues(settings, places))
            text += one.queue + "=" + one.path.substr(folder.path().size()) + " ";
        return text;
    };
    MtaSettings settings;
    EXPECT_EQ(found(settings), "clientmqueue=clientmqueue ");
    folder.file("sendmail.cf",
                "#O QueueDirectory=/wrong\nO QueueDirectory=" + folder.path("groups/q*") + "\n");
    EXPECT_EQ(found(settings), "mqueue=groups/q1 mqueue=groups/q2 clientmqueue=clientmqueue ");
    settings.queue_directory = folder.path("mqueue-client");
    EXPECT_EQ(found(settings), "clientmqueue=mqueue-client ");
    EXPECT_EQ(parse_queue_directory_option("O QueueDirectory = /var/spool/mqueue\nO Other=/x\n"),
              "/var/spool/mqueue");
    EXPECT_EQ(parse_queue_directory_option("O QueueDirectory=relative\n"), "");
}

}  // namespace
}  // namespace reputed::mta
