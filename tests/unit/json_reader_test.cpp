#include "checks/reputation/feedback/json_reader.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace reputed::feedback {
namespace {

std::string nested(std::size_t depth, char open, char close) {
    return std::string(depth, open) + std::string(depth, close);
}

TEST(JsonReader, RefusesWhatIsNotJsonInUtf8) {
    const std::string deep_objects = [] {
        std::string text;
        for (int i = 0; i < 40; ++i)
            text += "{\"a\":";
        return text + "1" + std::string(40, '}');
    }();
    std::string many = "[";
    while (many.size() < 300'000)
        many += "1,";
    many += "1]";
    const std::string rows[] = {
        "",
        "{",
        "{\"a\":1",
        "{\"a\":1}}",
        "{'a':1}",
        "{\"a\":NaN}",
        "{\"a\":Infinity}",
        "{\"a\":01}",
        "{\"a\":1e400}",
        "<html><body>Sign in</body></html>",
        "{\"a\":\"\xe9t\xe9\"}",               // Latin-1
        std::string("{\0\"\0a\0\"\0}\0", 10),  // UTF-16
        std::string("\xff\xfe{\0}\0", 6),      // with its mark
        "{\"a\":\"\\ud800\"}",                 // half of a pair
        std::string("{\"a\":\"\0\"}", 9),      // a NUL
        nested(33, '[', ']'),
        nested(100'000, '[', ']'),
        deep_objects,
        many,
    };
    for (const auto& row : rows)
        EXPECT_FALSE(JsonTree::parse(row)) << row.substr(0, 60);
}

TEST(JsonReader, AcceptsTheBounds) {
    EXPECT_TRUE(JsonTree::parse(nested(32, '[', ']')));
    EXPECT_TRUE(
        JsonTree::parse("\xef\xbb\xbf{}"));  // a byte order mark may be ignored (RFC 8259 section 8.1)
    // Brackets in strings are no depth.
    EXPECT_TRUE(
        JsonTree::parse("{\"a\":\"" + std::string(100, '[') + "\\\"" + std::string(100, '{') + "\"}"));
}

TEST(JsonReader, TellsNumbersFromOtherThings) {
    const auto json =
        JsonTree::parse(R"({"whole": 7, "part": 0.25, "text": "123", "big": "9223372036854775807",
        "unsigned": 18446744073709551615, "exponent": 1e3, "words": "twelve", "padded": " 1", "hex": "0x10",
        "nan": "nan", "infinite": "inf", "huge": "1e999", "true": true, "null": null, "list": [1, 2], "empty": ""})");
    ASSERT_TRUE(json);
    const auto root = json->root();
    EXPECT_EQ(root["whole"].number(), 7);
    EXPECT_EQ(root["part"].number(), 0.25);
    EXPECT_EQ(root["text"].number(), 123);
    EXPECT_EQ(root["exponent"].integer(), 1000);
    EXPECT_GT(*root["big"].number(), 9e18);
    EXPECT_GT(*root["unsigned"].number(), 1.8e19);
    for (const auto* name :
         {"words", "padded", "hex", "nan", "infinite", "huge", "true", "null", "list", "empty", "missing"})
        EXPECT_FALSE(root[name].number()) << name;
    for (const auto* name : {"part", "big", "unsigned", "words", "missing"})
        EXPECT_FALSE(root[name].integer()) << name;
    EXPECT_EQ(root["true"].boolean(), true);
    EXPECT_FALSE(root["whole"].boolean());
    EXPECT_EQ(root["text"].text(), "123");
    EXPECT_FALSE(root["whole"].text());
    EXPECT_FALSE(root["null"]);
    EXPECT_FALSE(root["missing"]);
    EXPECT_TRUE(root["empty"]);
    EXPECT_EQ(root["list"].size(), 2u);
    EXPECT_EQ(root["list"].at(1).integer(), 2);
    EXPECT_FALSE(root["list"].at(2));
    EXPECT_FALSE(root["list"]["a"]["b"].at(3));
    EXPECT_EQ(root["whole"].size(), 0u);
}

TEST(JsonReader, TakesTheLastOfTwoMembers) {
    EXPECT_EQ(JsonTree::parse(R"({"a":1,"a":2})")->root()["a"].integer(), 2);
}

TEST(JsonReader, FollowsPointers) {
    const auto json = JsonTree::parse(R"({"a": [{"b": 1}, 2], "m~n": 8, "a/b": 9, "": 3, "0": 4})");
    ASSERT_TRUE(json);
    struct Row {
        std::string_view pointer;
        std::optional<std::int64_t> value;
    };
    const Row rows[] = {
        {"/a/0/b", 1},    {"/a/1", 2},
        {"/m~0n", 8},     {"/a~1b", 9},
        {"/", 3},         {"/0", 4},
        {"a", {}},        {"/a/2", {}},
        {"/a/00", {}},    {"/a/-", {}},
        {"/a/0/b/c", {}}, {"/m~n", {}},
        {"/m~", {}},      {"/a/99999999999999999999", {}},
        {"/a/-1", {}},
    };
    for (const auto& [pointer, value] : rows)
        EXPECT_EQ(json->root().pointer(pointer).integer(), value) << pointer;
    EXPECT_TRUE(json->root().pointer("").is_object());
}

TEST(JsonReader, QuotesWhatItSends) {
    EXPECT_EQ(json_quoted("a\"b\\\n\x01"), "\"a\\\"b\\\\\\n\\u0001\"");
    EXPECT_EQ(json_quoted("\xff"), "\"\\ufffd\"");
}

}  // namespace
}  // namespace reputed::feedback
