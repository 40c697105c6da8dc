#include <gtest/gtest.h>

#include "config/settings.hpp"

namespace reputed {
namespace {

struct Read {
    Settings settings;
    std::string problems;  // "LINE:COLUMN MESSAGE", one a line
};

Read read(const std::string& toml) {
    Problems problems;
    Read out{parse_settings(toml + "[[sender]]\nhostname = \"mail.example.org\"\n", "t.toml", problems), ""};
    for (const auto& problem : problems)
        out.problems += (out.problems.empty() ? "" : "\n") + std::to_string(problem.line) + ':' +
                        std::to_string(problem.column) + ' ' + problem.message;
    return out;
}

TEST(SettingsWeb, WhatMayStandThere) {
    const auto [settings, problems] = read(R"([web]
reload = true
[metrics]
aliases = ["postfix_exporter"]
[[module]]
name = "pool"
domains = ["Example.NET."]
via = "relay.example.net"
keep = "2h"
most_targets = 50
[[module]]
name = "other pool"
)");
    EXPECT_EQ(problems, "");
    EXPECT_TRUE(settings.web.reload);
    EXPECT_EQ(settings.metrics.aliases, std::vector<std::string>{"postfix_exporter"});
    ASSERT_EQ(settings.modules.size(), 2U);
    EXPECT_EQ(settings.modules[0].domains, std::vector<std::string>{"example.net"});
    EXPECT_EQ(settings.modules[0].keep, std::chrono::hours(2));
    EXPECT_EQ(settings.modules[1].most_targets, 10'000);
    const auto shown = show_settings(settings);
    EXPECT_NE(
        shown.find(
            "[metrics]\naliases = [\"postfix_exporter\"]\n\n[[module]]\nname = \"pool\"\n"
            "domains = [\"example.net\"]\nvia = \"relay.example.net\"\nkeep = \"2h\"\nmost_targets = 50\n"),
        std::string::npos)
        << shown;
}

TEST(SettingsWeb, WhatIsWrong) {
    const struct {
        std::string toml;
        std::string problem;
    } rows[] = {
        {"[web]\nreload = \"yes\"\n", R"(2:10 "reload" must be true or false, not a string)"},
        {"[web]\nconfig_file = \"web.yml\"\n", R"(2:15 "web.yml" must be an absolute path)"},
        {"[metrics]\naliases = [\"postfix\"]\n",
         R"(2:12 "postfix" is no exporter whose names are known: did you mean "postfix_exporter"?)"},
        {"[[module]]\ndomains = []\n", R"(1:1 [[module]] needs a "name")"},
        {"[[module]]\nname = \"\"\n", R"(2:8 "name" must have 1 to 100 bytes)"},
        {"[[module]]\nname = \"a\"\n[[module]]\nname = \"a\"\n",
         R"(3:1 [[module]] "a" is there twice: give each a name of its own)"},
        {"[[module]]\nname = \"a\"\nkeep = \"1s\"\n", R"(3:8 "keep" must be between 1m and 30d, not 1s)"},
        {"[[module]]\nname = \"a\"\nmost_targets = 20001\n",
         R"(3:16 "most_targets" must be between 1 and 20000, not 20001)"},
        {"[[module]]\nname = \"a\"\nmost = 1\n",
         R"(3:1 unknown key "most" in [[module]]: did you mean "most_targets"?)"},
        {"module = 1\n", R"(1:10 "module" must be a list of tables, written [[module]], not an integer)"},
    };
    for (const auto& [toml, problem] : rows)
        EXPECT_EQ(read(toml).problems, problem) << toml;
}

}  // namespace
}  // namespace reputed
