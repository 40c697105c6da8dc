#include <gtest/gtest.h>

#include "tests/support/fake_sources.hpp"

namespace reputed {
namespace {

FakeSources sources() {
    FakeSources fake;
    fake.files = {{"/etc/reputed/url", {"https://hooks.example/T0/s3cret\n", ""}},
                  {"/etc/reputed/secret", {"s3cret\n", ""}},
                  {"/etc/reputed/two", {"s3cret\nmore", ""}},
                  {"/etc/reputed/none", {"\n", ""}},
                  {"/etc/reputed/t", {"{\"t\": \"{{title}}\"}", ""}},
                  {"/etc/reputed/bad", {"x\n {{titel}}", ""}}};
    fake.variables = {{"TOKEN", "s3cret"}};
    fake.machine = {"mail.example.org", "the system", {*IpAddress::parse("8.8.4.4")}};
    return fake;
}

Settings parse(const std::string& text, Problems& problems) {
    const auto fake = sources();
    return parse_settings(text, "f", fake.sources(), problems);
}

const std::string full = R"([[sender]]
hostname = "mail.example.org"
[[notifier]]
name = "am"
kind = "alertmanager"
url = "http://127.0.0.1:9093/am"
username = "u"
password = { file = "/etc/reputed/secret" }
resend = "30s"
[[notifier]]
name = "hook"
kind = "webhook"
url = "https://hooks.example/T0/s3cret?x=s3cret"
token = { env = "TOKEN" }
hmac_key = { file = "/etc/reputed/secret" }
min_severity = "critical"
senders = ["mail.example.org"]
quiet_hours = "22:00-07:30"
[[notifier]]
name = "chat"
kind = "webhook"
format = "telegram"
chat_id = "-100"
url = { file = "/etc/reputed/url" }
[[notifier]]
name = "own"
kind = "webhook"
format = "template"
template_file = "/etc/reputed/t"
url = "https://hooks.example"
[[notifier]]
name = "mail"
kind = "email"
smtp = "SMTP://Mail.example.net:587"
username = "u"
password = { env = "TOKEN" }
from = "reputed@Example.org"
to = ["ops@example.net"]
)";

TEST(SettingsNotify, ReadsAll) {
    Problems problems;
    const auto settings = parse(full, problems);
    for (const auto& problem : problems)
        ADD_FAILURE() << problem.to_string();
    ASSERT_EQ(settings.notifiers.size(), 5U);
    const auto& am = settings.notifiers[0];
    EXPECT_EQ(am.kind, NotifierKind::alertmanager);
    EXPECT_EQ(am.password.value, "s3cret");
    EXPECT_EQ(am.resend, std::chrono::seconds(30));
    const auto& hook = settings.notifiers[1];
    EXPECT_EQ(hook.url.value, "https://hooks.example/T0/s3cret?x=s3cret");
    EXPECT_EQ(hook.token.value, "s3cret");
    EXPECT_EQ(hook.min_severity, Severity::critical);
    EXPECT_EQ(hook.quiet_hours.begin, std::chrono::hours(22));
    EXPECT_EQ(hook.quiet_hours.end, std::chrono::minutes(450));
    EXPECT_EQ(settings.notifiers[2].url.value, "https://hooks.example/T0/s3cret");
    EXPECT_EQ(settings.notifiers[3].template_text, "{\"t\": \"{{title}}\"}");
    EXPECT_EQ(settings.notifiers[4].smtp, "smtp://mail.example.net:587");
    EXPECT_EQ(settings.notifiers[4].from, "reputed@example.org");
    EXPECT_TRUE(settings.remarks.empty());
}

TEST(SettingsNotify, ShowsNoSecret) {
    Problems problems;
    const auto shown = show_settings(parse(full, problems));
    EXPECT_EQ(shown.find("s3cret"), std::string::npos) << shown;
    EXPECT_NE(shown.find("url = \"https://hooks.example\"  # without its path, which is a secret\n"),
              std::string::npos);
    EXPECT_NE(shown.find("url = \"http://127.0.0.1:9093/am\"\n"), std::string::npos);
    EXPECT_NE(shown.find("token = { env = \"TOKEN\" }\n"), std::string::npos);
    const auto again = parse(shown, problems);
    EXPECT_TRUE(problems.empty());
    EXPECT_EQ(again.notifiers.size(), 5U);
}

const std::string hook = "[[notifier]]\nname = \"a\"\nkind = \"webhook\"\nurl = \"https://h\"\n";
const std::string mail =
    "[[notifier]]\nname = \"a\"\nkind = \"email\"\nsmtp = \"smtp://h\"\nfrom = \"a@b.example\"\nto = "
    "[\"c@d.example\"]\n";

TEST(SettingsNotify, Faults) {
    const std::string bad_url =
        R"("url" must begin with https:// or http:// and a host; "username" and "password" have keys of their own)";
    const struct {
        std::string text, problem;
    } rows[] = {
        {"[notifier]\nname = \"a\"\n",
         "f:1:1: there may be several notifiers: write [[notifier]], not [notifier]"},
        {"[[notifier]]\nkind = \"webhook\"\nurl = \"https://h\"\n", "f:1:1: [[notifier]] needs a \"name\""},
        {"[[notifier]]\nname = \"a\"\nkind = \"webhook\"\n", "f:1:1: [[notifier]] needs a \"url\""},
        {"[[notifier]]\nname = \"a b\"\nkind = \"webhook\"\nurl = \"https://h\"\n",
         "f:2:8: \"a b\" is no name for a notifier: write 1 to 63 letters, digits, '.', '_' and '-'"},
        {hook + hook, "f:5:1: two notifiers are called \"a\": give each a name of its own"},
        {hook + "kind2 = 1\n", "f:5:1: unknown key \"kind2\" in [[notifier]]: did you mean \"kind\"?"},
        {"[[notifier]]\nname = \"a\"\nkind = \"webhok\"\nurl = \"https://h\"\n",
         "f:3:8: \"webhok\" is no kind of notifier: did you mean \"webhook\"?"},
        {"[[notifier]]\nname = \"a\"\nkind = \"webhook\"\nurl = \"https://u:s3cret@h/\"\n",
         "f:4:7: " + bad_url},
        {"[[notifier]]\nname = \"a\"\nkind = \"webhook\"\nurl = \"ftp://s3cret\"\n", "f:4:7: " + bad_url},
        {"[[notifier]]\nname = \"a\"\nkind = \"webhook\"\nurl = { file = \"/etc/reputed/secret\" }\n",
         "f:4:7: " + bad_url},
        {hook + "token = \"s3cret\"\n",
         "f:5:9: \"token\" must not stand in the configuration: put it into a file and write { file = "
         "\"/etc/reputed/NAME\" }, or { env = \"VARIABLE\" }"},
        {hook + "token = { file = \"/nowhere\" }\n", "f:5:9: the file with \"token\": not found"},
        {hook + "token = { file = \"/etc/reputed/two\" }\n",
         "f:5:9: the file with \"token\": must hold it alone, in one line"},
        {hook + "token = { file = \"/etc/reputed/none\" }\n", "f:5:9: the file with \"token\": is empty"},
        {hook + "token = { env = \"NOWHERE\" }\n",
         "f:5:9: the environment variable with \"token\": is not set"},
        {hook + "token = {}\n", "f:5:9: \"token\" needs a \"file\" or an \"env\""},
        {hook + "quiet_hours = \"22-7\"\n",
         "f:5:15: \"22-7\" are no quiet hours: write them like \"22:00-07:00\""},
        {hook + "quiet_hours = \"24:00-07:00\"\n",
         "f:5:15: \"24:00-07:00\" are no quiet hours: write them like \"22:00-07:00\""},
        {hook + "min_severity = \"ok\"\n",
         "f:5:16: \"ok\" is no severity: write info, unknown, warning or critical"},
        {hook + "format = \"slak\"\n", "f:5:10: \"slak\" is no format: did you mean \"slack\"?"},
        {hook + "format = \"telegram\"\n", "f:1:1: [[notifier]] needs a \"chat_id\""},
        {hook + "format = \"template\"\n", "f:1:1: [[notifier]] needs a \"template_file\""},
        {hook + "format = \"template\"\ntemplate_file = \"/etc/reputed/bad\"\n",
         "/etc/reputed/bad:2:2: unknown placeholder \"titel\": did you mean \"title\"?"},
        {hook + "format = \"template\"\ntemplate_file = \"/nowhere\"\n", "f:6:17: \"/nowhere\": not found"},
        {hook + "resend = \"1m\"\n", "f:5:1: \"resend\" is a key of the kind alertmanager, not of this one"},
        {hook + "smtp = \"smtp://h\"\n", "f:5:1: \"smtp\" is a key of the kind email, not of this one"},
        {hook + "chat_id = \"1\"\n",
         "f:5:1: \"chat_id\" is a key of the kind webhook with format = \"telegram\", not of this one"},
        {hook + "username = \"u\"\n", "f:1:1: \"username\" and \"password\" go together"},
        {hook + "timeout = \"3m\"\n", "f:5:11: \"timeout\" must be between 1s and 2m, not 3m"},
        {hook + "ca_file = \"ca.pem\"\n", "f:5:11: \"ca.pem\" must be an absolute path"},
        {mail + "url = \"https://h\"\n",
         "f:7:1: \"url\" is a key of the kind alertmanager and webhook, not of this one"},
        {mail + "starttls = \"maybe\"\n", "f:7:12: \"maybe\" is no use of STARTTLS: write required or off"},
        {mail + "starttls = \"off\"\nusername = \"u\"\npassword = { env = \"TOKEN\" }\n",
         "f:7:1: without STARTTLS the password would cross the network for all to read: write \"required\""},
        {"[[notifier]]\nname = \"a\"\nkind = \"sendmail\"\nfrom = \"a b@c.example\"\nto = "
         "[\"c@d.example\"]\n",
         "f:4:8: \"a b@c.example\" is no mail address: write it like \"ops@example.org\""},
        {"[[notifier]]\nname = \"a\"\nkind = \"sendmail\"\nfrom = \"a@c.example\\r\\nBcc: x\"\nto = "
         "[\"c@d.example\"]\n",
         "f:4:8: \"a@c.example\\x0d\\x0aBcc: x\" is no mail address: write it like \"ops@example.org\""},
        {"[[notifier]]\nname = \"a\"\nkind = \"sendmail\"\nfrom = \"a@c.example\"\nto = []\n",
         "f:5:1: \"to\" needs 1 to 50 addresses"},
    };
    for (const auto& row : rows) {
        Problems problems;
        parse(row.text, problems);
        ASSERT_EQ(problems.size(), 1U) << row.text << (problems.empty() ? "" : problems.back().to_string());
        EXPECT_EQ(problems[0].to_string(), row.problem) << row.text;
        EXPECT_EQ(problems[0].to_string().find("s3cret"), std::string::npos);
    }
}

TEST(SettingsNotify, Remarks) {
    const std::string own =
        "its mail leaves through this machine's own MTA: an address that is blocked should not be its "
        "own messenger, so have a second notifier that takes another way";
    const struct {
        std::string text, remark;
    } rows[] = {
        {"[[notifier]]\nname = \"a\"\nkind = \"sendmail\"\nfrom = \"a@c.example\"\nto = [\"c@d.example\"]\n",
         own},
        {"[[notifier]]\nname = \"a\"\nkind = \"email\"\nsmtp = \"smtp://localhost\"\nfrom = \"a@c.example\"\n"
         "to = [\"c@d.example\"]\n",
         own},
        {hook + "senders = [\"nobody\"]\n", "no sender is called \"nobody\""},
        {"[[notifier]]\nname = \"a\"\nkind = \"webhook\"\nurl = \"http://h/\"\ntoken = { env = \"TOKEN\" }\n",
         "its login crosses the network for all to read: use https"},
    };
    for (const auto& row : rows) {
        Problems problems;
        const auto settings = parse("[[sender]]\nhostname = \"mail.example.org\"\n" + row.text, problems);
        EXPECT_TRUE(problems.empty());
        ASSERT_EQ(settings.remarks.size(), 1U) << row.text;
        EXPECT_EQ(settings.remarks[0], "notifier \"a\": " + row.remark);
    }
}

}  // namespace
}  // namespace reputed
