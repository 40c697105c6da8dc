#include <algorithm>
#include <iostream>
#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "agent/commands.hpp"
#include "agent/terminal.hpp"
#include "config/finding_codes.hpp"

namespace reputed {
namespace {

struct Result {
    int code = 0;
    std::string out;
    std::string err;
};

Result explain(const std::string& text, Format format = Format::table) {
    CommonOptions common;
    common.format = format;
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const int code = explain_command(common, text);
    std::cout.flush();
    Result result;
    result.code = code;
    result.out = testing::internal::GetCapturedStdout();
    result.err = testing::internal::GetCapturedStderr();
    return result;
}

std::size_t lines_in(const std::string& text) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

TEST(CommandExplain, OneCode) {
    const auto result = explain("queue.hold");
    EXPECT_EQ(result.code, 0);
    EXPECT_EQ(result.err, "");
    EXPECT_EQ(result.out,
              "queue.hold  messages are on hold\n"
              "    is      info\n"
              "    means   Somebody, or a filter, put them there; they stay until they are released.\n"
              "    do      Release them with postsuper -H ID, or delete them with postsuper -d ID.\n");
    EXPECT_EQ(explain("Queue.HOLD").out, result.out);
}

TEST(CommandExplain, EveryCodeInLinesOf100) {
    for (const auto& one : finding_codes()) {
        const auto result = explain(one.code);
        SCOPED_TRACE(one.code);
        EXPECT_EQ(result.code, 0);
        EXPECT_EQ(result.err, "");
        EXPECT_TRUE(result.out.starts_with(one.code + "  " + one.title + "\n    is      ")) << result.out;
        EXPECT_EQ(result.out.find('\x1b'), std::string::npos) << "colours belong on a terminal";
        std::istringstream lines(result.out);
        for (std::string line; std::getline(lines, line);) {
            EXPECT_TRUE(line.size() <= 100 || line.find("https://") != std::string::npos) << line;
            EXPECT_FALSE(line.ends_with(' ')) << line;
        }
        for (const auto severity : one.severities)
            EXPECT_NE(result.out.find(to_string(severity)), std::string::npos);
        EXPECT_EQ(result.out.find("    clears  ") == std::string::npos, one.clears.empty());
        EXPECT_EQ(result.out.find("    see     " + one.see + "\n") == std::string::npos, one.see.empty());
    }
}

TEST(CommandExplain, Families) {
    const auto result = explain("queue");
    EXPECT_EQ(result.code, 0);
    EXPECT_EQ(result.out,
              "CODE              WORST    WHAT IT IS\n"
              "queue.corrupt     warning  messages are set aside as damaged\n"
              "queue.deferred    warning  mail could not be delivered yet\n"
              "queue.frozen      warning  messages are set aside until somebody acts\n"
              "queue.growing     warning  mail that cannot be delivered piles up\n"
              "queue.hold        info     messages are on hold\n"
              "queue.old         warning  mail waits for longer than it should\n"
              "queue.unreadable  unknown  the queue could not be read\n");
    EXPECT_EQ(explain("QUEUE").out, result.out);
    EXPECT_EQ(lines_in(explain("").out), finding_codes().size() + 1);
}

TEST(CommandExplain, Json) {
    const auto codes_of = [](const std::string& text) {
        return nlohmann::ordered_json::parse(explain(text, Format::json).out).at("codes");
    };
    EXPECT_EQ(codes_of("").size(), finding_codes().size());
    EXPECT_EQ(codes_of("queue").size(), finding_codes_of("queue").size());
    const auto one = codes_of("ptr.not_confirmed");
    ASSERT_EQ(one.size(), 1U);
    std::string keys;
    for (const auto& [key, value] : one[0].items())
        keys += key + ' ';
    EXPECT_EQ(keys, "code title severities means do clears see ");
    EXPECT_EQ(one[0].at("code"), "ptr.not_confirmed");
    EXPECT_EQ(one[0].at("severities"), nlohmann::json({"warning", "critical"}));
    EXPECT_EQ(one[0].at("see"), "https://www.rfc-editor.org/rfc/rfc8601#section-3");
}

TEST(CommandExplain, UnknownCodes) {
    const std::pair<std::string, std::string> rows[] = {
        {"spf.lokups", "unknown code \"spf.lokups\": did you mean \"spf.lookups\"?"},
        {"dnsbl.liste", "unknown code \"dnsbl.liste\": did you mean \"dnsbl.listed\"?"},
        {"queu", "unknown code \"queu\": did you mean \"queue\"?"},
        {"spf.", "unknown code \"spf.\": did you mean \"spf\"?"},
        {"xyzzy", "unknown code \"xyzzy\"; reputed explain shows them all"},
        {" ", "unknown code \" \"; reputed explain shows them all"},
        {"\x1b[2J\n", "unknown code \"\\x1b[2J\\x0a\"; reputed explain shows them all"},
    };
    for (const auto& [text, message] : rows)
        for (const auto format : {Format::table, Format::json}) {
            const auto result = explain(text, format);
            EXPECT_EQ(result.code, 64) << text;
            EXPECT_EQ(result.out, "") << text;
            EXPECT_EQ(result.err, "reputed: " + message + '\n');
        }
}

}  // namespace
}  // namespace reputed
