#include <gtest/gtest.h>

#include "checks/mta/queue/exim.hpp"
#include "checks/mta/queue/exim_id.hpp"
#include "checks/mta/queue/exim_mailq.hpp"
#include "checks/mta/queue/exim_spool.hpp"
#include "checks/mta/queue/listing.hpp"
#include "tests/support/queue_result.hpp"
#include "tests/support/spool_folder.hpp"

namespace reputed::mta {
namespace {

using test::report;
using test::sentence;
using test::SpoolFolder;

constexpr std::time_t now = 1'795'300'000;
constexpr std::int64_t arrived = 1'795'299'900;    // 1xUtW0
constexpr std::int64_t yesterday = 1'795'213'600;  // 1xUX44

QueueResult parse(std::string_view text, std::size_t split = std::string_view::npos) {
    Listing<EximMailqParser> listing{EximMailqParser(now)};
    listing.feed(text.substr(0, split));
    if (split < text.size()) listing.feed(text.substr(split));
    return listing.finish("saved.txt");
}

TEST(EximQueueId, TimesAndForms) {
    struct Row {
        std::string_view id;
        bool valid;
        std::optional<std::int64_t> time;
    };
    const Row rows[] = {
        {"1xUtW0-000123-AB", true, arrived},    {"1xUX44-00000000ZZz-0a1B", true, yesterday},
        {"zzzzzz-000123-AB", true, {}},  // far in the future
        {"000000-000123-AB", true, {}},         {"1xUtW0-000123-A", false, {}},
        {"1xUtW0-000123-ABC", false, {}},       {"1xUtW0_000123-AB", false, {}},
        {"1xUtW0-00012--AB", false, {}},        {"1xUX44-0000000ZZz-0a1B", false, {}},
        {"1xUX4.-00000000ZZz-0a1B", false, {}}, {"", false, {}},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(is_exim_id(row.id), row.valid) << row.id;
        EXPECT_EQ(exim_id_time(row.id), row.time) << row.id;
    }
}

constexpr std::string_view listing =
    " 1m   453 1xUtW0-00000Z-2a <alice@example.com>\n"
    "          bob@example.net\n"
    "\n"
    "24h  2.9K 1xUX44-0000000000c-0005 <> *** frozen ***\n"
    "        D first@example.net\n"
    "          second@example.net\n"
    "       +D made@example.net\n"
    "\n"
    " 2m       1xUtW0-00000h-13 <a b@example.com> (login)\n"
    "          third@example.net\n"
    "        D fourth@example.net\n"
    "\n";

TEST(EximQueueListing, CountsWhoStillWaits) {
    for (const std::size_t split : {std::size_t{0}, std::size_t{5}, std::size_t{47}, std::size_t{200}}) {
        const auto queue = report(parse(listing, split));
        EXPECT_EQ(queue.mta, "exim");
        EXPECT_EQ(queue.source, "exim -bp");
        EXPECT_EQ(queue.total, (QueueFigures{3, 3, std::nullopt, yesterday}));
        EXPECT_EQ(queue.queue("input"), (QueueFigures{2, 2, std::nullopt, arrived}));
        EXPECT_EQ(queue.queue("frozen"), (QueueFigures{1, 1, 2970, yesterday}));
        EXPECT_EQ(queue.frozen, 1U);
        EXPECT_TRUE(queue.estimated);
        EXPECT_EQ(queue.note, "");
        ASSERT_TRUE(queue.total_ages);
        EXPECT_EQ(queue.total_ages->up_to(0), 2U);
        EXPECT_EQ(queue.total_ages->all(), 3U);
    }
}

TEST(EximQueueListing, Sizes) {
    struct Row {
        std::string_view size;
        std::optional<std::uint64_t> bytes;
    };
    const Row rows[] = {{"  999", 999},       {" 1.0K", 1024},     {"  12K", 12'288},
                        {" 1.5M", 1'572'864}, {"  20M", 20971520}, {"     ", {}}};
    for (const auto& row : rows) {
        const auto queue = report(parse(" 1m " + std::string(row.size) + " 1xUtW0-00000Z-2a <a@b.c>\n\n"));
        EXPECT_EQ(queue.total.bytes, row.bytes) << row.size;
    }
    for (const std::string_view bad : {"1.5", "-3", "K", "9999999999G", "0x10", "1K2"})
        EXPECT_NE(sentence(parse(" 1m " + std::string(bad) + " 1xUtW0-00000Z-2a <a@b.c>\n\n")), "") << bad;
}

TEST(EximQueueListing, OtherForms) {
    const auto ids = report(parse("1xUtW0-00000Z-2a\n1xUX44-00000c-05\n"));
    EXPECT_EQ(ids.total, (QueueFigures{2, std::nullopt, std::nullopt, yesterday}));
    EXPECT_EQ(ids.frozen, std::nullopt);
    EXPECT_EQ(ids.queue("input").messages, std::nullopt);

    const auto count = report(parse("42\n"));
    EXPECT_EQ(count.total, (QueueFigures{42, std::nullopt, std::nullopt, std::nullopt}));
    EXPECT_EQ(count.source, "exim -bpc");

    const auto empty = report(parse(""));
    EXPECT_EQ(empty.total, (QueueFigures{0, 0, 0, std::nullopt}));
    EXPECT_EQ(empty.frozen, 0U);
    EXPECT_EQ(empty.note, "the input is empty: so is the queue, unless the command failed");

    const auto broken =
        report(parse("      1xUtW0-00000Z-2a\n    *** spool read error: Permission denied ***\n\n"
                     " 1m   20 1xUtW0-00000Z-2b <a@b.c>\n"
                     "    *** spool format error: size=20 *** *** frozen ***\n"
                     "          x@b.c\n\n"));
    EXPECT_EQ(broken.total.messages, 2U);
    EXPECT_EQ(broken.queue("frozen").messages, std::nullopt);  // the first one could be, too
    EXPECT_EQ(broken.note, "2 messages that Exim itself cannot read");
}

TEST(EximQueueListing, Garbage) {
    EXPECT_EQ(sentence(parse("nonsense\nmore\n")),
              "cannot read saved.txt: nothing in its 2 lines is a queue listing of Exim; save the output of "
              "exim -bp");
    const auto mixed = report(parse("nonsense\n" + std::string(listing) + "exim: error\n"));
    EXPECT_EQ(mixed.total.messages, 3U);
    EXPECT_EQ(mixed.note, "2 lines could not be read");
    std::string hostile = " 1m   453 1xUtW0-00000Z-2a <alice@example.com>\n";
    for (int i = 0; i < 3; ++i)
        hostile += "          \x1b[31m" + std::string(100'000, 'x') + "\n";
    EXPECT_EQ(report(parse(hostile)).total.recipients, 3U);
}

std::string envelope_text(std::string_view middle) {
    return "1xUtW0-00000Z-2a-H\nroot 0 0\n<alice@example.com>\n1795299900 0\n" + std::string(middle);
}

TEST(EximQueueEnvelope, Rows) {
    struct Row {
        std::string_view name;
        std::string text;
        std::string_view journal;
        bool whole;
        bool frozen;
        std::vector<std::string> recipients;
        std::uint64_t bytes;
    };
    const Row rows[] = {
        {"plain",
         envelope_text("-ident root\nXX\n1\nbob@example.net\n\n010  To: bob@e\n"),
         "",
         true,
         false,
         {"bob@example.net"},
         10},
        {"frozen",
         envelope_text("-frozen 1795299950\nXX\n1\nbob@example.net\n\n"),
         "",
         true,
         true,
         {"bob@example.net"},
         0},
        {"tainted frozen", envelope_text("--frozen 1795299950\nXX\n0\n\n"), "", true, true, {}, 0},
        {"a tree of those who have it",
         envelope_text("YY b@x\nNY a@x\nNN aa@x\nNN c@x\n5\na@x\nb@x\nc@x\naa@x\nd@x\n\n"),
         "",
         true,
         false,
         {"d@x"},
         0},
        {"journal", envelope_text("NN a@x\n3\na@x\nb@x\nc@x\n\n"), "b@x\n", true, false, {"c@x"}, 0},
        {"a variable that looks like an option",
         envelope_text("-aclm 0 20\n-frozen 1\nXX\n9\na@x\n\n"),
         "",
         false,
         false,
         {},
         0},
        {"a variable of its length",
         envelope_text("-aclc x 9\n-frozen 1\nXX\n1\na@x\n\n"),
         "",
         true,
         false,
         {"a@x"},
         0},
        {"a header line that is not sent on",
         envelope_text("XX\n1\na@x\n\n003* b\n\n004P a:b\n"),
         "",
         true,
         false,
         {"a@x"},
         4},
        {"data behind addresses",
         envelope_text("XX\n4\na@x 0\nb@x 0,0,3\nc@x err@x 5,-1#1\nd@x rfc822;d@y 10,3#2\n\n"),
         "",
         true,
         false,
         {"a@x", "b@x", "c@x", "d@x"},
         0},
        {"no recipients told", envelope_text("XX\n"), "", false, false, {}, 0},
        {"a count beyond reason", envelope_text("XX\n99999999\na@x\n\n"), "", false, false, {}, 0},
        {"fewer recipients than counted", envelope_text("XX\n3\na@x\n"), "", false, false, {"a@x"}, 0},
        {"a tree without its branch", envelope_text("YN b@x\n"), "", false, false, {}, 0},
        {"a tree that is none", envelope_text("QQ b@x\n"), "", false, false, {}, 0},
        {"a header that is cut", envelope_text("XX\n1\na@x\n\n900P Rec"), "", false, false, {"a@x"}, 0},
        {"empty", "", "", false, false, {}, 0},
    };
    for (const auto& row : rows) {
        const auto envelope = parse_exim_envelope(row.text, row.journal);
        EXPECT_EQ(envelope.whole, row.whole) << row.name;
        EXPECT_EQ(envelope.frozen, row.frozen) << row.name;
        EXPECT_EQ(envelope.recipients, row.recipients) << row.name;
        if (row.whole) {
            EXPECT_EQ(envelope.header_bytes, row.bytes) << row.name;
        }
    }
}

TEST(EximQueueEnvelope, MessageLog) {
    const auto deferrals = parse_exim_message_log(
        "2026-11-22 01:19:27 H=mx.a.example [192.0.2.1] Connection refused\n"
        "2026-11-22 01:19:27 bob@a.example R=dnslookup T=remote_smtp defer (111): Connection refused\n"
        "2026-11-22 01:20:27 +0900 bob@a.example R=dnslookup T=remote_smtp defer (-44) H=mx.a.example "
        "[192.0.2.1] DT=0.1s: SMTP error: 451 4.7.1 later\n"
        "2026-11-22 01:20:27 child@b.example <list@a.example> R=x T=y defer (-53): retry time not reached\n"
        "2026-11-22 01:20:28 defer (\n"
        "cut short defer (1): ");
    ASSERT_EQ(deferrals.size(), 2U);
    EXPECT_EQ(deferrals[0].address, "bob@a.example");
    EXPECT_EQ(deferrals[0].reason, "SMTP error: 451 4.7.1 later");
    EXPECT_EQ(deferrals[1].address, "list@a.example");
}

class EximQueueSpool : public testing::Test {
  protected:
    void message(const std::string& place, const std::string& id, std::string_view middle,
                 std::size_t body = 100) {
        spool_.file(place + "/" + id + "-H", envelope_text(middle));
        spool_.file(place + "/" + id + "-D", id + "-D\n" + std::string(body, 'x'));
    }
    QueueReport read(std::size_t sample = 1000) {
        SpoolLimits limits;
        limits.sample = sample;
        limits.now = now;
        return report(read_exim_spool(spool_.path(), limits));
    }
    SpoolFolder spool_;
};

TEST_F(EximQueueSpool, SplitNamedAndFrozen) {
    message("input", "1xUtW0-000001-AA", "XX\n2\na@x\nb@x\n\n010P Received\n\n", 50);
    message("input/4", "1xUX44-00000000001-0001", "-frozen 1795213700\nNN a@x\n2\na@x\nb@x\n\n");
    message("slow/input/0", "1xUtW0-000003-AA", "XX\n1\nc@x\n\n");
    spool_.file("input/1xUtW0-000004-AA-D", "being received");
    spool_.file("input/hdr.12345", "not finished");
    spool_.folder("db");
    spool_.file("msglog/1xUtW0-000001-AA",
                "2026-11-22 01:19:27 a@x R=dnslookup T=remote_smtp defer (111): Connection refused\n");
    const auto queue = read();
    EXPECT_EQ(queue.source, "spool tree");
    EXPECT_EQ(queue.queue("input"), (QueueFigures{1, 2, 61, arrived}));
    EXPECT_EQ(queue.queue("frozen"), (QueueFigures{1, 1, 101, yesterday}));
    EXPECT_EQ(queue.queue("slow"), (QueueFigures{1, 1, 101, arrived}));
    EXPECT_EQ(queue.total, (QueueFigures{3, 4, 263, yesterday}));
    EXPECT_EQ(queue.frozen, 1U);
    EXPECT_FALSE(queue.estimated);
    EXPECT_EQ(queue.reasons, (std::vector<QueueReason>{{"Connection refused", 1}}));
}

TEST_F(EximQueueSpool, ASampleOfMany) {
    for (int i = 0; i < 40; ++i) {
        std::string id = "1xUtW0-0000" + std::to_string(10 + i) + "-AA";
        message("input", id, i % 2 == 0 ? "-frozen 1\nXX\n3\na@x\nb@x\nc@x\n\n" : "XX\n3\na@x\nb@x\nc@x\n\n",
                99);
    }
    const auto queue = read(10);
    EXPECT_TRUE(queue.estimated);
    EXPECT_EQ(queue.total.messages, 40U);
    EXPECT_EQ(queue.total.recipients, 120U);
    EXPECT_EQ(queue.total.bytes, 4000U);
    ASSERT_TRUE(queue.total_ages);
    EXPECT_EQ(queue.total_ages->up_to(0), 40U);
}

TEST_F(EximQueueSpool, DamagedFilesAreTold) {
    message("input", "1xUtW0-000001-AA", "XX\nmany\n");
    const auto queue = read();
    EXPECT_EQ(queue.total, (QueueFigures{1, 0, std::nullopt, arrived}));
    EXPECT_EQ(queue.note, "1 message whose -H file cannot be understood");
}

TEST_F(EximQueueSpool, NoQueue) {
    const SpoolLimits limits;
    EXPECT_EQ(
        sentence(read_exim_spool(spool_.path(), limits)),
        "cannot read " + spool_.path() + ": there is no Exim queue in it; set queue_directory in [mta]");
    EXPECT_EQ(
        sentence(read_exim_spool(spool_.path("none"), limits)),
        "cannot read " + spool_.path("none") + ": No such file or directory; set queue_directory in [mta]");
    spool_.folder("input");
    EXPECT_EQ(read().total, (QueueFigures{0, 0, 0, std::nullopt}));
}

TEST(EximQueueLocate, ProgramAndSpool) {
    SpoolFolder folder;
    EximPlaces places;
    places.programs = {folder.path("exim4")};
    places.spools = {folder.path("one"), folder.path("two")};
    MtaSettings settings;
    EXPECT_FALSE(exim_present(settings, places));
    folder.folder("two");
    EXPECT_FALSE(exim_present(settings, places));  // a directory that was left behind
    folder.program("exim4", "echo \"spool_directory = /asked$*\"");
    EXPECT_TRUE(exim_present(settings, places));
    EXPECT_EQ(std::get<std::string>(locate_exim_spool(settings, places)), "/asked-bP spool_directory");
    places.programs = {folder.path("silent")};
    folder.program("silent", "exit 1");
    EXPECT_EQ(std::get<std::string>(locate_exim_spool(settings, places)), folder.path("two"));
    settings.queue_directory = "/named";
    EXPECT_EQ(std::get<std::string>(locate_exim_spool(settings, places)), "/named");
    settings.kind = MtaKind::postfix;
    EXPECT_FALSE(exim_present(settings, places));
}

}  // namespace
}  // namespace reputed::mta
