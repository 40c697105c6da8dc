#include "config/bounce_rules.hpp"

#include <set>

#include <gtest/gtest.h>

#include "checks/mta/reply/load_classifier.hpp"
#include "config/catalogue.hpp"

namespace reputed {
namespace {

TEST(BounceRules, EachBuiltInExampleIsDecidedByItsRule) {
    Problems problems;
    const auto& rules = builtin_bounces();
    EXPECT_GT(rules.rules.size(), 100U);
    mta::check_rules(rules, rules.rules.size(), mta::Classifier::builtin(), "bounces.toml", problems);
    for (const auto& problem : problems)
        ADD_FAILURE() << problem.to_string();
}

TEST(BounceRules, EveryClassHasARule) {
    std::set<ReplyClass> classes;
    for (const auto& rule : builtin_bounces().rules)
        classes.insert(rule.reply_class);
    EXPECT_EQ(classes.size(), reply_class_count);
}

TEST(BounceRules, ListsAreOfTheCatalogue) {
    const auto& catalogue = Catalogue::builtin();
    for (const auto& words : builtin_bounces().lists)
        EXPECT_TRUE(catalogue.find(words.name) != nullptr || catalogue.find_dead(words.name) != nullptr)
            << words.name;
}

TEST(BounceRules, ReadsAllConditions) {
    Problems problems;
    const auto read = parse_bounces(R"(
[[rule]]
class = "auth_failed"
hard = false
provider = ["gmail", "outlook"]
smtp = ["550", "42", "5"]
dsn = ["5.7.26", "5.7", "4", ".7.26", ".1"]
text = ["one", "two"]
example = "550 one"
example_provider = "gmail"

[[list]]
name = "zen.spamhaus.org"
text = "spamhaus"
)",
                                    "f", problems);
    ASSERT_TRUE(problems.empty()) << problems.front().to_string();
    ASSERT_EQ(read.rules.size(), 1U);
    const auto& rule = read.rules.front();
    EXPECT_EQ(rule.reply_class, ReplyClass::auth_failed);
    EXPECT_EQ(rule.hard, false);
    EXPECT_EQ(rule.provider, (std::vector<std::string>{"gmail", "outlook"}));
    EXPECT_EQ(rule.smtp, (std::vector<std::string>{"550", "42", "5"}));
    EXPECT_EQ(rule.dsn, (std::vector<std::string>{"5.7.26", "5.7", "4", ".7.26", ".1"}));
    EXPECT_EQ(rule.text, "one|two");
    EXPECT_EQ(rule.example, "550 one");
    EXPECT_EQ(rule.example_provider, "gmail");
    EXPECT_EQ(rule.line, 2);
    ASSERT_EQ(read.lists.size(), 1U);
    EXPECT_EQ(read.lists.front().name, "zen.spamhaus.org");
}

TEST(BounceRules, RefusesWhatIsNoRule) {
    const std::string rule = "[[rule]]\nclass = 'content'\nexample = '550 x'\n";
    const struct {
        std::string toml;
        const char* problem;
    } rows[] = {
        {"rule = 1", "f:1:8: \"rule\" must be a list, not an integer"},
        {"[[rules]]\n", "f:1:3: unknown key \"rules\": did you mean \"rule\"?"},
        {"[[rule]]\nclass = 'contents'\nexample = 'x'\ntext = 'x'",
         "f:2:9: \"contents\" is no class: did you mean \"content\"?"},
        {"[[rule]]\nexample = 'x'\ntext = 'x'", "f:1:1: \"class\" is missing"},
        {"[[rule]]\nclass = 'content'\ntext = 'x'", "f:1:1: \"example\" is missing"},
        {"[[rule]]\nclass = 'content'\ntext = 'x'\nexample = ''",
         "f:4:11: \"example\" is empty: write a reply that this rule decides"},
        {rule, "f:2:9: a rule needs \"smtp\", \"dsn\" or \"text\", or it would decide everything"},
        {rule + "text = ''", "f:4:8: \"text\" is empty: leave it out"},
        {rule + "text = []", "f:4:8: \"text\" is empty: leave it out"},
        {rule + "text = ['']", "f:4:9: \"text\" holds an empty expression"},
        {rule + "text = 5", "f:4:8: \"text\" must be a string, not an integer"},
        {rule + "text = '" + std::string(4001, 'x') + "'",
         "f:4:8: \"text\" is longer than 4000 bytes: write several rules"},
        {rule + "smtp = ['5500']",
         "f:4:9: \"5500\" is no reply code such as \"550\" nor the beginning of one"},
        {rule + "smtp = ['650']", "f:4:9: \"650\" is no reply code such as \"550\" nor the beginning of one"},
        {rule + "smtp = [550]", "f:4:9: \"smtp\" must hold strings, not an integer"},
        {rule + "smtp = []", "f:4:8: \"smtp\" is empty: leave it out"},
        {rule + "dsn = ['5.7.1.1']",
         "f:4:8: \"5.7.1.1\" is no enhanced code such as \"5.7.26\", \"5.7\" or \".7.26\""},
        {rule + "dsn = ['3.7']",
         "f:4:8: \"3.7\" is no enhanced code such as \"5.7.26\", \"5.7\" or \".7.26\""},
        {rule + "text = 'x'\nhard = 'yes'", "f:5:8: \"hard\" must be true or false, not a string"},
        {rule + "text = 'x'\nprovider = ['']", "f:5:13: \"\" is no name of a provider"},
        {rule + "text = 'x'\nsmpt = ['5']", "f:5:1: unknown key \"smpt\": did you mean \"smtp\"?"},
        {"[[list]]\nname = 'nowhere.example'\ntext = 'x'",
         "f:2:8: \"nowhere.example\" is no list of the catalogue: see reputed lists"},
        {"[[list]]\nname = 'bl.spamcop.net'", "f:1:1: \"text\" is missing"},
    };
    for (const auto& row : rows) {
        Problems problems;
        parse_bounces(row.toml, "f", problems);
        ASSERT_EQ(problems.size(), 1U) << row.toml.substr(0, 100);
        EXPECT_EQ(problems.front().to_string(), row.problem);
    }
    Problems problems;
    parse_bounces("[[rule]\n", "f", problems);
    ASSERT_EQ(problems.size(), 1U);
    EXPECT_EQ(problems.front().line, 1U);
}

TEST(BounceRules, DsnPatternsAreCodesAndTheirBeginnings) {
    for (const auto* good : {"5", "4.7", "5.7.26", "2.0.0", ".7", ".7.26", "5.7.606"})
        EXPECT_TRUE(DsnPattern::parse(good)) << good;
    for (const auto* bad :
         {"", ".", "5.", "5.7.", "3", "5..1", "5.7.1234", "x", "5.x", "5.7.1.1", "-5", "5.-7", ".7."})
        EXPECT_FALSE(DsnPattern::parse(bad)) << bad;
}

}  // namespace
}  // namespace reputed
