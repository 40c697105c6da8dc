#include "config/level_scale.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "config/catalogue.hpp"

// How the levels of a score are read, from the catalogue and from an operator's own lists alike.
namespace reputed {
namespace {

using Lines = std::vector<std::string>;

struct Read {
    std::shared_ptr<const LevelScale> scale;
    Lines problems;
};

Read read(const std::string& lines, const std::string& kind = "ip-score") {
    Problems problems;
    const auto catalogue = Catalogue::parse(
        "[[list]]\nzone = \"score.example\"\nkind = \"" + kind + "\"\nscore_octet = 4\n" + lines, "f",
        problems);
    Read out;
    for (const auto& problem : problems)
        out.problems.push_back(problem.to_string());
    std::sort(out.problems.begin(), out.problems.end());
    if (!catalogue.lists().empty()) out.scale = catalogue.lists().front().scale;
    return out;
}

std::string text_of(const LevelScale& scale) {
    std::string out = scale.code + ' ' + scale.what + (scale.higher_is_better ? " up" : " down");
    const auto number = [](double value) { return std::to_string(static_cast<int>(value * 10)); };
    out += ' ' + number(scale.hysteresis);
    for (const auto& level : scale.levels)
        out += " | " + level.name + ' ' + std::string(to_string(level.severity)) + ' ' + number(level.bound) +
               ' ' + number(level.takes);
    return out;
}

TEST(LevelScale, IsReadAsItStands) {
    struct Row {
        const char* lines;
        const char* scale;  // numbers in tenths
    };
    const Row rows[] = {
        {R"(levels = [{ name = "good", severity = "ok", to = 80 }, { name = "poor", severity = "warning" }])",
         "dnsbl.score score up 0 | good ok 800 0 | poor warning 0 0"},
        {R"(score_name = "sender score"
hysteresis = 2.5
levels = [
  { name = "good", severity = "ok", to = 80.5, takes = 0 },
  { name = "fair", severity = "info", to = 70, takes = 5 },
  { name = "poor", severity = "warning", to = -1, takes = 5 },
  { name = "bad", severity = "critical", takes = 100 },
])",
         "dnsbl.score sender score up 25 | good ok 805 0 | fair info 700 50 | poor warning -10 50 | bad "
         "critical 0 "
         "1000"},
        {R"(higher_is_better = false
levels = [{ name = "low", severity = "ok", to = 1 }, { name = "mid", severity = "info", to = 2 },
  { name = "high", severity = "critical" }])",
         "dnsbl.score score down 0 | low ok 10 0 | mid info 20 0 | high critical 0 0"},
    };
    for (const auto& row : rows) {
        const auto [scale, problems] = read(row.lines);
        EXPECT_EQ(problems, Lines{}) << row.lines;
        ASSERT_NE(scale, nullptr) << row.lines;
        EXPECT_EQ(text_of(*scale), row.scale);
    }
    EXPECT_EQ(read("").scale, nullptr) << "no levels: the number is only shown";
}

TEST(LevelScale, SaysWhatIsWrongAndWhere) {
    struct Row {
        const char* line;  // the fifth
        const char* message;
    };
    const Row rows[] = {
        {"hysteresis = 3", "5:14: \"hysteresis\" says nothing without \"levels\""},
        {"higher_is_better = false", "5:20: \"higher_is_better\" says nothing without \"levels\""},
        {"score_name = \"grade\"", "5:14: \"score_name\" says nothing without \"levels\""},
        {"levels = 3", "5:10: \"levels\" must be a list, not an integer"},
        {"levels = []", "5:10: \"levels\" must hold two levels or more, from best to worst"},
        {"levels = [3]", "5:11: \"levels\" must hold tables, not an integer"},
        {"levels = [{ name = \"good\", severity = \"ok\" }]",
         "5:10: \"levels\" must hold two levels or more, from best to worst"},
        {"levels = [{ severity = \"ok\", to = 8 }, { name = \"b\", severity = \"info\" }]",
         "5:11: \"name\" is missing"},
        {"levels = [{ name = \"\", severity = \"ok\", to = 8 }, { name = \"b\", severity = \"info\" }]",
         "5:20: \"name\" is empty"},
        {"levels = [{ name = \"a\", to = 8 }, { name = \"b\", severity = \"info\" }]",
         "5:11: \"severity\" is missing"},
        {"levels = [{ name = \"a\", severity = \"bad\", to = 8 }, { name = \"b\", severity = \"info\" }]",
         "5:36: \"severity\" must be one of ok, info, warning, critical, not \"bad\""},
        {"levels = [{ name = \"a\", severity = \"unknown\", to = 8 }, { name = \"b\", severity = \"info\" }]",
         "5:36: \"severity\" must be one of ok, info, warning, critical, not \"unknown\""},
        {"levels = [{ name = \"a\", severity = \"info\", to = 8 }, { name = \"b\", severity = \"warning\" }]",
         "5:36: \"severity\" of the first level must be \"ok\""},
        {"levels = [{ name = \"a\", severity = \"ok\", to = 8 }, { name = \"b\", severity = \"ok\" }]",
         "5:77: \"severity\" must be worse than \"ok\", that of the level before"},
        {"levels = [{ name = \"a\", severity = \"ok\", to = 8 }, { name = \"a\", severity = \"info\" }]",
         "5:61: \"name\" is that of another level: \"a\""},
        {"levels = [{ name = \"a\", severity = \"ok\" }, { name = \"b\", severity = \"info\" }]",
         "5:11: \"to\" is missing"},
        {"levels = [{ name = \"a\", severity = \"ok\", to = 8 }, { name = \"b\", severity = \"info\", to = 1 "
         "}]",
         "5:90: \"to\" is not for the last level, which has no end"},
        {"levels = [{ name = \"a\", severity = \"ok\", to = \"8\" }, { name = \"b\", severity = \"info\" }]",
         "5:47: \"to\" must be a number, -1000000 to 1000000"},
        {"levels = [{ name = \"a\", severity = \"ok\", to = nan }, { name = \"b\", severity = \"info\" }]",
         "5:47: \"to\" must be a number, -1000000 to 1000000"},
        {"levels = [{ name = \"a\", severity = \"ok\", to = 8, takes = 101 }, { name = \"b\", severity = "
         "\"info\" }]",
         "5:58: \"takes\" must be a number, 0 to 100"},
        {"levels = [{ name = \"a\", severity = \"ok\", to = 8, takes = 2 }, { name = \"b\", severity = "
         "\"info\" }]",
         "5:63: \"takes\" must not be less than 2, that of the level before"},
        {"levels = [{ name = \"a\", severity = \"ok\", to = 8, up = 8 }, { name = \"b\", severity = \"info\" "
         "}]",
         "5:50: unknown key \"up\""},
        {"hysteresis = -1\nlevels = [{ name = \"a\", severity = \"ok\", to = 8 }, { name = \"b\", severity = "
         "\"info\" }]",
         "5:14: \"hysteresis\" must be a number, 0 to 1000000"},
        {"score_name = \"\"\nlevels = [{ name = \"a\", severity = \"ok\", to = 8 }, { name = \"b\", severity "
         "= \"info\" }]",
         "5:14: \"score_name\" is empty"},
    };
    for (const auto& row : rows) {
        const auto [scale, problems] = read(row.line);
        EXPECT_EQ(scale, nullptr) << row.line;
        ASSERT_FALSE(problems.empty()) << row.line;
        EXPECT_EQ(problems.front(), std::string("f:") + row.message) << row.line;
    }
}

TEST(LevelScale, BoundsStandInOrder) {
    struct Row {
        bool higher_is_better;
        const char* first;
        const char* second;
        const char* message;  // "" = none
    };
    const Row rows[] = {
        {true, "80", "70", ""},
        {true, "80", "80", "f:6:91: \"to\" must be below 80, that of the level before"},
        {true, "70", "80.5", "f:6:91: \"to\" must be below 70, that of the level before"},
        {false, "70", "80", ""},
        {false, "80", "80", "f:6:91: \"to\" must be above 80, that of the level before"},
        {false, "80", "70", "f:6:91: \"to\" must be above 80, that of the level before"},
    };
    for (const auto& row : rows) {
        const auto problems =
            read(std::string("higher_is_better = ") + (row.higher_is_better ? "true" : "false") +
                 "\nlevels = [{ name = \"a\", severity = \"ok\", to = " + row.first +
                 " }, { name = \"b\", severity = \"info\", to = " + row.second +
                 " }, { name = \"c\", severity = \"critical\" }]")
                .problems;
        EXPECT_EQ(problems, row.message[0] == '\0' ? Lines{} : Lines{row.message}) << row.first << row.second;
    }
}

TEST(LevelScale, IsForScoreListsAlone) {
    const std::string levels =
        R"(levels = [{ name = "a", severity = "ok", to = 8 }, { name = "b", severity = "info" }])";
    for (const auto* kind : {"ip-blocklist", "ip-allowlist", "domain-blocklist", "domain-allowlist"})
        EXPECT_EQ(read(levels, kind).problems, (Lines{"f:4:15: \"score_octet\" is for lists of kind ip-score",
                                                      "f:5:10: \"levels\" is for lists of kind ip-score"}))
            << kind;
}

TEST(LevelScale, ScopeIsForBlocklistsOfAddresses) {
    const auto parse = [](const std::string& kind, const std::string& scope) {
        Problems problems;
        const auto catalogue = Catalogue::parse(
            "[[list]]\nzone = \"bl.example\"\nkind = \"" + kind + "\"\nscope = \"" + scope + '"', "f",
            problems);
        return problems.empty() ? std::string(to_string(catalogue.lists().at(0).scope))
                                : problems.front().to_string();
    };
    for (const auto scope : list_scope_names)
        EXPECT_EQ(parse("ip-blocklist", std::string(scope)), scope);
    EXPECT_EQ(parse("ip-blocklist", "net"),
              "f:4:9: \"scope\" must be one of address, network, provider, not \"net\"");
    for (const auto* kind : {"ip-allowlist", "ip-score", "domain-blocklist"})
        EXPECT_EQ(parse(kind, "network"), "f:4:9: \"scope\" is for lists of kind ip-blocklist") << kind;
    EXPECT_FALSE(parse_list_scope(""));
}

}  // namespace
}  // namespace reputed
