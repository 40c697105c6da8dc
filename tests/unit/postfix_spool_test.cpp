#include "checks/mta/queue/postfix_spool.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "checks/mta/queue/postfix.hpp"
#include "checks/mta/queue/postfix_id.hpp"

namespace reputed::mta {
namespace {

namespace fs = std::filesystem;

TEST(PostfixSpoolId, LongIdsCarryTheirTime) {
    struct Row {
        std::string id;
        std::optional<std::int64_t> time;
    };
    // The first ones were given by a Postfix 3.7, which logged those seconds.
    const Row rows[] = {
        {"4jX0br2YfNz1bY5N", 1795284600},
        {"4jX0br2gKFz1bY5L", 1795284600},
        {"4jX0br2q4Qz1bY5S", 1795284600},
        {"4jX0bs0000z1", 1795284601},
        {"4jX0br2YfNz", std::nullopt},        // no inode
        {"5BFB1A7217C", std::nullopt},        // short
        {"4jX0br2YfNAz1bY5N", std::nullopt},  // vowels are no digits
        {"4jX0br2Yz1bY5N", std::nullopt},     // too few digits before the separator
        {"zzzzzz0000z1", std::nullopt},       // the year 2596
        {"0000000000z1", std::nullopt},       // 1970
        {"zzzzzzzzzzzzzzzzzzzzzz1", std::nullopt},
        {"yyyyyyyyyyyy0000z1", std::nullopt},  // would overflow 64 bits
        {"", std::nullopt},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(postfix_id_time(row.id), row.time) << row.id;
    }
}

TEST(PostfixSpoolId, NamesOfQueueFiles) {
    for (const auto* name : {"4jX0br2YfNz1bY5N", "5BFB1A7217C", "ABCDEF"})
        EXPECT_TRUE(is_postfix_queue_id(name)) << name;
    for (const auto* name : {"", "A", "ABCDE", "123456.789", "core_1234", "4jX0br2YfN z", "../../etc"})
        EXPECT_FALSE(is_postfix_queue_id(name)) << name;
    EXPECT_FALSE(is_postfix_queue_id(std::string(101, 'A')));
}

std::string record(char type, const std::string& data) {
    return std::string(1, type) + static_cast<char>(data.size()) + data;
}

TEST(PostfixSpoolHead, SizeAndArrival) {
    const auto size =
        record('C', "            265             331               2               0             265");
    const auto time = record('T', "1795284600 383313");
    struct Row {
        std::string bytes;
        QueueFileHead head;
    };
    const Row rows[] = {
        {size + time + record('A', "create_time=1"), {265, 1795284600}},
        {time, {std::nullopt, 1795284600}},
        {record('A', "x") + record('T', "1795284600"), {std::nullopt, 1795284600}},
        {time + record('T', "5"), {std::nullopt, 1795284600}},
        {record('M', "") + time, {}},
        {record('E', "") + time, {}},
        {record('C', "size") + record('T', "soon"), {}},
        {record('T', "12x"), {}},
        {record('T', "-12"), {}},
        {size.substr(0, 20), {}},
        {"C", {}},
        {"C\xff\xff\xff\xff\xff", {}},
        {"T\x80\x80\x80\x01", {}},
        {std::string("T\x91\x00", 3) + "1795284600 383313", {std::nullopt, 1795284600}},
        {"From someone", {}},
        {"", {}},
    };
    for (const auto& row : rows)
        EXPECT_EQ(parse_queue_file_head(row.bytes), row.head) << row.bytes;
}

class PostfixSpoolTree : public testing::Test {
  protected:
    void SetUp() override {
        char name[] = "/tmp/reputed-spool-XXXXXX";
        ASSERT_NE(mkdtemp(name), nullptr);
        root_ = name;
        for (const auto queue : postfix_queues)
            fs::create_directory(root_ / queue);
    }
    void TearDown() override {
        for (const auto queue : postfix_queues)
            chmod((root_ / queue).c_str(), 0700);
        fs::remove_all(root_);
    }

    void mail(const std::string& path, const std::string& content = "") {
        fs::create_directories((root_ / path).parent_path());
        std::ofstream(root_ / path) << content;
    }
    void set_time(const std::string& path, std::time_t time) {
        const timespec times[2] = {{time, 0}, {time, 0}};
        ASSERT_EQ(utimensat(AT_FDCWD, (root_ / path).c_str(), times, AT_SYMLINK_NOFOLLOW), 0);
    }
    std::string message(std::uint64_t size, std::int64_t time) {
        return record('C', std::string(10, ' ') + std::to_string(size) + " 331 2 0 265") +
               record('T', std::to_string(time) + " 5") + record('S', "a@b.example");
    }
    QueueResult read(std::size_t sample = 1000) {
        return read_postfix_spool(root_, {.sample = sample, .stop = {}, .now = 1'795'300'000});
    }
    QueueReport report(std::size_t sample = 1000) {
        auto result = read(sample);
        EXPECT_TRUE(std::holds_alternative<QueueReport>(result)) << std::get<QueueError>(result).sentence();
        return std::get<QueueReport>(result);
    }
    std::string error() {
        const auto result = read();
        const auto* found = std::get_if<QueueError>(&result);
        if (found == nullptr) return "";
        auto text = found->sentence();
        return text.replace(text.find(root_.string()), root_.string().size(), "DIR");
    }

    fs::path root_;
};

TEST_F(PostfixSpoolTree, CountsEveryQueueAndKeepsCorruptOutOfTheTotal) {
    mail("deferred/5/4/4jX0br2YfNz1bY5N", message(100, 1795284600));
    mail("deferred/5/4jX0br2gKFz1bY5L", message(200, 1795284600));
    mail("active/5BFB1A7217C", message(300, 1795000000));
    mail("maildrop/9C85AA721C0", record('T', "1795284862 641011"));
    mail("hold/5DE36A72180", message(50, 1794000000));
    mail("corrupt/5DE36A72181", "garbage");
    const auto queue = report();
    EXPECT_EQ(queue.source, "spool tree");
    EXPECT_EQ(queue.queue("deferred"), (QueueFigures{2, std::nullopt, 300, 1795284600}));
    EXPECT_EQ(queue.queue("active"), (QueueFigures{1, std::nullopt, 300, 1795000000}));
    EXPECT_EQ(queue.queue("maildrop"), (QueueFigures{1, std::nullopt, 19, 1795284862}));
    EXPECT_EQ(queue.queue("hold"), (QueueFigures{1, std::nullopt, 50, 1794000000}));
    EXPECT_EQ(queue.queue("incoming"), (QueueFigures{0, std::nullopt, 0, std::nullopt}));
    EXPECT_EQ(queue.queue("corrupt").messages, 1U);
    EXPECT_EQ(queue.total, (QueueFigures{5, std::nullopt, 669, 1794000000}));
    EXPECT_EQ(queue.note, "");
}

TEST_F(PostfixSpoolTree, IgnoresWhatIsNoQueueFile) {
    mail("deferred/5BFB1A7217C", message(1, 1));
    mail("deferred/12345.67890", "being created");
    mail("deferred/lost+found/5BFB1A72171", "");
    fs::create_directory(root_ / "deferred/5BFB1A72170");
    fs::create_symlink(root_ / "deferred/5BFB1A7217C", root_ / "deferred/5BFB1A7217D");
    fs::create_directory_symlink(root_ / "deferred", root_ / "deferred/5");
    ASSERT_EQ(mkfifo((root_ / "deferred/5BFB1A7217E").c_str(), 0600), 0);
    EXPECT_EQ(report().queue("deferred").messages, 1U);
}

TEST_F(PostfixSpoolTree, FollowsNoQueueDirectoryThatIsALink) {
    fs::remove(root_ / "hold");
    fs::create_directory_symlink("/tmp", root_ / "hold");
    const auto queue = report();
    EXPECT_EQ(queue.queue("hold"), QueueFigures{});
    EXPECT_EQ(queue.total.messages, std::nullopt);
    EXPECT_EQ(queue.note, "cannot read hold (Not a directory)");
}

TEST_F(PostfixSpoolTree, DepthIsBounded) {
    std::string path = "deferred/";
    for (int depth = 0; depth < 40; ++depth)
        path += "5/";
    mail(path + "5BFB1A7217C");
    mail("deferred/1/2/3/4/5/6/7/8/5BFB1A7217D");
    EXPECT_EQ(report().queue("deferred").messages, 1U);
}

TEST_F(PostfixSpoolTree, WithoutRecordsTheFileTimeIsAnUpperBound) {
    mail("incoming/5BFB1A7217C", "no records");
    set_time("incoming/5BFB1A7217C", 1'600'000'000);
    auto queue = report();
    EXPECT_EQ(queue.queue("incoming"), (QueueFigures{1, std::nullopt, 10, 1'600'000'000}));
    EXPECT_TRUE(queue.estimated);

    // The next try lies ahead: never an arrival.
    set_time("incoming/5BFB1A7217C", 4'000'000'000);
    struct stat status {};
    ASSERT_EQ(stat((root_ / "incoming/5BFB1A7217C").c_str(), &status), 0);
    EXPECT_EQ(report().queue("incoming").oldest_arrival, status.st_ctime);
}

TEST_F(PostfixSpoolTree, LongQueuesAreSampledEvenly) {
    // Short ids; the sizes average 1000 however the directory is ordered.
    for (int i = 0; i < 300; ++i) {
        char id[32];
        std::snprintf(id, sizeof id, "deferred/%X/%05XABCDEF", i % 16, i);
        mail(id, message(1000, 1795000000 + i));
    }
    const auto sampled = report(20);
    EXPECT_TRUE(sampled.estimated);
    EXPECT_EQ(sampled.queue("deferred").messages, 300U);
    EXPECT_EQ(sampled.queue("deferred").bytes, 300'000U);
    EXPECT_GE(sampled.queue("deferred").oldest_arrival, 1795000000);
    EXPECT_LT(sampled.queue("deferred").oldest_arrival, 1795000300);
    const auto whole = report(300);
    EXPECT_FALSE(whole.estimated);
    EXPECT_EQ(whole.queue("deferred"), (QueueFigures{300, std::nullopt, 300'000, 1795000000}));
}

TEST_F(PostfixSpoolTree, LongIdsGiveTheOldestOfAll) {
    const std::string digits = "0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz";
    for (int i = 0; i < 52; ++i)
        mail("deferred/4jX0b" + digits.substr(static_cast<std::size_t>(i), 1) + "2YfNz1bY5N", "");
    EXPECT_EQ(report(1).queue("deferred").oldest_arrival, 1795284600 - static_cast<int>(digits.find('r')));
}

TEST_F(PostfixSpoolTree, MissingQueueDirectoriesAreEmpty) {
    fs::remove(root_ / "hold");
    EXPECT_EQ(report().queue("hold"), (QueueFigures{0, std::nullopt, 0, std::nullopt}));
    for (const auto queue : postfix_queues)
        fs::remove(root_ / queue);
    EXPECT_EQ(error(), "cannot read DIR: there is no Postfix queue in it; set queue_directory in [mta]");
    fs::remove(root_);
    EXPECT_EQ(error(), "cannot read DIR: No such file or directory; set queue_directory in [mta]");
}

// Root reads everything: while this lives, its thread minds the permissions of files as everybody else does.
class WithoutPrivilege {
  public:
    WithoutPrivilege() {
        syscall(SYS_capget, &header_, before_);
        __user_cap_data_struct fewer[2] = {before_[0], before_[1]};
        fewer[0].effective &= ~((1U << CAP_DAC_OVERRIDE) | (1U << CAP_DAC_READ_SEARCH));
        syscall(SYS_capset, &header_, fewer);
    }
    ~WithoutPrivilege() { syscall(SYS_capset, &header_, before_); }

  private:
    __user_cap_header_struct header_{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct before_[2]{};
};

TEST_F(PostfixSpoolTree, UnreadableIsUnknown) {
    mail("active/5BFB1A7217C");
    chmod((root_ / "deferred").c_str(), 0);
    {
        const WithoutPrivilege plain;
        const auto queue = report();
        EXPECT_EQ(queue.queue("deferred"), QueueFigures{});
        EXPECT_EQ(queue.queue("active").messages, 1U);
        EXPECT_EQ(queue.total.messages, std::nullopt);
        EXPECT_EQ(queue.note, "cannot read deferred (Permission denied)");
    }
    for (const auto name : postfix_queues)
        chmod((root_ / name).c_str(), 0);
    const WithoutPrivilege plain;
    EXPECT_EQ(error(),
              "cannot read DIR: Permission denied; only root and Postfix's own user may read the spool tree");
}

TEST_F(PostfixSpoolTree, WithoutTheGroupItIsNamed) {
    for (const auto name : postfix_queues)
        chmod((root_ / name).c_str(), 0);
    fs::create_directory(root_ / "public");
    chmod((root_ / "public").c_str(), 0);
    const WithoutPrivilege plain;
    const auto result = read_postfix_queue({root_}, PostfixLimits{});
    ASSERT_TRUE(std::holds_alternative<QueueError>(result));
    const auto& found = std::get<QueueError>(result);
    EXPECT_EQ(found.what, root_.string() + "/public/showq");
    EXPECT_EQ(found.why, "permission denied");
    // The group is that of the directory; here whatever group made it.
    EXPECT_EQ(found.remedy.rfind("join the group ", 0), 0U) << found.remedy;
    EXPECT_NE(found.remedy.find(": adduser "), std::string::npos) << found.remedy;
    if (getegid() != 0) return;
    EXPECT_NE(found.remedy.find(" postdrop, then restart reputed"), std::string::npos);
}

class PostfixSpoolLocate : public PostfixSpoolTree {
  protected:
    void SetUp() override {
        PostfixSpoolTree::SetUp();
        places_ = {{root_ / "etc"}, {root_ / "postconf"}, root_ / "default"};
    }
    void install(const std::string& script) {
        fs::create_directory(root_ / "etc");
        std::ofstream(root_ / "etc/main.cf") << "";
        std::ofstream(root_ / "postconf") << "#!/bin/sh\n" << script << "\n";
        chmod((root_ / "postconf").c_str(), 0700);
    }
    std::string located(const MtaSettings& settings) {
        const auto result = locate_postfix(settings, places_);
        auto text = std::holds_alternative<PostfixInstance>(result)
                        ? std::get<PostfixInstance>(result).queue_directory
                        : std::get<QueueError>(result).sentence();
        for (auto at = text.find(root_.string()); at != std::string::npos; at = text.find(root_.string()))
            text.replace(at, root_.string().size(), "DIR");
        return text;
    }

    PostfixPlaces places_;
};

TEST_F(PostfixSpoolLocate, PresentOnlyWhereItIs) {
    const auto with = [](MtaKind kind, const std::string& queue = "", const std::string& config = "") {
        MtaSettings settings;
        settings.kind = kind;
        settings.queue_directory = queue;
        settings.config_directory = config;
        return settings;
    };
    EXPECT_FALSE(postfix_present(with(MtaKind::automatic), places_));
    EXPECT_TRUE(postfix_present(with(MtaKind::postfix), places_));
    EXPECT_TRUE(postfix_present(with(MtaKind::automatic, "/q"), places_));
    EXPECT_TRUE(postfix_present(with(MtaKind::automatic, "", "/c"), places_));
    install("exit 1");
    EXPECT_TRUE(postfix_present(with(MtaKind::automatic), places_));
    EXPECT_FALSE(postfix_present(with(MtaKind::none, "/q"), places_));
    EXPECT_FALSE(postfix_present(with(MtaKind::exim), places_));
    fs::remove(root_ / "postconf");
    EXPECT_FALSE(postfix_present(with(MtaKind::automatic), places_));
}

TEST_F(PostfixSpoolLocate, AsksPostconfUnlessTold) {
    MtaSettings settings;
    EXPECT_EQ(located(settings), "DIR/default");
    install("echo \"/asked$*\"; echo x >> " + (root_ / "calls").string());
    EXPECT_EQ(located(settings), "/asked-h queue_directory");
    EXPECT_EQ(located(settings), "/asked-h queue_directory");
    EXPECT_EQ(fs::file_size(root_ / "calls"), 2U) << "asked once";
    set_time("etc/main.cf", 1'600'000'000);
    EXPECT_EQ(located(settings), "/asked-h queue_directory");
    EXPECT_EQ(fs::file_size(root_ / "calls"), 4U) << "asked again after a change";
    settings.config_directory = "/conf";
    EXPECT_EQ(located(settings), "/asked-c /conf -h queue_directory");
    settings.queue_directory = "/told";
    EXPECT_EQ(located(settings), "/told");
}

TEST_F(PostfixSpoolLocate, WithoutAnAnswerOnlyTheDefaultInstanceHasADefault) {
    MtaSettings settings;
    for (const auto* script : {"exit 1", "echo relative", "echo", "printf '/a\\n/b\\n'",
                               "echo /spool; exit 75", "head -c 100000 /dev/zero", "kill -9 $$"}) {
        fs::remove_all(root_ / "etc");
        install(script);
        EXPECT_EQ(located(settings), "DIR/default") << script;
    }
    settings.config_directory = "/conf";
    EXPECT_EQ(
        located(settings),
        "cannot read /conf: DIR/postconf does not tell its queue_directory; set queue_directory in [mta], or "
        "correct config_directory");
    fs::remove(root_ / "postconf");
    EXPECT_EQ(located(settings),
              "cannot read /conf: there is no postconf to ask for its queue_directory; set queue_directory "
              "in [mta], or "
              "correct config_directory");
}

TEST_F(PostfixSpoolLocate, TheTreeSufficesWhenShowqIsDown) {
    mail("deferred/5BFB1A7217C", message(7, 1795000000));
    const auto result = read_postfix_queue({root_}, PostfixLimits{});
    ASSERT_TRUE(std::holds_alternative<QueueReport>(result));
    const auto& queue = std::get<QueueReport>(result);
    EXPECT_EQ(queue.source, "spool tree");
    EXPECT_EQ(queue.total, (QueueFigures{1, std::nullopt, 7, 1795000000}));
    EXPECT_EQ(queue.note,
              "cannot read " + root_.string() +
                  "/public/showq: there is no such socket; start Postfix, or set queue_directory in [mta] "
                  "to what postconf queue_directory says");
}

}  // namespace
}  // namespace reputed::mta
