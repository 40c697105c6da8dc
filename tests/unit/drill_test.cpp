#include "agent/drill.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/logging.hpp"
#include "checks/dnsbl/findings.hpp"
#include "tests/support/sample_snapshot.hpp"

namespace reputed {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

const WallTime noon = test::at(test::noon);

class DrillFile : public testing::Test {
  protected:
    void SetUp() override {
        set_up_logging({.level = "off", .format = "plain", .levels = {}});
        std::string pattern = (fs::temp_directory_path() / "reputed-drill-XXXXXX").string();
        ASSERT_NE(mkdtemp(pattern.data()), nullptr);
        folder_ = pattern;
        store_ = folder_ + "/reputed.db";
        path_ = drill_path(store_);
        settings_ = test::settings_with({"192.0.2.10", "192.0.2.11"});
        lists_ = test::lists_of({{"bl.test", ListKind::ip_blocklist},
                                 {"other.test", ListKind::ip_blocklist},
                                 {"allow.test", ListKind::ip_allowlist},
                                 {"uri.test", ListKind::domain_blocklist}});
    }
    void TearDown() override {
        fs::remove_all(folder_);
        set_up_logging({});
    }

    void put(const std::string& text, mode_t mode = 0600) {
        std::ofstream(path_, std::ios::trunc) << text;
        chmod(path_.c_str(), mode);
    }
    std::string refusal(uid_t owner = geteuid()) {
        try {
            return read_drill(path_, owner, noon) ? "accepted" : "nothing";
        } catch (const DrillError& error) {
            const std::string text = error.what();
            return text.starts_with(path_ + ": ") ? text.substr(path_.size() + 2)
                                                  : "without its path: " + text;
        }
    }
    std::vector<std::string> look(WallTime now = noon) {
        return watch_.look(store_, *settings_, *lists_, now);
    }

    std::string folder_, store_, path_;
    std::shared_ptr<Settings> settings_;
    std::shared_ptr<ActiveLists> lists_;
    DrillWatch watch_;
};
using Lists = std::vector<std::string>;

const char* const good = R"({"list":"bl.test","subject":"192.0.2.10","until":"2026-11-20T12:30:00Z"})";

TEST_F(DrillFile, IsReadAsItWasWritten) {
    const DrillRequest request{"bl.test", "192.0.2.10", noon + 30min};
    EXPECT_EQ(drill_text(request), good);
    EXPECT_EQ(parse_drill(good), request);
    EXPECT_EQ(refusal(), "nothing");
    write_drill(store_, request);
    EXPECT_EQ(read_drill(path_, geteuid(), noon), request);
    EXPECT_EQ(fs::status(path_).permissions(), fs::perms::owner_read | fs::perms::owner_write);
    EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 1);
    EXPECT_TRUE(remove_drill(path_));
    EXPECT_FALSE(remove_drill(path_));
}

TEST_F(DrillFile, NothingElseIsTaken) {
    const std::pair<std::string, const char*> rows[] = {
        {good, "accepted"},
        {"", "no JSON object"},
        {"[]", "no JSON object"},
        {std::string(200, '['), "no JSON object"},
        {R"({"subject":"192.0.2.10","until":"2026-11-20T12:30:00Z"})", "\"list\" is missing or no text"},
        {R"({"list":1,"subject":"192.0.2.10","until":"2026-11-20T12:30:00Z"})",
         "\"list\" is missing or no text"},
        {R"({"list":"","subject":"192.0.2.10","until":"2026-11-20T12:30:00Z"})",
         "\"list\" is empty or longer than 255 bytes"},
        {R"({"list":"bl.test","subject":")" + std::string(256, 'x') + R"(","until":"2026-11-20T12:30:00Z"})",
         "\"subject\" is empty or longer than 255 bytes"},
        {R"({"list":"bl.test","subject":"192.0.2.10","until":"soon"})",
         "\"until\" is no time such as 2026-01-31T12:00:00Z"},
        {R"({"list":"bl.test","subject":"192.0.2.10","until":"2026-02-30T12:00:00Z"})",
         "\"until\" is no time such as 2026-01-31T12:00:00Z"},
        {R"({"list":"bl.test","subject":"192.0.2.10","until":"2026-11-20T12:30:00Z","more":1})",
         "there is more in it than list, subject and until"},
        {R"({"list":"bl.test","subject":"192.0.2.10","until":"2026-11-20T13:00:01Z"})",
         "ends more than an hour from now"},
        {R"({"list":"bl.test","subject":"192.0.2.10","until":"2026-11-20T12:00:00Z"})", "nothing"},
        {good + std::string(1024, ' '), "is longer than 1024 bytes"},
    };
    for (const auto& [text, answer] : rows) {
        put(text);
        EXPECT_EQ(refusal(), answer) << text;
    }
}

TEST_F(DrillFile, OnlyFromThoseWhoMay) {
    put(good, 0620);
    EXPECT_EQ(refusal(), "others than its owner can write to it");
    put(good, 0602);
    EXPECT_EQ(refusal(), "others than its owner can write to it");
    put(good);
    if (geteuid() == 0) {
        ASSERT_EQ(chown(path_.c_str(), 1234, 1234), 0);
        EXPECT_EQ(refusal(4321), "belongs neither to root nor to the agent's user");
        EXPECT_EQ(refusal(1234), "accepted");
    }
    fs::remove(path_);
    fs::create_symlink(folder_ + "/elsewhere", path_);
    EXPECT_EQ(refusal(), "cannot be read: Too many levels of symbolic links");
    fs::remove(path_);
    ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
    EXPECT_EQ(refusal(), "is no regular file");
}

TEST_F(DrillFile, IsWatched) {
    EXPECT_EQ(look(), Lists{});
    put(good);
    EXPECT_EQ(look(), Lists{"bl.test"});
    EXPECT_EQ(look(), Lists{});
    ASSERT_TRUE(watch_.planted_on("bl.test"));
    EXPECT_EQ(watch_.planted_on("bl.test")->subject, "192.0.2.10");
    EXPECT_FALSE(watch_.planted_on("other.test"));
    EXPECT_TRUE(watch_.is_watched("bl.test"));

    put(R"({"list":"other.test","subject":"192.0.2.11","until":"2026-11-20T12:30:00Z"})");
    EXPECT_EQ(look(), (Lists{"bl.test", "other.test"}));
    EXPECT_FALSE(watch_.planted_on("bl.test"));
    EXPECT_TRUE(watch_.is_watched("bl.test")) << "until it has cleared";
    watch_.settled("bl.test");
    EXPECT_FALSE(watch_.is_watched("bl.test"));

    EXPECT_EQ(look(noon + 30min), Lists{"other.test"}) << "its time is over";
    EXPECT_FALSE(fs::exists(path_));
    EXPECT_FALSE(watch_.planted_on("other.test"));
}

TEST_F(DrillFile, ABadOneEndsTheOneBefore) {
    put(good);
    EXPECT_EQ(look(), Lists{"bl.test"});
    put(R"({"list":"none.test","subject":"192.0.2.10","until":"2026-11-20T12:30:00Z"})");
    EXPECT_EQ(look(), Lists{"bl.test"});
    EXPECT_EQ(look(), Lists{});
    EXPECT_FALSE(watch_.planted_on("none.test"));
}

TEST_F(DrillFile, OnlyWhatIsAskedIsPlanted) {
    struct Row {
        const char* list;
        const char* subject;
        const char* answer;
    };
    const Row rows[] = {
        {"bl.test", "192.0.2.10", ""},
        {"uri.test", "example.com", ""},
        {"uri.test", "Mail.Example.COM", ""},
        {"none.test", "192.0.2.10", "the configuration asks no list \"none.test\"; see reputed lists"},
        {"bl.test", "x", "\"x\" is neither an IP address nor a domain name"},
        {"bl.test", "192.0.2.12", "\"192.0.2.12\" is no address of a sender"},
        {"uri.test", "example.net", "\"example.net\" is no domain or host name of a sender"},
        {"uri.test", "192.0.2.10", "uri.test is not asked about such a subject"},
        {"bl.test", "example.com", "bl.test is not asked about such a subject"},
        {"allow.test", "192.0.2.10", "allow.test is no blocklist: nothing is listed there"},
    };
    for (const auto& row : rows) {
        std::string answer;
        try {
            EXPECT_TRUE(planted_finding(row.list, row.subject, *settings_, *lists_).drill);
        } catch (const PlantError& error) {
            answer = error.what();
        }
        EXPECT_EQ(answer, row.answer);
    }
}

TEST(DrillFinding, IsMadeOfTheFirstCodeThatLists) {
    List list = test::lists_of({{"bl.test", ListKind::ip_blocklist}})->lists.front();
    const auto subject = dnsbl::Subject::parse("192.0.2.1");
    struct Row {
        std::vector<CodeMeaning> codes;
        const char* message;
        const char* evidence;
        Severity severity;
    };
    const auto pattern = [](const char* text) { return CodePattern::parse(text).value(); };
    const Row rows[] = {
        {{},
         "DRILL: 192.0.2.1 is listed on bl.test: listed",
         "made up: 1.2.0.192.bl.test A 127.0.0.2",
         Severity::warning},
        {{{pattern("127.0.0.9"), "spam source", Severity::critical, false, {}},
          {pattern("127.0.0.2"), "other", Severity::info, false, {}}},
         "DRILL: 192.0.2.1 is listed on bl.test: spam source",
         "made up: 1.2.0.192.bl.test A 127.0.0.9",
         Severity::critical},
        {{{pattern("bit8"), "open relay", Severity::warning, false, {}}},
         "DRILL: 192.0.2.1 is listed on bl.test: open relay",
         "made up: 1.2.0.192.bl.test A 127.0.0.8",
         Severity::warning},
    };
    for (const auto& row : rows) {
        list.codes = row.codes;
        const auto finding = dnsbl::drill_finding(list, *subject);
        ASSERT_TRUE(finding);
        EXPECT_TRUE(finding->drill);
        EXPECT_EQ(finding->code, "dnsbl.listed");
        EXPECT_EQ(finding->object, "bl.test");
        EXPECT_EQ(finding->message, row.message);
        EXPECT_EQ(finding->evidence, row.evidence);
        EXPECT_EQ(finding->severity, row.severity);
    }
}

}  // namespace
}  // namespace reputed
