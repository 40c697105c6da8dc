#include "config/text.hpp"

#include <gtest/gtest.h>

#include "config/duration.hpp"

namespace reputed {
namespace {

TEST(TextQuoted, ShowsNothingThatMovesTheCursor) {
    struct Row {
        std::string text;
        std::string shown;
    };
    const Row rows[] = {
        {"plain", "\"plain\""},
        {"m\u00fcller \u65e5\u672c", "\"m\u00fcller \u65e5\u672c\""},
        {"a\x1b[31m\n\x7f", "\"a\\x1b[31m\\x0a\\x7f\""},
        {"\u0085\u202e\u200b\ufeff", "\"\\xc2\\x85\\xe2\\x80\\xae\\xe2\\x80\\x8b\\xef\\xbb\\xbf\""},
        {"\xff\xc3", "\"\\xff\\xc3\""},
        {std::string(81, 'x'), '"' + std::string(80, 'x') + "...\""},
        {std::string(79, 'x') + "\u00fc", '"' + std::string(79, 'x') + "...\""},
        {std::string(80, 'x'), '"' + std::string(80, 'x') + '"'},
        {std::string(1, '\0'), "\"\\x00\""},
    };
    for (const auto& row : rows)
        EXPECT_EQ(in_quotes(row.text), row.shown);
}

TEST(TextToml, EscapesWhatABasicStringMustNotHold) {
    EXPECT_EQ(toml_quoted("a\"b\\c\n\x01\x7f\u00fc"), "\"a\\\"b\\\\c\\u000a\\u0001\\u007f\u00fc\"");
}

TEST(TextDuration, ReadsAndPrints) {
    for (const char* text :
         {"0s", "1ms", "999ms", "1500ms", "1s", "90s", "15m", "1h", "36h", "7d", "10000d"}) {
        const auto value = parse_duration(text);
        ASSERT_TRUE(value) << text;
        EXPECT_EQ(format_duration(*value), text);
    }
    EXPECT_EQ(format_duration(*parse_duration("60s")), "1m");
    EXPECT_EQ(format_duration(*parse_duration("1000ms")), "1s");
    for (const char* text : {"", "s", "1", "1 s", " 1s", "1s ", "-1s", "+1s", "1.5s", "1h30m", "1S", "1w",
                             "10001d", "4294967296ms", "99999999999999999999s"})
        EXPECT_FALSE(parse_duration(text)) << text;
}

}  // namespace
}  // namespace reputed
