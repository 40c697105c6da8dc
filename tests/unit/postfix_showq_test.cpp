#include "checks/mta/queue/postfix_showq.hpp"

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "checks/mta/file_handle.hpp"

namespace reputed::mta {
namespace {

constexpr std::time_t now = 1'795'300'000;  // 2026-11-21 22:26:40 UTC

// '|' stands for NUL.
std::string nul(std::string text) {
    for (auto& c : text)
        if (c == '|') c = '\0';
    return text;
}

const std::string protocol = "protocol|mail_queue_list_protocol||";
const std::string deferred =
    "queue_name|deferred|queue_id|4jX0br2YfNz1bY5N|time|1795284600|size|265|forced_expire|0|sender|a@lab."
    "example|"
    "recipient|to1@x.example|reason|connect to mx.x.example[192.0.2.1]:25: Connection refused|"
    "recipient|to2@x.example|reason|connect to mx.x.example[192.0.2.2]:25: Connection refused||";
const std::string active =
    "queue_name|active|queue_id|5BFB1A7217C|time|1795284000|size|1000|sender|MAILER-DAEMON|"
    "recipient|z@y.example|reason|||";

const std::string text_listing =
    "-Queue ID-  --Size-- ----Arrival Time---- -Sender/Recipient-------\n"
    "5BFB1A7217C*     265 Sat Nov 21 18:10:00  from2@lab.example\n"
    "                                         to2@x.example\n"
    "\n"
    "583CCA7217E     1265 Sat Nov 21 18:09:00  from1@lab.example\n"
    "(host mx.x.example[192.0.2.7] said: 450 4.7.1 <to1@x.example>: Recipient address rejected: Greylisted "
    "(in reply to "
    "RCPT TO command))\n"
    "                                         to1@x.example\n"
    "                                         other1@y.example\n"
    "\n"
    "5DE36A72180!#    100 Sat Nov 21 17:00:00  MAILER-DAEMON\n"
    "                                         to3@x.example\n"
    "\n"
    "-- 1 Kbytes in 3 Requests.\n";

struct Outcome {
    std::string problem;
    QueueReport report;
};

Outcome parse(const std::string& bytes, std::size_t split = std::string::npos) {
    ShowqParser parser(now);
    if (parser.feed(std::string_view(bytes).substr(0, split)) && split < bytes.size())
        parser.feed(std::string_view(bytes).substr(split));
    if (!parser.finish()) return {parser.problem(), {}};
    return {"", parser.report()};
}

TEST(PostfixShowqAttributes, CountsPerQueue) {
    const auto [problem, report] = parse(nul(protocol + deferred + active + "|"));
    ASSERT_EQ(problem, "");
    EXPECT_EQ(report.mta, "postfix");
    EXPECT_EQ(report.source, "showq socket");
    EXPECT_EQ(report.total, (QueueFigures{2, 3, 1265, 1795284000}));
    EXPECT_EQ(report.queue("deferred"), (QueueFigures{1, 2, 265, 1795284600}));
    EXPECT_EQ(report.queue("active"), (QueueFigures{1, 1, 1000, 1795284000}));
    for (const auto* empty : {"maildrop", "incoming", "hold"})
        EXPECT_EQ(report.queue(empty), (QueueFigures{0, 0, 0, std::nullopt})) << empty;
    EXPECT_EQ(report.queue("corrupt"), QueueFigures{});
    EXPECT_EQ(report.reasons,
              (std::vector<QueueReason>{{"connect to mx.x.example:25: Connection refused", 2}}));
    EXPECT_EQ(report.frozen, std::nullopt);
    EXPECT_FALSE(report.estimated);
}

TEST(PostfixShowqAttributes, AcceptedAndRejected) {
    const std::string long_value(std::size_t{70} << 10, 'x');
    struct Row {
        std::string bytes;
        const char* problem;
    };
    const Row rows[] = {
        {protocol + "|", ""},
        {"|", ""},  // before 3.4, nothing queued
        {deferred + "|", ""},
        {protocol + active + "|", ""},
        {protocol + "queue_name|hold|queue_id|ABCDEF12|time|5|size|0|new_thing|7|sender|||" + "|", ""},
        {"", "it closed the connection without an answer"},
        {"220 mail.example ESMTP\r\n", "it does not speak Postfix's queue protocol"},
        {"HTTP/1.1 400 Bad Request with a very long reason that goes on and on and on and on and on and on "
         "and on, and",
         "it does not speak Postfix's queue protocol"},
        {"protocol|", "its answer ends in the middle"},
        {protocol, "its answer ends in the middle"},
        {protocol + deferred, "its answer ends in the middle"},
        {protocol + deferred.substr(0, 80), "its answer ends in the middle"},
        {"protocol|mail_queue_flush_protocol||", "it speaks another protocol than showq's"},
        {deferred + protocol + "|", "it speaks another protocol than showq's"},
        {protocol + "||", "it says more after the end of the listing"},
        {protocol + "|x", "it says more after the end of the listing"},
        {protocol + "Queue Name|deferred||", "an attribute name is malformed"},
        {protocol + "queue_name|../deferred||", "a queue name is malformed"},
        {protocol + "queue_name|||", "a queue name is malformed"},
        {protocol + "queue_name|deferred|queue_id|A|time|12x|", "an arrival time is not a number"},
        {protocol + "queue_name|deferred|queue_id|A|time||", "an arrival time is not a number"},
        {protocol + "queue_name|deferred|queue_id|A|time|1|size|-1|", "a message size is not a number"},
        {protocol + "queue_name|deferred|queue_id|A|time|1|size|99999999999999999999|",
         "a message size is not a number"},
        {protocol + "queue_name|deferred|queue_id|A|time|1||",
         "a message comes without its queue, id, arrival time or size"},
        {protocol + "queue_id|A|time|1|size|1|sender|s|recipient|r|",
         "a message comes without its queue, id, arrival time or size"},
        {protocol + "queue_name|hold|queue_id|A|time|1|size|1|reason|r|",
         "a reason comes without its recipient"},
        {protocol + std::string(101, 'a') + "|", "an attribute name is too long"},
        {protocol + "sender|" + long_value, "an attribute is longer than 64 KiB"},
    };
    for (const auto& row : rows)
        EXPECT_EQ(parse(nul(row.bytes)).problem, row.problem) << row.bytes.substr(0, 200);
}

TEST(PostfixShowqAttributes, SumsThatDoNotFitAreUnknown) {
    const std::string huge = "queue_name|hold|queue_id|A|time|7|size|18446744073709551615|sender|s||";
    const auto [problem, report] = parse(nul(huge + huge + active + "|"));
    ASSERT_EQ(problem, "");
    EXPECT_EQ(report.queue("hold"), (QueueFigures{2, 0, std::nullopt, 7}));
    EXPECT_EQ(report.total, (QueueFigures{3, 1, std::nullopt, 7}));
}

TEST(PostfixShowqAttributes, ManyQueueNamesStayBounded) {
    std::string bytes;
    for (int i = 0; i < 1000; ++i)
        bytes += "queue_name|q" + std::to_string(i) + "|queue_id|A|time|1|size|1|sender|s||";
    const auto [problem, report] = parse(nul(bytes + "|"));
    ASSERT_EQ(problem, "");
    EXPECT_LE(report.by_queue.size(), 18U);
    EXPECT_EQ(report.total.messages, 1000U);
    EXPECT_EQ(report.queue("other").messages, 989U);
}

TEST(PostfixShowqText, CountsWhatIsMarked) {
    setenv("TZ", "UTC", 1);
    tzset();
    const auto [problem, report] = parse(text_listing);
    ASSERT_EQ(problem, "");
    EXPECT_EQ(report.total, (QueueFigures{3, 4, 1630, 1795280400}));
    EXPECT_EQ(report.queue("active"), (QueueFigures{1, 1, 265, 1795284600}));
    EXPECT_EQ(report.queue("deferred"), (QueueFigures{1, 2, 1265, 1795284540}));
    EXPECT_EQ(report.queue("hold"), (QueueFigures{1, 1, 100, 1795280400}));
    EXPECT_EQ(report.queue("incoming"), (QueueFigures{0, 0, 0, std::nullopt}));
    EXPECT_EQ(report.queue("corrupt"), QueueFigures{});
    EXPECT_EQ(
        report.reasons,
        (std::vector<QueueReason>{{"host mx.x.example said: 450 4.7.1 <address>: Recipient address rejected: "
                                   "Greylisted (in reply to RCPT TO command)",
                                   2}}));
}

TEST(PostfixShowqText, UnmarkedMailWithoutReasonIsNotGivenToAQueue) {
    const std::string heading = "-Queue ID-  --Size-- ----Arrival Time---- -Sender/Recipient-------\n";
    const auto [problem, report] = parse(
        heading + "4jX0br2YfNz1bY5N     1 Sat Nov 21 18:10:00  a@b.example\n\n-- 0 Kbytes in 1 Request.\n");
    ASSERT_EQ(problem, "");
    EXPECT_EQ(report.queue("unmarked").messages, 1U);
    EXPECT_EQ(report.queue("unmarked").oldest_arrival, 1795284600);
    EXPECT_EQ(report.queue("maildrop"), QueueFigures{});
    EXPECT_EQ(report.queue("incoming"), QueueFigures{});
    EXPECT_EQ(report.queue("deferred").messages, 0U);
}

TEST(PostfixShowqText, AcceptedAndRejected) {
    struct Row {
        std::string bytes;
        const char* problem;
    };
    const auto without_end = text_listing.substr(0, text_listing.find("-- 1"));
    const Row rows[] = {
        {"Mail queue is empty\n", ""},
        {text_listing, ""},
        {without_end, "its answer ends in the middle"},
        {without_end + "-- 1 Kbytes in 4 Requests.\n",
         "its closing line counts other messages than it listed"},
        {without_end + "-- some Kbytes in 3 Requests.\n", "its listing has a line of an unknown form"},
        {text_listing + "what is this?\n", "its listing has a line of an unknown form"},
        {"-Mail-\n", "it does not speak Postfix's queue protocol"},
        {"Mail system is down\n", "it does not speak Postfix's queue protocol"},
    };
    for (const auto& row : rows)
        EXPECT_EQ(parse(row.bytes).problem, row.problem) << row.bytes;
}

TEST(PostfixShowqBytes, SplitAnywhereGivesTheSame) {
    for (const auto& bytes : {nul(protocol + deferred + active + "|"), text_listing}) {
        const auto whole = parse(bytes);
        for (std::size_t split = 0; split < bytes.size(); ++split) {
            const auto parts = parse(bytes, split);
            ASSERT_EQ(parts.problem, whole.problem) << split;
            ASSERT_EQ(parts.report.total, whole.report.total) << split;
            ASSERT_EQ(parts.report.by_queue, whole.report.by_queue) << split;
            ASSERT_EQ(parts.report.reasons, whole.report.reasons) << split;
        }
    }
}

TEST(PostfixShowqBytes, CutAnywhereIsNeverAReport) {
    const auto attributes = nul(protocol + deferred + active + "|");
    for (std::size_t length = 0; length < attributes.size(); ++length)
        ASSERT_NE(parse(attributes.substr(0, length)).problem, "") << length;
    // Without the count and its noun the closing line is not one.
    for (std::size_t length = 0; length < text_listing.find(" Request") + 8; ++length)
        ASSERT_NE(parse(text_listing.substr(0, length)).problem, "") << length;
}

TEST(PostfixShowqDate, FindsTheYear) {
    setenv("TZ", "UTC", 1);
    tzset();
    struct Row {
        const char* text;
        std::optional<std::int64_t> time;
    };
    const Row rows[] = {
        {"Sat Nov 21 18:10:00", 1795284600},
        {"Sat Nov  7 08:00:00", 1794038400},
        {"Sun Nov 22 20:00:00", 1795377600},  // a clock that is a little ahead
        {"Wed Dec 31 23:59:59", 1767225599},  // last year
        {"Fri Nov 21 18:10:00", 1763748600},  // last year by its weekday
        {"Thu Feb 29 00:00:00", 1709164800},  // 2024
        {"Sat Nov 31 00:00:00", std::nullopt},
        {"Sat Nov 21 24:10:00", std::nullopt},
        {"Sat Nov 21 1:10:00", std::nullopt},
        {"Sat Nov 21 18:10:00 2026", std::nullopt},
        {"Sam Nov 21 18:10:00", std::nullopt},
        {"atS Nov 21 18:10:00", std::nullopt},
        {"", std::nullopt},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(parse_mailq_date(row.text, now), row.time) << row.text;
    }
}

// A listening socket where showq's would be.
class PostfixShowqSocket : public testing::Test {
  protected:
    void SetUp() override {
        char name[] = "/tmp/reputed-showq-XXXXXX";
        ASSERT_NE(mkdtemp(name), nullptr);
        // Longer than a socket address can be.
        directory_ = std::string(name) + '/' + std::string(120, 'd');
        root_ = name;
        std::filesystem::create_directories(directory_ + "/public");
    }
    void TearDown() override { std::filesystem::remove_all(root_); }

    void listen_there() {
        listener_ = FileHandle(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        const FileHandle folder(open((directory_ + "/public").c_str(), O_PATH | O_CLOEXEC));
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        const auto path = "/proc/self/fd/" + std::to_string(folder.get()) + "/showq";
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        ASSERT_EQ(bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        ASSERT_EQ(listen(listener_.get(), 1), 0);
    }

    QueueResult read(std::chrono::milliseconds deadline = std::chrono::seconds(30)) {
        return read_showq(directory_, {.deadline = deadline, .stop = {}, .now = now});
    }
    std::string error(const QueueResult& result) const {
        const auto* found = std::get_if<QueueError>(&result);
        if (found == nullptr) return "";
        auto text = found->sentence();
        return text.replace(text.find(directory_), directory_.size(), "DIR");
    }

    std::string root_;
    std::string directory_;
    FileHandle listener_;
};

TEST_F(PostfixShowqSocket, ReadsToTheEnd) {
    listen_there();
    std::string bytes = protocol;
    for (int i = 0; i < 2000; ++i)
        bytes += deferred;
    bytes = nul(bytes + "|");
    std::thread server([&] {
        const FileHandle client(accept(listener_.get(), nullptr, nullptr));
        for (std::size_t sent = 0; sent < bytes.size();) {
            const auto count = send(client.get(), bytes.data() + sent,
                                    std::min<std::size_t>(4099, bytes.size() - sent), MSG_NOSIGNAL);
            if (count <= 0) return;
            sent += static_cast<std::size_t>(count);
        }
    });
    const auto result = read();
    server.join();
    ASSERT_EQ(error(result), "");
    EXPECT_EQ(std::get<QueueReport>(result).total, (QueueFigures{2000, 4000, 530'000, 1795284600}));
}

TEST_F(PostfixShowqSocket, EarlyCloseIsAnError) {
    listen_there();
    std::thread server([&] {
        const FileHandle client(accept(listener_.get(), nullptr, nullptr));
        const auto bytes = nul(protocol + deferred);
        EXPECT_EQ(send(client.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
                  static_cast<ssize_t>(bytes.size()));
    });
    const auto result = read();
    server.join();
    EXPECT_EQ(
        error(result),
        "cannot read DIR/public/showq: its answer ends in the middle; see Postfix's log for what showq says");
}

TEST_F(PostfixShowqSocket, SilenceEndsAtTheDeadline) {
    listen_there();
    EXPECT_EQ(
        error(read(std::chrono::milliseconds(1))),
        "cannot read DIR/public/showq: no complete answer within 0 s; see whether Postfix is overloaded; a "
        "readable spool tree is counted without showq");
}

TEST_F(PostfixShowqSocket, SaysWhyThereIsNone) {
    EXPECT_EQ(error(read()),
              "cannot read DIR/public/showq: there is no such socket; start Postfix, or set queue_directory "
              "in [mta] to "
              "what postconf queue_directory says");
    listen_there();
    listener_ = FileHandle();
    EXPECT_EQ(error(read()), "cannot read DIR/public/showq: nothing listens there; start Postfix");
}

}  // namespace
}  // namespace reputed::mta
