#include <gtest/gtest.h>

#include "config/budget_owner.hpp"
#include "config/settings.hpp"

namespace reputed {
namespace {

struct Read {
    Settings settings;
    std::string problems;  // "LINE:COLUMN MESSAGE", one a line
};

Read read(const std::string& toml) {
    Problems problems;
    Read out{parse_settings("[[sender]]\nhostname = \"mail.example.org\"\n" + toml, "t.toml", problems), ""};
    for (const auto& problem : problems)
        out.problems += (out.problems.empty() ? "" : "\n") + std::to_string(problem.line) + ':' +
                        std::to_string(problem.column) + ' ' + problem.message;
    return out;
}

TEST(SettingsBudgets, WhatMayStandThere) {
    const auto [settings, problems] = read(R"([budgets]
"The Spamhaus Project" = { per_day = 1000000, per_second = 50 }
spfbl = { per_second = 2.5 }
Mailspike = { per_day = 0 }
)");
    EXPECT_EQ(problems, "");
    EXPECT_TRUE(settings.remarks.empty());
    ASSERT_EQ(settings.budgets.size(), 3U);
    EXPECT_EQ(settings.budgets[0].owner, "Mailspike");
    EXPECT_EQ(settings.budgets[0].per_day, 0U);
    EXPECT_FALSE(settings.budgets[0].per_second);
    EXPECT_EQ(settings.budgets[1].per_day, 1'000'000U);
    EXPECT_EQ(settings.budgets[1].per_second, 50);
    EXPECT_EQ(settings.budgets[2].owner, "SPFBL") << "as the catalogue spells it";
    EXPECT_EQ(settings.budgets[2].per_second, 2.5);
    const auto shown = show_settings(settings);
    EXPECT_NE(shown.find("[budgets]\n"
                         "\"Mailspike\" = { per_day = 0 }\n"
                         "\"The Spamhaus Project\" = { per_day = 1000000, per_second = 50 }\n"
                         "\"SPFBL\" = { per_second = 2.5 }\n"),
              std::string::npos)
        << shown;
}

TEST(SettingsBudgets, WhatIsWrong) {
    const struct {
        std::string toml;
        std::string problem;
    } rows[] = {
        {"budgets = 5", R"(1:1 )"},
        {"[budgets]\nMailspike = 5",
         R"(4:13 "Mailspike" must be a table such as { per_day = 100000, per_second = 10 }, not an integer)"},
        {"[budgets]\nMailspike = {}",
         R"(4:13 "Mailspike" under [budgets] says nothing: write per_day or per_second)"},
        {"[budgets]\nMailspike = { per_day = -1 }", R"(4:25 "per_day" must be 0 to 1000000000000, not -1)"},
        {"[budgets]\nMailspike = { per_day = \"many\" }",
         R"(4:25 "per_day" must be an integer, not a string)"},
        {"[budgets]\nMailspike = { per_day = 1.5 }",
         R"(4:25 "per_day" must be an integer, not a decimal number)"},
        {"[budgets]\nMailspike = { per_second = -0.1 }", R"(4:28 "per_second" must be 0 to 1000000)"},
        {"[budgets]\nMailspike = { per_second = nan }", R"(4:28 "per_second" must be 0 to 1000000)"},
        {"[budgets]\nMailspike = { per_second = true }",
         R"(4:28 "per_second" must be a number, not a boolean)"},
        {"[budgets]\nMailspike = { perday = 5 }",
         R"(4:15 unknown key "perday" in [budgets]: did you mean "per_day"?)"},
        {"[budgets]\nMailspike = { per_day = 1 }\nmailSpike = { per_day = 1 }",
         R"(5:1 "mailSpike" and "Mailspike" under [budgets] are the same: keep one)"},
    };
    for (const auto& row : rows) {
        if (row.toml == "budgets = 5") {
            Problems problems;
            parse_settings(row.toml, "t", problems);
            ASSERT_EQ(problems.size(), 1U);
            EXPECT_EQ(problems[0].message, R"("budgets" must be a table, written [budgets], not an integer)");
            continue;
        }
        EXPECT_EQ(read(row.toml).problems, row.problem) << row.toml;
    }
}

TEST(SettingsBudgets, AnUnknownOwnerIsARemark) {
    const struct {
        std::string owner;
        std::string remark;
    } rows[] = {
        {"Mailspkie",
         R"("Mailspkie" under [budgets] is no operator of lists that is known: did you mean "Mailspike"?)"},
        {"nordspam",
         R"("nordspam" under [budgets] is no operator of lists that is known: did you mean "The NordSpam Project"?)"},
        {"nobody at all",
         "\"nobody at all\" under [budgets] is no operator of lists that is known, so that it limits "
         "nothing: `reputed lists --format json` names them"},
    };
    for (const auto& row : rows) {
        const auto [settings, problems] = read("[budgets]\n\"" + row.owner + "\" = { per_day = 5 }\n");
        EXPECT_EQ(problems, "");
        EXPECT_EQ(settings.remarks, std::vector<std::string>{row.remark});
    }
}

TEST(SettingsBudgets, OwnListsHaveOwners) {
    const auto [settings, problems] = read(R"([dnsbl]
include = ["bl.one.example.net"]
[[dnsbl.list]]
zone = "bl.two.example.net"
kind = "ip-blocklist"
operator = "Two"
[budgets]
"example.net" = { per_day = 5 }
Two = { per_day = 5 }
)");
    EXPECT_EQ(problems, "");
    EXPECT_TRUE(settings.remarks.empty());
    List list;
    list.name = "bl.one.example.net";
    EXPECT_EQ(budget_owner(list), "example.net");
    list.operator_name = "One";
    EXPECT_EQ(budget_owner(list), "One");
    list = {};
    list.name = "localhost";
    EXPECT_EQ(budget_owner(list), "localhost");
}

}  // namespace
}  // namespace reputed
