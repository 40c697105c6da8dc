#include <iostream>
#include <sstream>

#include <gtest/gtest.h>

#include "agent/commands.hpp"
#include "agent/exit_codes.hpp"
#include "tests/support/sample_state.hpp"

// A call names the options that it gives and no other.
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

namespace reputed {
namespace {

constexpr std::int64_t noon = 1'795'176'000;  // 2026-11-20

// What a command prints, and its exit code.
struct Output {
    int code = -1;
    std::string out;
    std::string err;
};

Output run(const HistoryOptions& options, Format format = Format::table) {
    const std::ostringstream out;
    const std::ostringstream err;
    auto* cout = std::cout.rdbuf(out.rdbuf());
    auto* cerr = std::cerr.rdbuf(err.rdbuf());
    CommonOptions common;
    common.dns = "127.0.0.1:53";  // no configuration is read
    common.format = format;
    const int code = history_command(common, options);
    std::cout.rdbuf(cout);
    std::cerr.rdbuf(cerr);
    return {code, out.str(), err.str()};
}

class CommandHistory : public testing::Test {
  protected:
    CommandHistory() {
        Batch batch;
        auto first = test::opening(1, noon - 40 * 86'400, "192.0.2.1", "a.test");
        first.finding.evidence = "=cmd|' /C calc'!A0";
        auto drill = test::opening(3, noon - 3600, "192.0.2.2", "b.test");
        drill.finding.drill = true;
        auto cleared = test::clearing(4, drill, noon - 3600 + 95);
        cleared.note = "the drill is over";
        batch.transitions = {first, test::clearing(2, first, noon - 40 * 86'400 + 3 * 86'400 + 4 * 3600),
                             drill, cleared};
        Store(path_).commit(batch);
    }
    test::TemporaryFolder folder_;
    std::string path_ = folder_ / "a.db";
};

TEST_F(CommandHistory, ATable) {
    const auto output = run({.store = path_});
    EXPECT_EQ(output.code, exit_ok);
    EXPECT_EQ(
        output.out,
        "OPENED (UTC)      CLEARED           LASTED      SEVERITY  CODE                  SUBJECT    OBJECT\n"
        "2026-11-20 11:00  2026-11-20 11:01  1 min 35 s  critical  dnsbl.listed (drill)  192.0.2.2  b.test\n"
        "2026-10-11 12:00  2026-10-14 16:00  3 d 4 h     critical  dnsbl.listed          192.0.2.1  "
        "a.test\n");
}

TEST_F(CommandHistory, TransitionsOneByOne) {
    const auto output = run({.store = path_, .ip = "192.0.2.2", .transitions = true});
    EXPECT_EQ(
        output.out,
        "TIME (UTC)        WHAT     SEVERITY  CODE                  SUBJECT    OBJECT  NOTE\n"
        "2026-11-20 11:01  cleared  critical  dnsbl.listed (drill)  192.0.2.2  b.test  the drill is over\n"
        "2026-11-20 11:00  opened   critical  dnsbl.listed (drill)  192.0.2.2  b.test  \n");
}

TEST_F(CommandHistory, Json) {
    const auto output = run({.store = path_, .limit = 1}, Format::json);
    EXPECT_EQ(
        output.out,
        R"({"episodes":[{"id":3,"check":"dnsbl","opened":"2026-11-20T11:00:00Z",)"
        R"("cleared":"2026-11-20T11:01:35Z","open":false,"seconds":95,"since":"2026-11-20T11:00:00Z",)"
        R"("code":"dnsbl.listed","subject":"192.0.2.2","object":"b.test","severity":"critical",)"
        R"("message":"192.0.2.2 is listed by b.test.","evidence":"","remedy":"","link":"","drill":true,)"
        R"("note":"the drill is over","senders":["main"],"silent":false}],"next":3})"
        "\n");
    EXPECT_EQ(run({.store = path_, .code = "none"}, Format::json).out, "{\"episodes\":[],\"next\":null}\n");
}

TEST_F(CommandHistory, CsvWithoutFormulas) {
    const auto output = run({.store = path_, .list = "a.test"}, Format::csv);
    EXPECT_EQ(
        output.out,
        "id,opened,cleared,open,seconds,severity,check,code,subject,object,drill,senders,message,evidence,"
        "note\r\n"
        "1,2026-10-11T12:00:00Z,2026-10-14T16:00:00Z,0,273600,critical,dnsbl,dnsbl.listed,192.0.2.1,a.test,0,"
        "main,192.0.2.1 is listed by a.test.,'=cmd|' /C calc'!A0,\r\n");
}

TEST_F(CommandHistory, PagesSayHowToGoOn) {
    const auto output = run({.store = path_, .limit = 1});
    EXPECT_TRUE(output.out.ends_with("There is more: --before 3 goes on, --limit shows more at once.\n"));
    EXPECT_NE(run({.store = path_, .limit = 1, .before = 3}).out.find("192.0.2.1"), std::string::npos);
}

TEST_F(CommandHistory, NothingIsSaidInASentence) {
    const auto output = run({.store = path_, .open = true});
    EXPECT_EQ(output.code, exit_ok);
    EXPECT_EQ(output.out, "Nothing in the history matches.\n");
}

TEST_F(CommandHistory, Errors) {
    const auto missing = run({.store = folder_ / "none.db"});
    EXPECT_EQ(missing.code, exit_unavailable);
    EXPECT_EQ(missing.err, "reputed: " + (folder_ / "none.db") +
                               ": there is no such file: no agent has kept a history here\n");
    EXPECT_EQ(missing.out, "");
    const auto bad = run({.store = path_, .since = "tomorrow"});
    EXPECT_EQ(bad.code, exit_usage);
    EXPECT_EQ(bad.err,
              "reputed: --since \"tomorrow\": write a duration such as 30d, or a date such as 2026-01-31\n");
}

}  // namespace
}  // namespace reputed
