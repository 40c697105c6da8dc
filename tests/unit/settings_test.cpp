#include "config/settings.hpp"

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>

#include "tests/support/fake_sources.hpp"

namespace reputed {
namespace {

using Lines = std::vector<std::string>;

FakeSources lab() {
    FakeSources fake;
    fake.files = {{"/etc/good.key", {" s3cret-Key_1\n", ""}},
                  {"conf/near.key", {"n3ar", ""}},
                  {"/etc/empty.key", {" \n", ""}},
                  {"/etc/words.key", {"s3cret two", ""}},
                  {"/etc/lines.key", {"s3cret\ns3cret", ""}},
                  {"/etc/long.key", {std::string(64, 'k'), ""}},
                  {"/etc/big.key", {std::string(5000, 'k'), ""}},
                  {"/etc/closed.key", {"", "not readable: permission denied"}}};
    fake.variables = {{"GOOD", "s3cret"}, {"EMPTY", ""}, {"DOTTED", "s3cret.x"}};
    fake.machine.hostname = "mail.example.org";
    fake.machine.hostname_source = "Postfix (myhostname)";
    fake.machine.addresses = {*IpAddress::parse("8.8.4.4")};
    return fake;
}

Settings parse(const std::string& text, Problems& problems, const std::string& file = "conf/f") {
    const auto fake = lab();
    return parse_settings(text, file, fake.sources(), problems);
}

Settings accepted(const std::string& text) {
    Problems problems;
    auto settings = parse(text, problems);
    for (const auto& problem : problems)
        ADD_FAILURE() << problem.to_string() << '\n' << text;
    return settings;
}

Lines complaints(const std::string& text) {
    Problems problems;
    parse(text, problems, "f");
    Lines lines;
    for (const auto& problem : problems)
        lines.push_back(problem.to_string());
    return lines;
}

struct Rejected {
    std::string text;
    Lines problems;
};

void expect_rejected(const std::vector<Rejected>& rows) {
    for (const auto& row : rows)
        EXPECT_EQ(complaints(row.text), row.problems) << row.text;
}

const std::string sender = "[[sender]]\nhostname = \"mail.example.org\"\n";

TEST(SettingsDefaults, EmptyTextIsThisMachine) {
    const auto settings = accepted("");
    ASSERT_EQ(settings.senders.size(), 1U);
    EXPECT_EQ(settings.senders[0].name, "mail.example.org");
    EXPECT_EQ(settings.senders[0].networks[0].to_string(), "8.8.4.4");
    EXPECT_EQ(settings.senders[0].domains, Lines{"example.org"});
    EXPECT_TRUE(settings.dns.servers.empty());
    EXPECT_EQ(settings.dns.timeout, std::chrono::seconds(2));
    EXPECT_EQ(settings.dnsbl.interval, std::chrono::minutes(30));
    EXPECT_EQ(settings.mta.kind, MtaKind::automatic);
    EXPECT_EQ(settings.web.listen, "127.0.0.1:15782");
    EXPECT_EQ(settings.log.level, "info");
    EXPECT_TRUE(settings.remarks.empty());
}

TEST(SettingsDefaults, MachineIsNotAskedWhenASenderIsNamed) {
    auto fake = lab();
    auto sources = fake.sources();
    sources.machine = []() -> MachineFacts {
        ADD_FAILURE() << "asked";
        return {};
    };
    Problems problems;
    EXPECT_EQ(parse_settings(sender, "f", sources, problems).senders.size(), 1U);
    parse_settings("[dns]\ntries = 0\n", "f", sources, problems);
    EXPECT_EQ(problems.size(), 1U);
}

TEST(SettingsDefaults, MachineThatTellsNothingLeavesRemarks) {
    FakeSources fake;
    Problems problems;
    const auto settings = parse_settings("", "f", fake.sources(), problems);
    EXPECT_TRUE(problems.empty());
    EXPECT_TRUE(settings.senders.empty());
    EXPECT_EQ(settings.remarks.size(), 2U);
}

TEST(SettingsAccepted, EveryKey) {
    const auto settings = accepted(R"(
[[sender]]
name = "mx1"
hostname = "MX1.Example.org."
ips = ["192.0.2.5", "198.51.100.64/28", "2001:DB8::25", "2001:db8:1::/120"]
domains = ["Example.org", "xn--mller-kva.de"]
selectors = ["default", "s1._x.y", "2024"]
via = "relay.mailchannels.net"
warmup = 2026-12-01
warmup_plan = [50, 1000000000]
volume = 0
[[sender]]
name = "mx2"
domains = []
ips = ["192.0.2.5"]
warmup = "2024-02-29"
warmup_plan = []
[[sender]]
hostname = "mx3.example.co.uk"
[dns]
servers = ["192.0.2.53", "192.0.2.53:5353", "2001:db8::53", "[2001:DB8::53]:5353"]
timeout = "500ms"
tries = 3
max_in_flight = 64
[dnsbl]
interval = "1h"
include = ["Mine.example.", "zen.dq.spamhaus.net"]
exclude = ["zen.spamhaus.org"]
[dnsbl.keys]
"DQ.spamhaus.net" = { file = "/etc/good.key" }
"near.spamhaus.net" = { file = "near.key" }
"zen.dq.spamhaus.net" = { env = "GOOD" }
[checks]
ptr = "30s"
spf = "7d"
[mta]
kind = "postfix"
queue_directory = "/var/spool/postfix"
config_directory = "/etc/postfix"
interval = "15s"
[web]
listen = "[::1]:0"
[log]
level = "debug"
format = "json"
levels = { scheduler = "trace", web = "off" }
)");
    ASSERT_EQ(settings.senders.size(), 3U);
    const auto& first = settings.senders[0];
    EXPECT_EQ(first.hostname, "mx1.example.org");
    EXPECT_EQ(first.networks.size(), 4U);
    EXPECT_EQ(first.addresses().size(), 1U + 16 + 1 + 256);
    EXPECT_EQ(first.domains, (Lines{"example.org", "xn--mller-kva.de"}));
    EXPECT_EQ(first.selectors, (Lines{"default", "s1._x.y", "2024"}));
    EXPECT_EQ(first.via, "relay.mailchannels.net");
    EXPECT_EQ(first.warmup, std::chrono::sys_days(std::chrono::year(2026) / 12 / 1));
    EXPECT_EQ(first.warmup_plan, (std::vector<std::uint64_t>{50, 1'000'000'000}));
    EXPECT_EQ(first.volume, 0U);
    EXPECT_EQ(settings.senders[1].warmup, std::chrono::sys_days(std::chrono::year(2024) / 2 / 29));
    EXPECT_TRUE(settings.senders[1].warmup_plan.empty());
    EXPECT_FALSE(settings.senders[1].volume.has_value());
    EXPECT_TRUE(settings.senders[1].domains.empty());
    EXPECT_EQ(settings.senders[2].name, "mx3.example.co.uk");
    EXPECT_EQ(settings.senders[2].domains, Lines{"example.co.uk"});
    EXPECT_EQ(settings.dns.servers,
              (Lines{"192.0.2.53", "192.0.2.53:5353", "2001:db8::53", "[2001:db8::53]:5353"}));
    EXPECT_EQ(settings.dns.timeout, std::chrono::milliseconds(500));
    EXPECT_EQ(settings.dnsbl.include, (Lines{"mine.example", "zen.dq.spamhaus.net"}));
    const std::map<std::string, std::string> secrets = {{"dq.spamhaus.net", "s3cret-Key_1"},
                                                        {"near.spamhaus.net", "n3ar"},
                                                        {"zen.dq.spamhaus.net", "s3cret"}};
    EXPECT_EQ(settings.dnsbl.secrets, secrets);
    EXPECT_EQ(settings.checks.spf, std::chrono::hours(168));
    EXPECT_EQ(settings.mta.kind, MtaKind::postfix);
    EXPECT_EQ(settings.web.listen, "[::1]:0");
    EXPECT_EQ(settings.log.levels.at("scheduler"), "trace");
    EXPECT_EQ(settings.remarks,
              Lines{"the key of \"near.spamhaus.net\" under [dnsbl.keys] serves no list: none that "
                    "needs a key ends in that"});
}

TEST(SettingsAccepted, OwnLists) {
    const auto settings =
        accepted(sender + "[[dnsbl.list]]\nzone = \"bl.example.net\"\nkind = \"ip-blocklist\"\n");
    ASSERT_EQ(settings.dnsbl.own.size(), 1U);
    EXPECT_EQ(settings.dnsbl.own[0].name, "bl.example.net");
    EXPECT_EQ(settings.dnsbl.own[0].status, ListStatus::own);
}

TEST(SettingsAccepted, AddressesOfOverlappingNetworksComeOnce) {
    Sender overlapping;
    overlapping.networks = {*IpNetwork::parse("192.0.2.1"), *IpNetwork::parse("192.0.2.0/30")};
    std::string all;
    for (const auto& address : overlapping.addresses())
        all += address.to_string() + ' ';
    EXPECT_EQ(all, "192.0.2.1 192.0.2.0 192.0.2.2 192.0.2.3 ");
}

TEST(SettingsRejected, Syntax) {
    std::string deep = "a";
    for (int i = 0; i < 100'000; ++i)
        deep += ".a";
    expect_rejected({
        {"[dns\n", {"f:1:5: Error while parsing table header: expected ']', saw '\\n'"}},
        {"[dns]\n[dns]\n", {"f:2:1: Error while parsing table header: cannot redefine existing table 'dns'"}},
        {"[dns]\ntries = 2\ntries = 3\n",
         {"f:3:9: Error while parsing key-value pair: cannot redefine existing integer 'tries'"}},
        {deep + " = 1\n", {"f:1:402: a key of more than 200 parts"}},
        {"# " + std::string(1000, '.') + "\nx = 1\n",
         {"f:2:1: unknown key \"x\" at the top of the file: there are [[sender]], [dns], [dnsbl], [budgets], "
          "[checks], "
          "[mta], "
          "[[feedback]], [alerts], [[severity]], [[mute]], [store], [[notifier]], [web], "
          "[metrics], [[module]], [log]"}},
    });
    // Brackets, bytes that are no UTF-8, NUL: whatever the parser says of them, it is one problem.
    for (const auto& text :
         {"x = " + std::string(100'000, '['), std::string("x = \"\xff\xfe\""), std::string("x\0 = 1", 6)})
        EXPECT_EQ(complaints(text).size(), 1U);
}

TEST(SettingsRejected, UnknownKeysAndTables) {
    expect_rejected({
        {"[[sender]]\nhostnam = \"a.example.org\"\nips = []\nname = \"a\"\n",
         {"f:2:1: unknown key \"hostnam\" in [[sender]]: did you mean \"hostname\"?"}},
        {"[dns]\n  servrs = []\n", {"f:2:3: unknown key \"servrs\" in [dns]: did you mean \"servers\"?"}},
        {"[dns]\nfoo.bar = 1\n",
         {"f:2:1: unknown key \"foo\" in [dns]: it has servers, timeout, tries, max_in_flight"}},
        {"[chekcs]\nptr = \"1h\"\n",
         {"f:1:2: unknown table [chekcs] at the top of the file: did you mean [checks]?"}},
        {"[[senders]]\n",
         {"f:1:3: unknown table [[senders]] at the top of the file: did you mean [[sender]]?"}},
        {"hostname = \"a\"\n",
         {"f:1:1: unknown key \"hostname\" at the top of the file: it belongs under [[sender]]"}},
        {"bogus = 1\n",
         {"f:1:1: unknown key \"bogus\" at the top of the file: there are [[sender]], [dns], [dnsbl], "
          "[budgets], [checks], [mta], "
          "[[feedback]], [alerts], [[severity]], [[mute]], [store], [[notifier]], [web], "
          "[metrics], [[module]], [log]"}},
        {"\"a\\u001b[2J\" = 1\n",
         {"f:1:1: unknown key \"a\\x1b[2J\" at the top of the file: there are [[sender]], [dns], [dnsbl], "
          "[budgets], [checks], "
          "[mta], [[feedback]], [alerts], [[severity]], [[mute]], [store], [[notifier]], [web], "
          "[metrics], [[module]], [log]"}},
    });
}

TEST(SettingsRejected, WrongTypes) {
    expect_rejected({
        {"[dns]\ntries = \"2\"\n", {"f:2:9: \"tries\" must be an integer, not a string"}},
        {"[dns]\ntries = 2.5\n", {"f:2:9: \"tries\" must be an integer, not a decimal number"}},
        {"[dns]\nservers = \"192.0.2.1\"\n", {"f:2:11: \"servers\" must be a list, not a string"}},
        {"[dns]\nservers = [\"192.0.2.1\", 5]\n", {"f:2:25: \"servers\" must hold strings, not an integer"}},
        {"[dns]\ntimeout = 5\n",
         {"f:2:11: \"timeout\" must be a duration such as \"500ms\", \"30s\", \"15m\", \"1h\" or \"7d\", not "
          "an integer"}},
        {"[log]\nlevel = true\n", {"f:2:9: \"level\" must be a string, not a boolean"}},
        {"[log]\nlevels = \"x\"\n", {"f:2:10: \"levels\" must be a table, not a string"}},
        {"[mta]\nkind = 2024-01-01\n", {"f:2:8: \"kind\" must be a string, not a date"}},
        {"dns = 5\n", {"f:1:7: \"dns\" must be a table, written [dns], not an integer"}},
        {"dnsbl = []\n", {"f:1:9: \"dnsbl\" must be a table, written [dnsbl], not a list"}},
        {"[[mta]]\n", {"f:1:1: \"mta\" must be a table, written [mta], not a list"}},
        {"[sender]\n", {"f:1:1: there may be several senders: write [[sender]], not [sender]"}},
        {"sender = 1\n", {"f:1:10: \"sender\" must be a list of tables, written [[sender]], not an integer"}},
        {"sender = [1]\n",
         {"f:1:11: \"sender\" must be a list of tables, written [[sender]], not an integer"}},
        {"[dnsbl.list]\n", {"f:1:1: there may be several lists: write [[dnsbl.list]]"}},
    });
}

TEST(SettingsRejected, Ranges) {
    const std::string form = "must be a duration such as \"500ms\", \"30s\", \"15m\", \"1h\" or \"7d\", not ";
    expect_rejected({
        {"[dns]\ntries = 0\n", {"f:2:9: \"tries\" must be between 1 and 10, not 0"}},
        {"[dns]\nmax_in_flight = 63\n", {"f:2:17: \"max_in_flight\" must be between 64 and 16384, not 63"}},
        {"[dns]\nmax_in_flight = 16385\n",
         {"f:2:17: \"max_in_flight\" must be between 64 and 16384, not 16385"}},
        {"[dns]\ntimeout = \"49ms\"\n", {"f:2:11: \"timeout\" must be between 50ms and 30s, not 49ms"}},
        {"[dns]\ntimeout = \"1m\"\n", {"f:2:11: \"timeout\" must be between 50ms and 30s, not 1m"}},
        {"[dns]\ntimeout = \"5\"\n", {"f:2:11: \"timeout\" " + form + "\"5\""}},
        {"[dns]\ntimeout = \"-5s\"\n", {"f:2:11: \"timeout\" " + form + "\"-5s\""}},
        {"[dns]\ntimeout = \"1.5s\"\n", {"f:2:11: \"timeout\" " + form + "\"1.5s\""}},
        {"[dns]\ntimeout = \"1 s\"\n", {"f:2:11: \"timeout\" " + form + "\"1 s\""}},
        {"[dnsbl]\ninterval = \"99999999999d\"\n", {"f:2:12: \"interval\" " + form + "\"99999999999d\""}},
        {"[checks]\nptr = \"1500ms\"\n",
         {"f:2:7: \"ptr\" must be between 1s and 7d in whole seconds, not 1500ms"}},
        {"[checks]\nspf = \"8d\"\n", {"f:2:7: \"spf\" must be between 1s and 7d, not 8d"}},
        {"[mta]\ninterval = \"0s\"\n", {"f:2:12: \"interval\" must be between 1s and 1d, not 0s"}},
    });
}

TEST(SettingsRejected, Addresses) {
    const auto ips = [](const std::string& list) {
        return "[[sender]]\nname = \"a\"\nips = [" + list + "]\n";
    };
    const std::string form =
        " is no IP address or network: write it like \"192.0.2.25\", \"192.0.2.64/28\" or \"2001:db8::25\"";
    const std::string wide =
        " is too wide: at most a /16 (IPv4) or a /112 (IPv6); name only the networks that mail leaves from";
    expect_rejected({
        {ips("\"192.0.2\", \"x\", \"192.0.2.0/33\", \"\""),
         {"f:3:8: \"192.0.2\"" + form, "f:3:19: \"x\"" + form, "f:3:24: \"192.0.2.0/33\"" + form,
          "f:3:40: \"\"" + form}},
        {ips("\"10.0.0.0/8\""), {"f:3:8: \"10.0.0.0/8\"" + wide}},
        {ips("\"0.0.0.0/0\""), {"f:3:8: \"0.0.0.0/0\"" + wide}},
        {ips("\"192.0.0.0/15\", \"2001:db8::/111\""),
         {"f:3:8: \"192.0.0.0/15\"" + wide, "f:3:24: \"2001:db8::/111\"" + wide}},
        {ips("\"192.0.2.77/28\""),
         {"f:3:8: \"192.0.2.77/28\" is an address inside a network: write \"192.0.2.64/28\" for all of it or "
          "\"192.0.2.77\" for the one"}},
        {ips("\"::ffff:192.0.2.1\""),
         {"f:3:8: \"::ffff:192.0.2.1\" is an IPv4 address in IPv6 clothes: write \"192.0.2.1\""}},
        {ips("\"192.0.2.1\",\n \"192.0.2.1\""), {"f:4:2: \"192.0.2.1\" stands twice in \"ips\""}},
        {ips("\"2001:db8::1\", \"2001:DB8:0::1\""), {"f:3:23: \"2001:DB8:0::1\" stands twice in \"ips\""}},
        {ips("\"192.0.2.0/24\", \"192.0.2.1\""), {"f:3:24: \"192.0.2.1\" overlaps \"192.0.2.0/24\""}},
        {ips("\"192.0.2.9\", \"192.0.2.0/24\""), {"f:3:21: \"192.0.2.0/24\" overlaps \"192.0.2.9\""}},
        {ips("\"198.18.0.0/16\", \"192.0.2.1\", \"192.0.2.2\""),
         {"f:3:25: with \"192.0.2.1\" this sender has more than 65536 addresses: make several senders of "
          "it"}},
    });
}

TEST(SettingsRejected, Names) {
    const auto domains = [](const std::string& list) {
        return "[[sender]]\nname = \"a\"\ndomains = [" + list + "]\n";
    };
    const std::string long_label(64, 'a');
    std::string long_name = "a";
    while (long_name.size() < 254)
        long_name += ".a";
    expect_rejected({
        {"[[sender]]\nhostname = \"mail\"\n",
         {"f:2:12: \"mail\" is one label: write the full name, such as \"mail.example.org\""}},
        {"[[sender]]\nhostname = \"mail_1.example.org\"\n",
         {"f:2:12: \"mail_1.example.org\" holds an underscore, which a host name must not (RFC 1123 section "
          "2.1)"}},
        {"[[sender]]\nhostname = \"192.0.2.1\"\n", {"f:2:12: \"192.0.2.1\" is an address, not a host name"}},
        {"[[sender]]\nhostname = \"192.0.2.256\"\n",
         {"f:2:12: \"192.0.2.256\" ends in a number: an address with a slip is no host name"}},
        {"[[sender]]\nhostname = \"\"\n", {"f:2:12: a host name must not be empty"}},
        {"[[sender]]\nhostname = \".\"\n", {"f:2:12: \".\" has an empty label"}},
        {"[[sender]]\nname = \"\"\nhostname = \"a.example.org\"\n", {"f:2:8: \"name\" must not be empty"}},
        {domains("\"m\u00fcller.de\""),
         {"f:3:12: \"m\u00fcller.de\" has letters beyond ASCII: write its A-labels (xn--...)"}},
        {domains("\"user@example.org\""),
         {"f:3:12: \"user@example.org\" is a mailbox: write only what stands behind the @"}},
        {domains("\"example.org\", \"EXAMPLE.org.\""),
         {"f:3:27: \"example.org\" stands twice in \"domains\""}},
        {domains("\"a..b\", \".a.b\", \"a.b..\""),
         {"f:3:12: \"a..b\" has an empty label", "f:3:20: \".a.b\" has an empty label",
          "f:3:28: \"a.b..\" has an empty label"}},
        {domains("\"-a.example\", \"a-.example\""),
         {"f:3:12: \"-a.example\" has a label that begins or ends with a hyphen",
          "f:3:26: \"a-.example\" has a label that begins or ends with a hyphen"}},
        {domains("\"*.example.org\""), {"f:3:12: \"*.example.org\" holds \"*\", which a domain must not"}},
        {domains('"' + long_label + ".org\""),
         {"f:3:12: \"" + long_label + ".org\" has a label of more than 63 characters"}},
        {domains('"' + long_name + '"'),
         {"f:3:12: \"" + long_name.substr(0, 80) + "...\" is longer than 253 characters"}},
        {sender + "selectors = [\"a b\"]\n", {"f:3:14: \"a b\" holds \" \", which a selector must not"}},
    });
}

TEST(SettingsRejected, Senders) {
    expect_rejected({
        {"[[sender]]\n", {"f:1:1: [[sender]] has nothing to watch: give it hostname, ips or domains"}},
        {"[[sender]]\nips = [\"192.0.2.1\"]\n", {"f:1:1: [[sender]] needs a \"name\" or a \"hostname\""}},
        {"[[sender]]\nname = \"a\"\nips = []\n[[sender]]\nname = \"a\"\nips = []\n",
         {"f:5:8: two senders are called \"a\", the other one in line 2: give each a name of its own"}},
        {sender + sender,
         {"f:3:1: two senders are called \"mail.example.org\", the other one in line 1: give each a name of "
          "its own"}},
    });
}

TEST(SettingsAccepted, AWarmUpThatHasNoEffectIsRemarked) {
    const Lines none;
    EXPECT_EQ(accepted(sender + "warmup = 2026-12-01\nwarmup_plan = [1]\nvolume = 1\n").remarks, none);
    EXPECT_EQ(accepted(sender + "warmup_plan = []\n").remarks, none);
    EXPECT_EQ(accepted(sender + "warmup_plan = [1]\nvolume = 1\n").remarks,
              (Lines{"sender \"mail.example.org\": \"warmup_plan\" has no effect without \"warmup\"",
                     "sender \"mail.example.org\": \"volume\" has no effect without \"warmup\""}));
}

TEST(SettingsRejected, WarmUps) {
    const auto of = [](const std::string& line) { return sender + line + '\n'; };
    std::string long_plan = "warmup_plan = [1";
    for (int i = 0; i < 120; ++i)
        long_plan += ", 1";
    const std::string date = " must be a date such as 2026-12-01, not ";
    expect_rejected({
        {of("warmup = 20261201"), {"f:3:10: \"warmup\"" + date + "an integer"}},
        {of("warmup = 2026-12-01T08:00:00Z"), {"f:3:10: \"warmup\"" + date + "a date and time"}},
        {of("warmup = true"), {"f:3:10: \"warmup\"" + date + "a boolean"}},
        {of("warmup = \"\""), {"f:3:10: \"warmup\"" + date + "\"\""}},
        {of("warmup = \"2026-02-29\""), {"f:3:10: \"warmup\"" + date + "\"2026-02-29\""}},
        {of("warmup = \"2026-12-1\""), {"f:3:10: \"warmup\"" + date + "\"2026-12-1\""}},
        {of("warmup = \"2026-12-01T00:00\""), {"f:3:10: \"warmup\"" + date + "\"2026-12-01T00:00\""}},
        {of("warmup = \"01-12-2026\""), {"f:3:10: \"warmup\"" + date + "\"01-12-2026\""}},
        {of("warmup = \"2026-+1-01\""), {"f:3:10: \"warmup\"" + date + "\"2026-+1-01\""}},
        {of("warmup = \"1999-12-31\""),
         {"f:3:10: \"warmup\" must be between 2000-01-01 and 2199-12-31: the year 1999 is a slip"}},
        {of("warmup = 9999-12-31"),
         {"f:3:10: \"warmup\" must be between 2000-01-01 and 2199-12-31: the year 9999 is a slip"}},
        {of("warmup_plan = 50"), {"f:3:15: \"warmup_plan\" must be a list, not an integer"}},
        {of("warmup_plan = [50, \"a\", 1.5]"),
         {"f:3:20: \"warmup_plan\" must hold integers, not a string",
          "f:3:25: \"warmup_plan\" must hold integers, not a decimal number"}},
        {of("warmup_plan = [0, 1, -1, 1000000001]"),
         {"f:3:16: \"warmup_plan\" must hold numbers between 1 and 1000000000, not 0",
          "f:3:22: \"warmup_plan\" must hold numbers between 1 and 1000000000, not -1",
          "f:3:26: \"warmup_plan\" must hold numbers between 1 and 1000000000, not 1000000001"}},
        {of(long_plan + "]"), {"f:3:15: \"warmup_plan\" must not be longer than 120 days, not 121"}},
        {of("volume = \"400\""), {"f:3:10: \"volume\" must be an integer, not a string"}},
        {of("volume = -1"), {"f:3:10: \"volume\" must be between 0 and 1000000000, not -1"}},
        {of("volume = 1000000001"), {"f:3:10: \"volume\" must be between 0 and 1000000000, not 1000000001"}},
        {of("warm_up = 2026-12-01"),
         {"f:3:1: unknown key \"warm_up\" in [[sender]]: did you mean \"warmup\"?"}},
    });
}

TEST(SettingsRejected, Services) {
    const std::string server =
        " is no DNS server: write it like \"192.0.2.53\", \"192.0.2.53:5353\" or \"[2001:db8::53]:5353\"";
    const std::string listen =
        " is nothing to listen on: write it like \"127.0.0.1:15782\" or \"[::1]:15782\", or \"\" for no web "
        "server";
    expect_rejected({
        {"[dns]\nservers = [\"192.0.2.53:99999\", \"[2001:db8::1\", \"192.0.2.53:0\"]\n",
         {"f:2:12: \"192.0.2.53:99999\"" + server, "f:2:32: \"[2001:db8::1\"" + server,
          "f:2:48: \"192.0.2.53:0\"" + server}},
        {"[dns]\nservers = [\"ns.example.org\"]\n",
         {"f:2:12: \"ns.example.org\" is a name: a DNS server needs an address, since finding it would take "
          "DNS"}},
        {"[dns]\nservers = [\"192.0.2.53\", \"192.0.2.53:53\"]\n",
         {"f:2:26: \"192.0.2.53\" stands twice in \"servers\""}},
        {"[web]\nlisten = \"0.0.0.0\"\n", {"f:2:10: \"0.0.0.0\"" + listen}},
        {"[web]\nlisten = \"::1:80\"\n", {"f:2:10: \"::1:80\"" + listen}},
        {"[mta]\nkind = \"postfx\"\n", {"f:2:8: \"postfx\" is no kind of MTA: did you mean \"postfix\"?"}},
        {"[mta]\nkind = \"mercury\"\n",
         {"f:2:8: \"mercury\" is no kind of MTA: write auto, postfix, exim, sendmail, opensmtpd, qmail or "
          "none"}},
        {"[mta]\nqueue_directory = \"spool\"\n", {"f:2:19: \"spool\" must be an absolute path"}},
        {"[log]\nlevel = \"inf\"\nformat = \"xml\"\n",
         {"f:2:9: \"inf\" is no log level: did you mean \"info\"?",
          "f:3:10: \"xml\" is no log format: write plain or json"}},
        {"[log.levels]\n\"web.cpp\" = \"debug\"\nweb = \"loud\"\n",
         {"f:2:1: \"web.cpp\" is no source file: write its name without folder and ending, such as "
          "\"scheduler\"",
          "f:3:7: \"loud\" is no log level: write trace, debug, info, warning, error or off"}},
    });
}

TEST(SettingsRejected, Lists) {
    expect_rejected({
        {"[dnsbl]\nonly = [\"a.example\"]\ninclude = [\"b.example\"]\n",
         {"f:3:1: \"only\" says exactly which lists are asked: move the names of \"include\" there, or drop "
          "\"only\""}},
        {"[dnsbl]\ninclude = [\"a.example\"]\nexclude = [\"A.example\"]\n",
         {"f:2:12: \"a.example\" stands in \"include\" and in \"exclude\": keep one"}},
        {"[dnsbl]\ninclude = [\"dnsbl.sorbs.net\", \"Spam.DNSBL.sorbs.net.\"]\n",
         {"f:2:12: \"dnsbl.sorbs.net\" is dead since 2024-06-05 (Proofpoint ended SORBS and emptied its "
          "zones): remove it",
          "f:2:31: \"spam.dnsbl.sorbs.net\" is dead since 2024-06-05 (Proofpoint ended SORBS and emptied its "
          "zones): remove it"}},
        {"[dnsbl]\nexclude = [\"dnsbl.sorbs.net\"]\n",
         {"f:2:12: \"dnsbl.sorbs.net\" is dead since 2024-06-05 (Proofpoint ended SORBS and emptied its "
          "zones): remove it"}},
        {"[dnsbl]\nonly = [\"zen.dq.spamhaus.net\"]\n",
         {"f:2:9: \"zen.dq.spamhaus.net\" needs a key: [dnsbl.keys] \"dq.spamhaus.net\" = { file = \"...\" "
          "}"}},
        {"[dnsbl]\ninclude = [\"spam\"]\n",
         {"f:2:12: \"spam\" is one label: write the full name, such as \"spam.example.org\""}},
        {"[[dnsbl.list]]\nzone = \"dul.dnsbl.sorbs.net\"\nkind = \"ip-blocklist\"\n",
         {"f:1:1: \"dul.dnsbl.sorbs.net\" is dead since 2024-06-05 (Proofpoint ended SORBS and emptied its "
          "zones): remove it"}},
        {"[[dnsbl.list]]\nzone = \"a.example\"\nkind = \"ip-blocklist\"\n"
         "[[dnsbl.list]]\nzone = \"a.example\"\nkind = \"ip-blocklist\"\n",
         {"f:4:1: \"a.example\" is described twice: keep one [[dnsbl.list]] of it"}},
    });
}

TEST(SettingsRejected, Keys) {
    const auto key = [](const std::string& source) {
        return "[dnsbl.keys]\n\"dq.spamhaus.net\" = " + source + "\n";
    };
    const std::string file = "f:2:1: the key file of \"dq.spamhaus.net\": ";
    const std::string variable = "f:2:1: the environment variable with the key of \"dq.spamhaus.net\": ";
    const std::string alone =
        "must hold the key alone, at most 63 letters, digits and hyphens, since it becomes a part of the "
        "name that is "
        "asked";
    expect_rejected({
        {key("{ file = \"/etc/nope.key\" }"), {file + "not found"}},
        {key("{ file = \"/etc/closed.key\" }"), {file + "not readable: permission denied"}},
        {key("{ file = \"/etc/empty.key\" }"), {file + "is empty"}},
        {key("{ file = \"/etc/big.key\" }"), {file + "is larger than 4 KiB"}},
        {key("{ file = \"/etc/words.key\" }"), {file + alone}},
        {key("{ file = \"/etc/lines.key\" }"), {file + alone}},
        {key("{ file = \"/etc/long.key\" }"), {file + alone}},
        {key("{ env = \"UNSET\" }"), {variable + "is not set"}},
        {key("{ env = \"EMPTY\" }"), {variable + "is empty"}},
        {key("{ env = \"DOTTED\" }"), {variable + alone}},
        {key("{ env = \"A=B\" }"), {"f:2:29: \"env\" must be the name of a variable"}},
        {key("{ file = \"\" }"), {"f:2:30: \"file\" must be the path of a file"}},
        {key("{ file = 5 }"), {"f:2:30: \"file\" must be a string, not an integer"}},
        {key("{ file = \"/etc/good.key\", env = \"GOOD\" }"),
         {"f:2:1: the key of \"dq.spamhaus.net\" has both \"file\" and \"env\": keep one"}},
        {key("{}"), {"f:2:1: the key of \"dq.spamhaus.net\" needs a \"file\" or an \"env\""}},
        {key("{ value = \"s3cret\" }"),
         {"f:2:1: the key of \"dq.spamhaus.net\" needs a \"file\" or an \"env\"",
          "f:2:23: unknown key \"value\" in the key of \"dq.spamhaus.net\": it has file, env"}},
        {key("5"), {"f:2:21: \"dq.spamhaus.net\" must be a table, not an integer"}},
        {"[dnsbl.keys]\ndq.spamhaus.net = { file = \"/etc/good.key\" }\n",
         {"f:2:1: a zone holds dots and so needs quotes here: \"dq.spamhaus.net\""}},
        {"[dnsbl.keys]\n\"dq.spamhaus.net\" = { env = \"GOOD\" }\n\"DQ.spamhaus.net\" = { env = \"GOOD\" }\n",
         {"f:2:1: \"dq.spamhaus.net\" has two keys: keep one"}},
        {"[dnsbl.keys]\nnet = { env = \"GOOD\" }\n",
         {"f:2:1: \"net\" is one label: write the full name, such as \"net.example.org\""}},
    });
}

// An operator who puts the key in the wrong place must not find it in a log.
TEST(SettingsRejected, NeverRepeatsASecret) {
    const char* rows[] = {
        "[dnsbl.keys]\n\"dq.spamhaus.net\" = \"s3cret\"\n",
        "[dnsbl.keys]\n\"dq.spamhaus.net\" = s3cret\n",
        "[dnsbl.keys]\n\"dq.spamhaus.net\" = [\"s3cret\"]\n",
        "[dnsbl.keys]\n\"dq.spamhaus.net\" = \"s3cret\n",
        "[dnsbl.keys]\n\"dq.spamhaus.net\" = 's3cret\n",
        "[dnsbl.keys]\n\"dq.spamhaus.net\" = { file = \"s3cret\" }\n",
        "[dnsbl.keys]\n\"dq.spamhaus.net\" = { env = \"s3cret\" }\n",
        "[dnsbl.keys]\n\"dq.spamhaus.net\" = { key = \"s3cret\" }\n",
        "[dnsbl.keys]\n\"dq.spamhaus.net\" = { file = [\"s3cret\"] }\n",
        "[dnsbl.keys]\ndq.spamhaus.net = \"s3cret\"\n",
        "[dnsbl.keys]\n\"s3cret.zen.dq.spamhaus.net\" = { env = \"GOOD\" }\n",
        "[dnsbl]\ninclude = [\"s3cret.zen.dq.spamhaus.net\"]\n",
        "[dnsbl]\nonly = [\"S3CRET.zen.DQ.spamhaus.net.\"]\n",
        "[dnsbl]\nexclude = [\"s3cret.zen.dq.spamhaus.net\"]\n",
        "[[dnsbl.list]]\nzone = \"s3cret.zen.dq.spamhaus.net\"\nkind = \"ip-blocklist\"\n",
        "[[dnsbl.list]]\nzone = \"s3cret.mine.example\"\nname = \"mine.example\"\nkind = \"ip-blocklist\"\n",
        "[dnsbl.keys]\n\"dq.spamhaus.net\" = 99999999999999999999999999\n",
    };
    for (const auto* row : rows) {
        const auto lines = complaints(row);
        EXPECT_FALSE(lines.empty()) << row;
        for (const auto& line : lines) {
            EXPECT_EQ(line.find("s3cret"), std::string::npos) << line;
            EXPECT_EQ(line.find("S3CRET"), std::string::npos) << line;
            EXPECT_EQ(line.find("9999999"), std::string::npos) << line;
        }
    }
}

TEST(SettingsRejected, AllAtOnceInTheOrderOfTheFile) {
    EXPECT_EQ(complaints("[web]\nlisten = 5\n[dns]\ntries = 0\nfoo = 1\n[[sender]]\nips = [\"x\"]\n").size(),
              5U);
    const auto lines = complaints("[web]\nlisten = 5\n[dns]\ntries = 0\n[checks]\nptr = 1\n");
    ASSERT_EQ(lines.size(), 3U);
    EXPECT_TRUE(lines[0].starts_with("f:2:10:"));
    EXPECT_TRUE(lines[1].starts_with("f:4:9:"));
    EXPECT_TRUE(lines[2].starts_with("f:6:7:"));
}

class SettingsFile : public testing::Test {
  protected:
    void SetUp() override {
        char name[] = "/tmp/reputed-settings-XXXXXX";
        ASSERT_NE(mkdtemp(name), nullptr);
        folder_ = name;
    }
    void TearDown() override {
        std::remove((folder_ + "/f").c_str());
        std::remove(folder_.c_str());
    }
    Lines load(const std::string& path) {
        Problems problems;
        load_settings(path, problems);
        Lines lines;
        for (const auto& problem : problems)
            lines.push_back(problem.to_string());
        return lines;
    }
    std::string write(const std::string& text) {
        std::ofstream(folder_ + "/f", std::ios::binary) << text;
        return folder_ + "/f";
    }
    std::string folder_;
};

TEST_F(SettingsFile, IsReadOrSaysWhyNot) {
    EXPECT_EQ(load(folder_ + "/nope"), Lines{folder_ + "/nope: not found"});
    EXPECT_EQ(load(folder_), Lines{folder_ + ": is a directory"});
    EXPECT_EQ(load("/dev/zero"), Lines{"/dev/zero: is larger than 1 MiB"});
    const auto path = write(sender + "[dns]\ntries = 11\n");
    EXPECT_EQ(load(path), Lines{path + ":4:9: \"tries\" must be between 1 and 10, not 11"});
    EXPECT_EQ(load(write(sender)), Lines{});
    EXPECT_EQ(load(write(std::string(1024 * 1024 + 1, '\n'))), Lines{path + ": is larger than 1 MiB"});
}

}  // namespace
}  // namespace reputed
