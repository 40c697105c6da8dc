#include <gtest/gtest.h>

#include "checks/mta/queue/listing.hpp"
#include "checks/mta/queue/opensmtpd.hpp"
#include "checks/mta/queue/opensmtpd_spool.hpp"
#include "checks/mta/queue/smtpctl_queue.hpp"
#include "tests/support/queue_result.hpp"
#include "tests/support/spool_folder.hpp"

namespace reputed::mta {
namespace {

using test::report;
using test::sentence;
using test::SpoolFolder;

constexpr std::time_t now = 1'795'300'000;

QueueResult parse(std::string_view text) {
    Listing<SmtpctlParser> listing{SmtpctlParser(now)};
    listing.feed(text.substr(0, text.size() / 2));
    listing.feed(text.substr(text.size() / 2));
    return listing.finish("saved.txt");
}

TEST(OpensmtpdQueueListing, Counts) {
    const auto queue =
        report(parse("5c22c4042ef8e722|local|mta|auth|a@x.example|b@y.example|b@y.example|1795290000|"
                     "1795600000|0|1|pending|389|451 "
                     "4.7.500 Server busy | again from [192.0.2.1].\n"
                     "5c22c4042ef8e723|local|mta|auth|a@x.example|c@y.example|c@y.example|1795290000|"
                     "1795600000|0|0|inflight|3|\n"
                     "68609ca0f3b62ce6|inet6|mda|auth,suspend|@|d@x.example|d@x.example|1795280000|"
                     "1795600000|0|1|offline||\n"
                     "6aaeb10802f15a48|inet4|bounce|bounce,internal|@|a@x.example|a@x.example|1795299000|"
                     "1795600000|0|0|pending|-5|\n"
                     "6cdaf15b9c0f109f|local|mta|auth|we|rd@x.example|\"|\"@y.example|o@z.example|1795299000|"
                     "1795600000|0|1|pending|"
                     "9|Network error on destination MXs\n"));
    EXPECT_EQ(queue.mta, "opensmtpd");
    EXPECT_EQ(queue.source, "smtpctl show queue");
    EXPECT_EQ(queue.total, (QueueFigures{4, 5, std::nullopt, 1'795'280'000}));
    EXPECT_EQ(queue.queue("mta"), (QueueFigures{2, 3, std::nullopt, 1'795'290'000}));
    EXPECT_EQ(queue.queue("mda"), (QueueFigures{1, 1, std::nullopt, 1'795'280'000}));
    EXPECT_EQ(queue.queue("bounce"), (QueueFigures{1, 1, std::nullopt, 1'795'299'000}));
    EXPECT_EQ(queue.frozen, 1U);
    EXPECT_EQ(queue.note, "");
    EXPECT_EQ(queue.reasons, (std::vector<QueueReason>{{"451 4.7.500 Server busy | again from [*].", 1},
                                                       {"Network error on destination MXs", 1}}));
}

TEST(OpensmtpdQueueListing, ShuffledEnvelopesAreStillOneMessage) {
    const auto queue = report(
        parse("5c22c4042ef8e722|local|mta||a@x|b@y|b@y|1795290000|1795600000|0|0|pending|3|\n"
              "6aaeb10802f15a48|local|mda||a@x|b@y|b@y|1795299000|1795600000|0|0|pending|3|\n"
              "5c22c4042ef8e723|local|mta|suspend|a@x|c@y|c@y|1795290000|1795600000|0|0|pending|3|\n"
              "5c22c4042ef8e724|local|mta|suspend|a@x|d@y|d@y|1795290000|1795600000|0|0|pending|3|\n"));
    EXPECT_EQ(queue.total.messages, 2U);
    EXPECT_EQ(queue.queue("mta").recipients, 3U);
    EXPECT_EQ(queue.queue("mda").recipients, 1U);
    EXPECT_EQ(queue.frozen, 1U);
}

TEST(OpensmtpdQueueListing, TheFormBefore53) {
    const auto queue =
        report(parse("mta|5c22c4042ef8e722|inet4|-|a@x.example|b@y.example|0|1795600000|3|421 4.7.0 | later\n"
                     "bounce|5c22c4052ef8e722|local|bounce|@|a@x.example|1795200000|1795600000|0\n"));
    EXPECT_EQ(queue.total, (QueueFigures{2, 2, std::nullopt, std::nullopt}));
    EXPECT_EQ(queue.queue("bounce").messages, 1U);
    EXPECT_EQ(queue.reasons, (std::vector<QueueReason>{{"421 4.7.0 | later", 1}}));
}

TEST(OpensmtpdQueueListing, EmptyAndGarbage) {
    const auto empty = report(parse(""));
    EXPECT_EQ(empty.total, (QueueFigures{0, 0, 0, std::nullopt}));
    EXPECT_EQ(empty.queue("offline"), QueueFigures{});
    const std::string_view bad[] = {
        "nonsense",
        "|||||||||||||",
        "5c22c4042ef8e72|local|mta||a@x|b@y|b@y|1795290000|1795600000|0|0|pending|3|",
        "5c22c4042ef8e722|local|mta||a@x|b@y|b@y|1795290000|1795600000|0|0|sleeping|3|",
        "5c22c4042ef8e722|local|mta||a@x|b@y|b@y|today|1795600000|0|0|pending|3|",
        "5c22c4042ef8e722|local|mta||a@x|b@y|b@y|1795290000|1795600000|0",
        "xyz|5c22c4042ef8e722|inet4|-|a@x.example|b@y.example|0|1795600000|3|",
    };
    for (const auto line : bad)
        EXPECT_EQ(
            sentence(parse(line)),
            "cannot read saved.txt: nothing in its 1 line is a queue listing of OpenSMTPD; save the output "
            "of smtpctl show queue")
            << line;
    const auto cut =
        report(parse("5c22c4042ef8e722|local|mta||a@x|b@y|b@y|1795290000|1795600000|0|0|pending|3|\n"
                     "5c22c4042ef8e723|local|mta||a@x|c@"));
    EXPECT_EQ(cut.total.recipients, 1U);
    EXPECT_EQ(cut.note, "1 line could not be read");
}

std::string envelope(std::string_view type, std::string_view error = "") {
    return "version: 3\ndispatcher: outbound\ntype: " + std::string(type) +
           "\nerrorline: " + std::string(error) +
           "\nsender: a@x.example\ndest: b@y.example\nctime: 1795290000\nretry: 1\n";
}

TEST(OpensmtpdQueueSpool, Tree) {
    SpoolFolder folder;
    folder.file("queue/5c/5c22c404/message", std::string(500, 'x'));
    folder.file("queue/5c/5c22c404/5c22c4042ef8e722", envelope("mta", "451 later"));
    folder.file("queue/5c/5c22c404/5c22c4042ef8e723", envelope("mta", "451 later"));
    folder.file("queue/68/68609ca0/message", std::string(20, 'x'));
    folder.file("queue/68/68609ca0/68609ca0f3b62ce6", envelope("bounce"));
    folder.folder("queue/6a/6aaeb108");  // leaving
    folder.file("queue/nonsense", "x");
    folder.file("offline/1795200000.aBcDeFgHiJ", "x");
    folder.folder("corrupt/6cdaf15b");
    SpoolLimits limits;
    limits.now = now;
    const auto queue = report(read_opensmtpd_spool(folder.path(), limits));
    EXPECT_EQ(queue.total, (QueueFigures{2, 3, 520, 1'795'290'000}));
    EXPECT_EQ(queue.queue("mta"), (QueueFigures{1, 2, 500, 1'795'290'000}));
    EXPECT_EQ(queue.queue("bounce").messages, 1U);
    EXPECT_EQ(queue.queue("offline"), (QueueFigures{1, std::nullopt, std::nullopt, 1'795'200'000}));
    EXPECT_EQ(queue.queue("corrupt").messages, 1U);
    EXPECT_EQ(queue.frozen, std::nullopt);
    EXPECT_EQ(queue.reasons, (std::vector<QueueReason>{{"451 later", 2}}));

    folder.file("queue/70/70000000/7000000012345678", "\x1f\x8b compressed");
    EXPECT_EQ(sentence(read_opensmtpd_spool(folder.path(), limits)),
              "cannot read " + folder.path() +
                  "/queue/70/70000000: its envelopes are no plain text or may not be read; use smtpctl show "
                  "queue as root");
}

TEST(OpensmtpdQueueSpool, AsksSmtpctlWhereFilesAreNoText) {
    SpoolFolder folder;
    OpensmtpdPlaces places;
    places.smtpctl = {folder.path("smtpctl")};
    places.spools = {folder.path("smtpd")};
    MtaSettings settings;
    SpoolLimits limits;
    limits.now = now;
    EXPECT_FALSE(opensmtpd_present(settings, places));
    folder.file("smtpd/queue/70/70000000/7000000012345678", "compressed");
    EXPECT_FALSE(opensmtpd_present(settings, places));
    folder.program("smtpctl",
                   "[ \"$*\" = 'show queue' ] && echo "
                   "'7000000012345678|local|mta||a@x|b@y|b@y|1795290000|1795600000|0|0|pending|3|'");
    EXPECT_TRUE(opensmtpd_present(settings, places));
    EXPECT_EQ(report(read_opensmtpd_queue(settings, limits, places)).total,
              (QueueFigures{1, 1, std::nullopt, 1'795'290'000}));
    folder.program("smtpctl", "exit 1");
    EXPECT_NE(sentence(read_opensmtpd_queue(settings, limits, places)), "");
}

}  // namespace
}  // namespace reputed::mta
