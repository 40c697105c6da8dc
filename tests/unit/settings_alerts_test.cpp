#include <gtest/gtest.h>

#include "config/settings.hpp"

namespace reputed {
namespace {

using namespace std::chrono_literals;

struct Read {
    Settings settings;
    std::string problems;  // "LINE:COLUMN MESSAGE", one a line
};

Read read(std::string_view toml) {
    Problems problems;
    Read out{parse_settings(toml, "t.toml", problems), ""};
    for (const auto& problem : problems)
        out.problems += (out.problems.empty() ? "" : "\n") + std::to_string(problem.line) + ':' +
                        std::to_string(problem.column) + ' ' + problem.message;
    return out;
}

constexpr std::string_view sender = "[[sender]]\nhostname = \"mail.example.org\"\n";

TEST(SettingsAlerts, WhatMayStandThere) {
    const auto [settings, problems] = read(std::string(sender) + R"(
[alerts]
confirm = 3
confirm_after = "30s"
unknown_after = "1h"
flap_count = 5
notify_initial = false
[[severity]]
code = "dnsbl.listed"
list = "DNSBL-3.uceprotect.net"
severity = "ok"
[[mute]]
sender = "mail.example.org"
until = 2027-01-31
reason = "removal requested"
[[mute]]
code = "ptr.generic"
until = 2027-01-31T12:00:00+01:00
[[mute]]
code = "ptr.missing"
until = 9999-12-31
[[mute]]
code = "ptr.multiple"
until = 0001-01-01T00:00:00Z
[store]
path = "/var/tmp/x.db"
retention = "30d"
max_size = 64
)");
    EXPECT_EQ(problems, "");
    EXPECT_EQ(settings.alerts.confirm, 3);
    EXPECT_EQ(settings.alerts.confirm_after, 30s);
    EXPECT_FALSE(settings.alerts.notify_initial);
    ASSERT_EQ(settings.severities.size(), 1U);
    EXPECT_EQ(settings.severities[0].object, "dnsbl-3.uceprotect.net");
    EXPECT_EQ(settings.severities[0].severity, Severity::ok);
    ASSERT_EQ(settings.mutes.size(), 4U);
    using std::chrono::sys_days;
    using namespace std::chrono;
    EXPECT_EQ(settings.mutes[0].until, sys_days(2027y / 2 / 1)) << "the whole last day";
    EXPECT_EQ(settings.mutes[1].until, sys_days(2027y / 1 / 31) + 11h);
    EXPECT_EQ(settings.mutes[2].until, sys_days(2262y / 1 / 1)) << "for good";
    EXPECT_EQ(settings.mutes[3].until, sys_days(1970y / 1 / 1)) << "over";
    EXPECT_EQ(settings.store.max_size, 64);
}

TEST(SettingsAlerts, WhatMayNot) {
    struct Row {
        const char* toml;
        const char* problem;
    };
    const Row rows[] = {
        {"[alerts]\nconfirm = 0", R"(4:11 "confirm" must be between 1 and 10, not 0)"},
        {"[alerts]\nconfirm_after = \"500ms\"",
         R"(4:17 "confirm_after" must be between 1s and 1d in whole seconds, not 500ms)"},
        {"[alerts]\nnotify_initial = 1", R"(4:18 "notify_initial" must be true or false, not an integer)"},
        {"[alerts]\nconfirms = 1", R"(4:1 unknown key "confirms" in [alerts]: did you mean "confirm"?)"},
        {"[[severity]]\nseverity = \"info\"",
         "3:1 [[severity]] would change every finding: give it code, subject or list"},
        {"[[severity]]\ncode = \"dnsbl.listed\"", R"(3:1 [[severity]] needs a "severity")"},
        {"[[severity]]\ncode = \"dnsbl.listed\"\nseverity = \"warn\"",
         R"(5:12 "warn" is no severity: did you mean "warning"?)"},
        {"[[severity]]\ncode = \"listed\"\nseverity = \"info\"",
         R"(4:8 "listed" is no code of a finding: write it like "dnsbl.listed")"},
        {"[[mute]]\nuntil = 2027-01-31", "3:1 [[mute]] would mute everything: give it sender, list or code"},
        {"[[mute]]\ncode = \"ptr.generic\"\nuntil = \"tomorrow\"",
         R"(5:9 "until" must be a date such as 2027-01-31 or a time such as 2027-01-31T12:00:00Z, not a string)"},
        {"[mute]\ncode = \"ptr.generic\"",
         R"(3:1 "mute" must be a list of tables, written [[mute]], not a table)"},
        {"[store]\npath = \"reputed.db\"", R"(4:8 "reputed.db" must be an absolute path)"},
    };
    for (const auto& row : rows)
        EXPECT_EQ(read(std::string(sender) + row.toml).problems, row.problem) << row.toml;
}

TEST(SettingsAlerts, WhatIsShownReadsTheSame) {
    const std::string toml = std::string(sender) +
                             "[alerts]\ncalm = \"2h\"\n[[mute]]\ncode = \"ptr.generic\"\nuntil = 2027-01-31\n"
                             "[[severity]]\nlist = \"x.test\"\nseverity = \"info\"\n";
    const auto first = read(toml);
    const std::string shown = show_settings(first.settings);
    const auto second = read(shown);
    EXPECT_EQ(second.problems, "") << shown;
    EXPECT_EQ(show_settings(second.settings), shown);
    EXPECT_EQ(second.settings.mutes.at(0).until, first.settings.mutes.at(0).until);
    EXPECT_EQ(second.settings.alerts.calm, 2h);
}

}  // namespace
}  // namespace reputed
