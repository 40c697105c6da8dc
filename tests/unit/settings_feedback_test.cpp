#include <gtest/gtest.h>

#include "tests/support/fake_sources.hpp"

namespace reputed {
namespace {

FakeSources sources() {
    FakeSources fake;
    fake.files = {{"/k", {"s3cret\n", ""}}, {"/u", {"https://scores.test/s3cret/{ip}\n", ""}}};
    fake.variables = {{"TOKEN", "s3cret"}};
    fake.machine = {"mail.example.org", "the system", {*IpAddress::parse("8.8.4.4")}};
    return fake;
}

Settings parse(const std::string& text, Problems& problems) {
    const auto fake = sources();
    return parse_settings(text, "f", fake.sources(), problems);
}

const std::string full = R"([[feedback]]
name = "snds"
kind = "snds"
key = { file = "/k" }
interval = "3h"
[[feedback]]
name = "gmail"
kind = "postmaster"
client_id = { env = "TOKEN" }
client_secret = { file = "/k" }
refresh_token = { file = "/k" }
domains = ["Example.ORG"]
timeout = "20s"
[[feedback]]
name = "abuse"
kind = "abuseipdb"
key = { env = "TOKEN" }
url = "http://127.0.0.1:8080/api"
[[feedback]]
name = "scores"
kind = "json"
url = { file = "/u" }
headers = { "X-Api-Key" = { file = "/k" }, Accept = "text/json" }
day_pointer = "/day"
ca_file = "/ca.pem"
values = [
  { pointer = "/a/0", metric = "score", hysteresis = 3, levels = [
    { name = "good", severity = "ok", to = 80 }, { name = "fair", severity = "info", to = 70.5, takes = 5 },
    { name = "bad", severity = "critical", takes = 20 } ] },
  { pointer = "/b", metric = "complaint_ratio", factor = 0.01, higher_is_better = false, levels = [
    { name = "few", severity = "ok", to = 0.003 }, { name = "many", severity = "warning" } ] },
  { pointer = "", metric = "n" },
]
)";

TEST(SettingsFeedback, ReadsEachKind) {
    Problems problems;
    const auto settings = parse(full, problems);
    for (const auto& problem : problems)
        ADD_FAILURE() << problem.to_string();
    ASSERT_EQ(settings.feedback.size(), 4U);
    const auto& snds = settings.feedback[0];
    EXPECT_EQ(snds.kind, FeedbackSettings::Kind::snds);
    EXPECT_EQ(snds.key.value, "s3cret");
    EXPECT_EQ(snds.interval, std::chrono::hours(3));
    EXPECT_EQ(settings.feedback[1].domains, std::vector<std::string>{"example.org"});
    EXPECT_EQ(settings.feedback[1].timeout, std::chrono::seconds(20));
    EXPECT_EQ(settings.feedback[2].url.value, "http://127.0.0.1:8080/api");
    const auto& json = settings.feedback[3];
    EXPECT_EQ(json.url.value, "https://scores.test/s3cret/{ip}");
    EXPECT_EQ(json.headers.at("X-Api-Key").value, "s3cret");
    EXPECT_EQ(json.headers.at("Accept").value, "text/json");
    ASSERT_EQ(json.values.size(), 3U);
    const auto& scale = *json.values[0].scale;
    EXPECT_TRUE(scale.higher_is_better);
    EXPECT_EQ(scale.hysteresis, 3);
    ASSERT_EQ(scale.levels.size(), 3U);
    EXPECT_EQ(scale.levels[1].bound, 70.5);
    EXPECT_EQ(scale.levels[1].takes, 5);
    EXPECT_EQ(scale.levels[2].severity, Severity::critical);
    EXPECT_FALSE(json.values[1].scale->higher_is_better);
    EXPECT_EQ(json.values[1].factor, 0.01);
    EXPECT_EQ(json.values[2].scale, nullptr);
}

TEST(SettingsFeedback, ShowsNoSecretAndReadsBack) {
    Problems problems;
    const auto shown = show_settings(parse(full, problems));
    EXPECT_EQ(shown.find("s3cret"), std::string::npos) << shown;
    auto without_comment = shown;
    const std::string comment = "  # without its path, which may be a secret";
    ASSERT_NE(without_comment.find(comment), std::string::npos);
    without_comment.erase(without_comment.find(comment), comment.size());
    const auto again = show_settings(parse(shown, problems));
    for (const auto& problem : problems)
        ADD_FAILURE() << problem.to_string() << '\n' << shown;
    EXPECT_EQ(again, without_comment);
    for (const std::string line :
         {"key = { file = \"/k\" }", "client_id = { env = \"TOKEN\" }", "day_pointer = \"/day\"",
          "headers = { \"Accept\" = \"text/json\", \"X-Api-Key\" = { file = \"/k\" } }",
          "ca_file = \"/ca.pem\"",
          "url = \"http://127.0.0.1:8080\"  # without its path, which may be a secret"})
        EXPECT_NE(show_settings(parse(full, problems)).find(line), std::string::npos) << line << '\n'
                                                                                      << shown;
}

TEST(SettingsFeedback, SaysWhatIsWrong) {
    const std::string snds = "[[feedback]]\nname = \"a\"\nkind = \"snds\"\nkey = { file = \"/k\" }\n";
    const std::string json = "[[feedback]]\nname = \"a\"\nkind = \"json\"\nurl = \"https://h.test/{ip}\"\n";
    const std::string number = "values = [{ pointer = \"/a\", metric = \"a\"";
    const auto levels = [&](const std::string& text) {
        return json + number + ", levels = [" + text + "] }]";
    };
    const struct {
        std::string text, expected;
    } rows[] = {
        {"[feedback]", "f:1:1: there may be several sources: write [[feedback]], not [feedback]"},
        {"feedback = 3",
         "f:1:12: \"feedback\" must be a list of tables, written [[feedback]], not an integer"},
        {"[[feedback]]", "f:1:1: [[feedback]] needs a \"name\"\nf:1:1: [[feedback]] needs a \"kind\""},
        {"[[feedback]]\nname = \"a b\"\nkind = \"sdns\"",
         "f:2:8: \"a b\" is no name for a source: write 1 to 63 letters, digits, '.', '_' and '-'\n"
         "f:3:8: \"sdns\" is no kind of source: did you mean \"snds\"?"},
        {"[[feedback]]\nname = \"a\"\nkind = \"snds\"", "f:1:1: [[feedback]] needs a \"key\""},
        {"[[feedback]]\nname = \"a\"\nkind = \"snds\"\nkey = \"s3cret\"",
         "f:4:7: \"key\" must not stand in the configuration: put it into a file and write { file = "
         "\"/etc/reputed/NAME\" }, or { env = \"VARIABLE\" }"},
        {snds + "keys = 1", "f:5:1: unknown key \"keys\" in [[feedback]]: did you mean \"key\"?"},
        {snds + "interval = \"59s\"", "f:5:12: \"interval\" must be between 1m and 7d, not 59s"},
        {snds + "headers = {}\nvalues = []",
         "f:5:1: \"headers\" is a key of the kind json, not of this one\n"
         "f:6:1: \"values\" is a key of the kind json, not of this one\n"
         "f:6:10: \"values\" needs 1 to 50 tables"},
        {snds + "url = \"https://h.test/{ip}\"", "f:5:1: {ip} and {domain} are for the kind json"},
        {snds + "url = \"http://h.test/\"",
         "f:5:7: \"url\" must begin with https://: over http:// anybody on the way could read and change "
         "what it tells"},
        {snds + "url = \"https://u:s3cret@h.test/\"",
         "f:5:7: \"url\" must begin with https:// and a host, without a user name"},
        {snds + snds.substr(0),
         "f:5:1: two sources of feedback are called \"a\": give each a name of its own"},
        {"[[feedback]]\nname = \"a\"\nkind = \"postmaster\"",
         "f:1:1: [[feedback]] needs a \"client_id\"\nf:1:1: [[feedback]] needs a \"client_secret\"\n"
         "f:1:1: [[feedback]] needs a \"refresh_token\""},
        {"[[feedback]]\nname = \"a\"\nkind = \"json\"",
         "f:1:1: [[feedback]] needs a \"url\"\nf:1:1: [[feedback]] needs a \"values\""},
        {json + number +
             " }]\nheaders = { \"X Y\" = { file = \"/k\" }, Host = { file = \"/k\" }, Y = \"s3cret\" }",
         "f:6:13: \"X Y\" is no name of a header\nf:6:38: \"Host\" is a header that the agent sets itself\n"
         "f:6:66: \"Y\" must not stand in the configuration: put it into a file and write { file = "
         "\"/etc/reputed/NAME\" }, or { env = \"VARIABLE\" }"},
        {json + number + " }]\nday_pointer = \"day\"",
         "f:6:15: \"day\" is no JSON pointer: write it like \"/data/0/score\""},
        {json + "values = [{ pointer = \"/a~2\", metric = \"A\" }]",
         "f:5:23: \"/a~2\" is no JSON pointer: write it like \"/data/0/score\"\n"
         "f:5:40: \"A\" is no name for a metric: write up to 63 of a to z, 0 to 9 and '_', a letter first"},
        {json + "values = [{ pointer = \"/a\" }, 3]",
         "f:5:11: an entry of \"values\" needs a \"pointer\" and a \"metric\"\n"
         "f:5:31: \"values\" must be a list of tables, not an integer"},
        {json + number + ", factor = 0, hysteresis = 1 }]",
         "f:5:52: \"factor\" must not be 0\nf:5:55: \"hysteresis\" is of no use without \"levels\""},
        {json + number + ", factor = nan, level = 1 }]",
         "f:5:52: \"factor\" is out of bounds\nf:5:57: unknown key \"level\" in an entry of \"values\": did "
         "you mean "
         "\"levels\"?"},
        {levels("{ name = \"a\", severity = \"ok\" }"),
         "f:5:52: \"levels\" needs at least two, from best to worst"},
        {levels("{ name = \"a\", severity = \"ok\" }, { name = \"b\", severity = \"info\" }"),
         "f:5:52: the level \"a\" needs a \"to\": only the last one has no end"},
        {levels("{ name = \"a\", severity = \"ok\", to = 1 }, { name = \"b\", severity = \"info\", to = 0 }"),
         "f:5:52: the level \"b\" is the last one and has no \"to\""},
        {levels("{ name = \"a\", severity = \"info\", to = 1 }, { name = \"b\", severity = \"ok\" }"),
         "f:5:52: the level \"b\" must be more severe than the one before"},
        {levels("{ name = \"a\", severity = \"ok\", to = 1 }, { name = \"b\", severity = \"info\", to = 2 }, "
                "{ name = "
                "\"c\", severity = \"critical\" }"),
         "f:5:52: the bound of the level \"b\" must be lower than that of the one before, since "
         "\"higher_is_better\" "
         "is true"},
        {levels("{ name = \"a\", severity = \"fatal\", to = 1, takes = 101 }"),
         "f:5:78: \"fatal\" is no severity: write ok, info, warning or critical"},
        {levels("{ name = \"a\", severity = \"ok\", to = 1, takes = 101 }, { name = \"b\", severity = "
                "\"info\" }"),
         "f:5:100: \"takes\" is out of bounds"},
    };
    for (const auto& row : rows) {
        Problems problems;
        parse(row.text, problems);
        std::string said;
        for (const auto& problem : problems)
            said += (said.empty() ? "" : "\n") + problem.to_string();
        EXPECT_EQ(said, row.expected) << row.text;
        EXPECT_EQ(said.find("s3cret"), std::string::npos);
    }
}

}  // namespace
}  // namespace reputed
