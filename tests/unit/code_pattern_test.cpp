#include <gtest/gtest.h>

#include "config/catalogue.hpp"
#include "config/ip_address.hpp"

namespace reputed {
namespace {

std::uint32_t address(std::string_view text) {
    return IpAddress::parse(text).value().v4_value();
}

TEST(CodePatternParse, AcceptsAndPrintsCanonically) {
    struct Row {
        const char* text;
        const char* printed;
    };
    const Row rows[] = {
        {"127.0.0.2", "127.0.0.2"},
        {"127.0.0.5-127.0.0.7", "127.0.0.[5-7]"},
        {"127.0.1.0-127.3.2.255", "127.[0-3].[1-2].*"},
        {"127.0.0.2-127.0.0.2", "127.0.0.2"},
        {"127.0.*.3", "127.0.*.3"},
        {"127.0.[2-15].0", "127.0.[2-15].0"},
        {"127.[0-255].[7-7].[0-255]", "127.*.7.*"},
        {"bit1", "bit1"},
        {"bit128", "bit128"},
    };
    for (const auto& row : rows) {
        const auto pattern = CodePattern::parse(row.text);
        ASSERT_TRUE(pattern) << row.text;
        EXPECT_EQ(pattern->to_string(), row.printed);
        EXPECT_EQ(CodePattern::parse(pattern->to_string()), pattern) << row.text;
    }
}

TEST(CodePatternParse, Rejects) {
    const char* rows[] = {
        "",
        "127.0.0",
        "127.0.0.",
        "127.0.0.2.3",
        "127.0.0.256",
        "127.0.0.02",
        "127.0.0.-1",
        "127.0.0.2 ",
        "127..0.2",
        "10.0.0.2",
        "*.0.0.2",
        "126.0.0.2-127.0.0.2",
        "127.0.0.7-127.0.0.5",
        "127.0.0.2-",
        "-127.0.0.2",
        "127.0.0.2-127.0.0.3-127.0.0.4",
        "127.0.*.2-127.0.*.3",
        "127.0.[2-3].1-127.0.4.1",
        "127.0.[3-2].1",
        "127.0.[3].1",
        "127.0.[].1",
        "127.0.[2-].1",
        "127.0.[2-3",
        "127.0.0.**",
        "bit",
        "bit0",
        "bit3",
        "bit256",
        "bit 4",
        "Bit4",
        "bit04",
        "127.0.0.x",
        "2130706434",
    };
    for (const auto* row : rows)
        EXPECT_FALSE(CodePattern::parse(row)) << row;
}

TEST(CodePatternMatches, TheAnswersMeantAndNoOther) {
    struct Row {
        const char* pattern;
        std::vector<const char*> yes;
        std::vector<const char*> no;
    };
    const Row rows[] = {
        {"127.0.0.2", {"127.0.0.2"}, {"127.0.0.1", "127.0.0.3", "127.0.1.2", "128.0.0.2"}},
        {"127.0.0.5-127.0.0.7",
         {"127.0.0.5", "127.0.0.6", "127.0.0.7"},
         {"127.0.0.4", "127.0.0.8", "127.0.1.6"}},
        {"127.0.*.3", {"127.0.0.3", "127.0.255.3"}, {"127.1.0.3", "127.0.0.2"}},
        {"127.0.[2-15].0", {"127.0.2.0", "127.0.15.0"}, {"127.0.1.0", "127.0.16.0", "127.0.2.1"}},
        {"bit4",
         {"127.0.0.4", "127.0.0.254", "127.0.0.7"},
         {"127.0.0.2", "127.0.0.8", "127.0.1.4", "127.255.255.254"}},
    };
    for (const auto& row : rows) {
        const auto pattern = CodePattern::parse(row.pattern).value();
        for (const auto* answer : row.yes)
            EXPECT_TRUE(pattern.matches(address(answer))) << row.pattern << ' ' << answer;
        for (const auto* answer : row.no)
            EXPECT_FALSE(pattern.matches(address(answer))) << row.pattern << ' ' << answer;
    }
}

}  // namespace
}  // namespace reputed
