#include "config/providers.hpp"

#include <gtest/gtest.h>

#include "checks/mta/reply/expression_set.hpp"

namespace reputed {
namespace {

std::vector<Provider> parse(const std::string& toml) {
    Problems problems;
    auto providers = parse_providers(toml, "f", problems);
    EXPECT_TRUE(problems.empty()) << problems.front().to_string();
    return providers;
}

TEST(Providers, TheBuiltInOnesAreAtMostAHundredWithGoodExpressions) {
    const auto& providers = builtin_providers();
    EXPECT_LE(providers.size(), most_providers);
    EXPECT_GT(providers.size(), 80U);
    for (const auto& provider : providers)
        for (const auto& text : provider.texts)
            EXPECT_EQ(mta::ExpressionSet::fault(text), "") << provider.name;
}

TEST(Providers, ReadsAllFields) {
    const auto providers = parse(R"(
[[provider]]
name = "ours_1"
title = "Ours"
hosts = ["MX.Ours.example.", "ours.test"]
domains = ["Ours.example"]
texts = ['\bours\b']
postmaster = "https://ours.example/postmaster"
)");
    ASSERT_EQ(providers.size(), 1U);
    EXPECT_EQ(providers[0].name, "ours_1");
    EXPECT_EQ(providers[0].title, "Ours");
    EXPECT_EQ(providers[0].hosts, (std::vector<std::string>{"mx.ours.example", "ours.test"}));
    EXPECT_EQ(providers[0].domains, std::vector<std::string>{"ours.example"});
    EXPECT_EQ(providers[0].texts, std::vector<std::string>{"\\bours\\b"});
    EXPECT_EQ(providers[0].postmaster, "https://ours.example/postmaster");
    EXPECT_EQ(providers[0].line, 2);
}

TEST(Providers, OwnOnesComeFirstAndReplaceThoseOfTheirName) {
    const auto own = parse("[[provider]]\nname = 'b'\ntitle = 'own'\nhosts = ['b.example']");
    const auto others = parse(
        "[[provider]]\nname = 'a'\nhosts = ['a.example']\n[[provider]]\nname = 'b'\nhosts = ['old.example']");
    const auto merged = merge_providers(own, others);
    ASSERT_EQ(merged.size(), 2U);
    EXPECT_EQ(merged[0].title, "own");
    EXPECT_EQ(merged[1].name, "a");
}

TEST(Providers, SaysWhereTheTextIsNoToml) {
    Problems problems;
    EXPECT_TRUE(parse_providers("[[provider]]\nname = 'a'\nhosts = [,]\n", "f", problems).empty());
    ASSERT_EQ(problems.size(), 1U);
    EXPECT_TRUE(problems[0].to_string().starts_with("f:3:10: ")) << problems[0].to_string();
}

TEST(Providers, RefusesWhatIsNone) {
    const std::string good = "[[provider]]\nname = 'a'\nhosts = ['a.example']\n";
    const struct {
        std::string toml;
        const char* problem;
    } rows[] = {
        {"[[provider]]\nhosts = ['a.example']", "f:1:1: \"name\" is missing"},
        {"[[provider]]\nname = 'Gmail'\nhosts = ['a.example']",
         "f:2:8: \"name\" must be 1 to 32 lower case letters, digits and _, not \"Gmail\""},
        {"[[provider]]\nname = ''\nhosts = ['a.example']",
         "f:2:8: \"name\" must be 1 to 32 lower case letters, digits and _, not \"\""},
        {"[[provider]]\nname = 'other'\nhosts = ['a.example']",
         "f:2:8: \"other\" is what all the rest is called: choose another name"},
        {"[[provider]]\nname = 'a'", "f:2:8: neither \"hosts\" nor \"domains\" says how to know it"},
        {"[[provider]]\nname = 'a'\nhosts = 'a.example'", "f:3:9: \"hosts\" must be a list, not a string"},
        {"[[provider]]\nname = 'a'\nhosts = [1]", "f:3:10: \"hosts\" must hold names, not an integer"},
        {"[[provider]]\nname = 'a'\nhosts = ['a.example', 'A.example']",
         "f:3:23: \"hosts\" holds \"a.example\" twice"},
        {good + "title = ''", "f:4:9: \"title\" must have 1 to 60 bytes"},
        {good + "texts = ['']", "f:4:10: \"texts\" holds an empty expression"},
        {good + "postmaster = 'ftp://a'",
         "f:4:14: \"postmaster\" must be an http or https address, not \"ftp://a\""},
        {good + "host = ['b.example']", "f:4:1: unknown key \"host\": did you mean \"hosts\"?"},
        {good + good, "f:5:8: \"name\" is taken: \"a\""},
        {good + "[[provider]]\nname = 'b'\nhosts = ['a.example']",
         "f:5:8: \"a.example\" is a host of \"a\" already"},
        {"[[provider]]\nname = 'a'\ndomains = ['d.example']\n[[provider]]\nname = 'b'\ndomains = "
         "['d.example']",
         "f:5:8: \"d.example\" is a domain of \"a\" already"},
        {"[[providers]]\n", "f:1:3: unknown key \"providers\": did you mean \"provider\"?"},
    };
    for (const auto& row : rows) {
        Problems problems;
        parse_providers(row.toml, "f", problems);
        ASSERT_EQ(problems.size(), 1U) << row.toml;
        EXPECT_EQ(problems.front().to_string(), row.problem);
    }
    std::string many;
    for (int i = 0; i < 101; ++i)
        many += "[[provider]]\nname = 'p" + std::to_string(i) + "'\nhosts = ['p" + std::to_string(i) +
                ".example']\n";
    Problems problems;
    EXPECT_EQ(parse_providers(many, "f", problems).size(), most_providers);
    ASSERT_EQ(problems.size(), 1U);
    EXPECT_EQ(problems.front().message, "more than 100 providers: leave out those whom few write to");
}

}  // namespace
}  // namespace reputed
