#include "checks/mta/queue/postqueue_json.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "tests/support/queue_result.hpp"

namespace reputed::mta {
namespace {

using test::report;

QueueResult read_postqueue_file(const std::string& path, std::time_t now) {
    ListingFile file(path);
    return read_postqueue(file, now);
}

constexpr std::time_t now = 1'795'300'000;

const std::string deferred =
    R"({"queue_name": "deferred", "queue_id": "4jX0br2YfNz1bY5N", "arrival_time": 1795284600, "message_size": 265, )"
    R"("forced_expire": false, "sender": "from1@lab.example", "recipients": [{"address": "to1@x.example", )"
    R"("delay_reason": "connect to 127.0.0.1[127.0.0.1]:9: Connection refused"}, {"address": "other1@y.example", )"
    R"("delay_reason": "connect to 127.0.0.1[127.0.0.1]:9: Connection refused"}]})"
    "\n";
const std::string active =
    R"({"queue_name": "active", "queue_id": "5BFB1A7217C", "arrival_time": 1795284000, "message_size": 1000, )"
    R"("sender": "MAILER-DAEMON", "recipients": [{"address": "z@y.example"}]})"
    "\n";
const std::string text =
    "----Queue ID----- --Size-- ---Arrival Time---- --Sender/Recipient------\n"
    "4jX0br2YfNz1bY5N*      265 Sat Nov 21 18:10:00 from3@lab.example\n"
    "                                               to3@x.example\n"
    "\n"
    "-- 0 Kbytes in 1 Request.\n";

QueueResult parse(const std::string& bytes, std::size_t split = std::string::npos) {
    PostqueueParser parser(now);
    parser.feed(std::string_view(bytes).substr(0, split));
    if (split < bytes.size()) parser.feed(std::string_view(bytes).substr(split));
    return parser.finish("saved.txt");
}

TEST(PostqueueJsonLines, Counts) {
    const auto queue = report(parse(deferred + active));
    EXPECT_EQ(queue.source, "postqueue -j");
    EXPECT_EQ(queue.mta, "postfix");
    EXPECT_EQ(queue.total, (QueueFigures{2, 3, 1265, 1795284000}));
    EXPECT_EQ(queue.queue("deferred"), (QueueFigures{1, 2, 265, 1795284600}));
    EXPECT_EQ(queue.queue("active"), (QueueFigures{1, 1, 1000, 1795284000}));
    EXPECT_EQ(queue.queue("hold"), (QueueFigures{0, 0, 0, std::nullopt}));
    EXPECT_EQ(queue.queue("corrupt"), QueueFigures{});
    EXPECT_EQ(queue.reasons, (std::vector<QueueReason>{{"connect to 127.0.0.1:9: Connection refused", 2}}));
    EXPECT_EQ(queue.note, "");
}

TEST(PostqueueJsonLines, NothingIsAnEmptyQueue) {
    for (const std::string bytes : {"", "\n", "Mail queue is empty\n"}) {
        const auto queue = report(parse(bytes));
        EXPECT_EQ(queue.total, (QueueFigures{0, 0, 0, std::nullopt})) << bytes;
        EXPECT_EQ(queue.note,
                  bytes.size() > 1 ? "" : "the input is empty: so is the queue, unless postqueue failed");
    }
}

TEST(PostqueueJsonLines, LinesTakenAndNot) {
    struct Row {
        std::string line;
        std::uint64_t messages;
        const char* note;
    };
    const Row rows[] = {
        {R"({"queue_name":"hold","queue_id":"ABCDEF1"})", 2, ""},
        {R"({"queue_name":"hold","queue_id":"ABCDEF1","later":{"recipients":[{"delay_reason":"no"}]},"x":[[1],2.5]})",
         2, ""},
        {"{\"queue_name\":\"hold\",\"queue_id\":\"ABCDEF1\",\"sender\":\"\xff\xfe\"}", 2, ""},
        {R"({"queue_name":"hold"})", 1, "1 line could not be read"},
        {R"({"queue_name":"ho ld","queue_id":"A"})", 1, "1 line could not be read"},
        {R"({"queue_name":"hold","queue_id":"A")", 1, "1 line could not be read"},
        {R"({"queue_name":"hold","queue_id":"A","size":1e999999})", 1, "1 line could not be read"},
        {R"({}{})", 1, "1 line could not be read"},
        {std::string(100'000, '['), 1, "1 line could not be read"},
        {"{\"a\":" + std::string(100'000, '['), 1, "1 line could not be read"},
        {"postqueue: warning: Mail system is down\nnoise", 1, "2 lines could not be read"},
        {std::string(std::size_t{17} << 20, ' '), 1, "1 line could not be read"},
    };
    for (const auto& row : rows) {
        const auto queue = report(parse(deferred + row.line + "\n"));
        EXPECT_EQ(queue.total.messages, row.messages) << row.line.substr(0, 100);
        EXPECT_EQ(queue.note, row.note) << row.line.substr(0, 100);
    }
}

TEST(PostqueueJsonLines, WhatALineDoesNotTellIsUnknown) {
    const auto queue =
        report(parse(deferred + R"({"queue_name":"deferred","queue_id":"ABCDEF1","arrival_time":-5})"));
    EXPECT_EQ(queue.queue("deferred"), (QueueFigures{2, 2, std::nullopt, -5}));
    const auto other = report(parse(R"({"queue_name":"deferred","queue_id":"ABCDEF1","message_size":5})"));
    EXPECT_EQ(other.queue("deferred"), (QueueFigures{1, 0, 5, std::nullopt}));
}

TEST(PostqueueJsonLines, SplitAnywhereGivesTheSame) {
    const auto bytes = deferred + active;
    for (std::size_t split = 0; split < bytes.size(); ++split) {
        const auto queue = report(parse(bytes, split));
        ASSERT_EQ(queue.total, (QueueFigures{2, 3, 1265, 1795284000})) << split;
        ASSERT_EQ(queue.note, "") << split;
    }
}

TEST(PostqueueJsonText, CountsAndNotesWhatIsMissing) {
    struct Row {
        std::string bytes;
        const char* note;
    };
    const auto body = text.substr(0, text.find("-- 0"));
    const Row rows[] = {
        {text, ""},
        {body, "the listing ends before its last line, so there may be more"},
        {body + "-- 0 Kbytes in 7 Requests.\n", "the listing speaks of 7 messages but shows 1"},
        {"$ mailq\n" + text, "1 line could not be read"},
        {"$ mailq\n" + body,
         "the listing ends before its last line, so there may be more; 1 line could not be read"},
    };
    for (const auto& row : rows) {
        const auto queue = report(parse(row.bytes));
        EXPECT_EQ(queue.source, "postqueue -p");
        EXPECT_EQ(queue.queue("active"), (QueueFigures{1, 1, 265, 1795284600}));
        EXPECT_EQ(queue.note, row.note);
    }
}

TEST(PostqueueJsonErrors, SayWhatIsWrong) {
    struct Row {
        std::string bytes;
        const char* sentence;
    };
    const Row rows[] = {
        {"postqueue: fatal: Connect to the Postfix showq service: Permission denied\n",
         "cannot read saved.txt: nothing in its 1 line is a Postfix queue listing; save the output of "
         "postqueue "
         "-j or "
         "postqueue -p"},
        {"one\ntwo\n",
         "cannot read saved.txt: nothing in its 2 lines is a Postfix queue listing; save the output of "
         "postqueue -j or "
         "postqueue -p"},
        {deferred + text,
         "cannot read saved.txt: it holds both postqueue -j and postqueue -p output; save one of them"},
    };
    for (const auto& row : rows) {
        const auto result = parse(row.bytes);
        ASSERT_TRUE(std::holds_alternative<QueueError>(result)) << row.bytes;
        EXPECT_EQ(std::get<QueueError>(result).sentence(), row.sentence);
    }
}

TEST(PostqueueJsonFile, ReadsOrSaysWhyNot) {
    char name[] = "/tmp/reputed-postqueue-XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    const std::string path = std::string(name) + "/queue.json";
    std::ofstream(path) << deferred;
    EXPECT_EQ(report(read_postqueue_file(path, now)).total.messages, 1U);
    const auto missing = read_postqueue_file(path + "x", now);
    EXPECT_EQ(std::get<QueueError>(missing).sentence(),
              "cannot read " + path + "x: No such file or directory");
    const auto folder = read_postqueue_file(name, now);
    EXPECT_EQ(std::get<QueueError>(folder).sentence(),
              "cannot read " + std::string(name) + ": Is a directory");
    std::filesystem::remove_all(name);
}

TEST(PostqueueJsonReason, Normalised) {
    struct Row {
        std::string reason;
        std::string text;
    };
    const Row rows[] = {
        {"host mx.x.example[192.0.2.7] said: 450 4.2.1 <a.b+c@x.example>: busy",
         "host mx.x.example said: 450 4.2.1 <address>: busy"},
        {"user a@x.example unknown, was \"b@y.example\"", "user <address> unknown, was \"<address>\""},
        {"our system has seen [2001:db8::1] and [IPv6:2001:db8::2]", "our system has seen [*] and [*]"},
        {"host gmail-smtp-in.l.google.com[142.250.1.27] said: 421-4.7.0 Try again later. "
         "d2e1a72fcca58-84f1a2b3c4d.12 - "
         "gsmtp",
         "host gmail-smtp-in.l.google.com said: 421-4.7.0 Try again later. *.12 - gsmtp"},
        {"queued as 4jX0br2YfNz1bY5N", "queued as *"},
        {"see https://support.example.com/kb/12345 [S77714]",
         "see https://support.example.com/kb/12345 [S77714]"},
        {"a\tb\r\n c\x1b[31mred\x7f \xc3\xa9", "a b c [31mred ??"},
        {"  lost   connection  ", "lost connection"},
        {"", ""},
        {"@", "@"},
        {"[", "["},
        {"[1.2.3.4", "[1.2.3.4"},
        {std::string(300, 'x'), std::string(197, 'x') + "..."},
    };
    for (const auto& row : rows)
        EXPECT_EQ(normalise_reason(row.reason), row.text) << row.reason;
}

TEST(PostqueueJsonReason, TallyStaysBoundedAndKeepsTheFrequent) {
    ReasonTally tally(50);
    for (int i = 0; i < 10'000; ++i) {
        tally.add("frequent", 3);
        std::string rare = "rare ";
        for (int rest = i; rest > 0; rest /= 26)
            rare += static_cast<char>('a' + rest % 26);
        tally.add(rare);
    }
    const auto top = tally.top();
    ASSERT_EQ(top.size(), max_reasons);
    EXPECT_EQ(top.front(), (QueueReason{"frequent", 30'000}));
    EXPECT_EQ(top.back().text, "(other reasons)");
    std::uint64_t sum = 0;
    for (const auto& reason : top)
        sum += reason.count;
    EXPECT_EQ(sum, 40'000U);
}

}  // namespace
}  // namespace reputed::mta
