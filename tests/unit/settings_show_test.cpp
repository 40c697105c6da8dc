#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "tests/support/fake_sources.hpp"

namespace reputed {
namespace {

FakeSources sources() {
    FakeSources fake;
    fake.files = {{"/etc/reputed/dqs.key", {"s3cret", ""}}};
    for (const std::string name : {"token", "hmac", "password"})
        fake.files["/etc/reputed/ops." + name] = {"s3cret", ""};
    for (const std::string name :
         {"snds.key", "abuseipdb.key", "scores.key", "google.id", "google.secret", "google.token"})
        fake.files["/etc/reputed/" + name] = {"s3cret", ""};
    fake.files["/etc/reputed/ops.template"] = {"{{title}}", ""};
    fake.variables = {{"ABUSIX_KEY", "s3cret"}, {"OPS_URL", "https://hooks.example.net/s3cret"}};
    fake.machine = {"mail.example.org", "Postfix (myhostname)", {*IpAddress::parse("8.8.4.4")}};
    return fake;
}

Settings parse(const std::string& text) {
    const auto fake = sources();
    Problems problems;
    auto settings = parse_settings(text, "f", fake.sources(), problems);
    for (const auto& problem : problems)
        ADD_FAILURE() << problem.to_string() << '\n' << text;
    return settings;
}

const std::string full = R"([[sender]]
name = "a \"quoted\" \u00e9 \t name"
ips = ["192.0.2.5", "2001:db8::/120"]
domains = []
[[sender]]
hostname = "mail.example.org"
selectors = ["b", "a"]
via = "relay.example.net"
warmup = "2026-12-01"
warmup_plan = [50, 100]
volume = 400
[dns]
servers = ["192.0.2.53:53", "[2001:db8::53]:5353"]
timeout = "1500ms"
[dnsbl]
interval = "90m"
include = ["b.example", "a.example"]
exclude = ["c.example"]
[dnsbl.keys]
"dq.spamhaus.net" = { file = "/etc/reputed/dqs.key" }
"Abusix.zone" = { env = "ABUSIX_KEY" }
[[dnsbl.list]]
zone = "bl.example.net"
kind = "ip-blocklist"
[[dnsbl.list]]
zone = "wl.example.net"
kind = "ip-allowlist"
[mta]
kind = "none"
[web]
listen = ""
[log]
levels = { web = "debug" }
)";

TEST(SettingsShow, PrintsEffectiveValues) {
    EXPECT_EQ(show_settings(parse("[[sender]]\nhostname = \"MAIL.example.org\"\nips = [\"192.0.2.5\"]\n")),
              R"([[sender]]
name = "mail.example.org"
hostname = "mail.example.org"
ips = ["192.0.2.5"]
domains = ["example.org"]
selectors = []

[dns]
servers = []
timeout = "2s"
tries = 2
max_in_flight = 4096

[dnsbl]
interval = "30m"
include = []
exclude = []
only = []

[checks]
ptr = "15m"
spf = "15m"
mx = "15m"
ehlo = "15m"
dkim = "1h"
dmarc = "1h"

[mta]
kind = "auto"
queue_directory = ""
config_directory = ""
interval = "1m"
log = []
bounces = ""
providers = ""

[alerts]
confirm = 2
clear = 2
confirm_after = "1m"
unknown_after = "30m"
flap_count = 3
flap_window = "1d"
calm = "6h"
forget = "7d"
notify_initial = true

[store]
path = ""
retention = "400d"
max_size = 256

[web]
listen = "127.0.0.1:15782"
public_url = ""
config_file = ""
reload = false

[metrics]
aliases = []

[log]
level = "info"
format = "plain"
)");
}

TEST(SettingsShow, WhatIsShownReadsBackTheSame) {
    for (const auto& text : {std::string(), full, sample_settings()}) {
        const auto settings = parse(text);
        const auto shown = show_settings(settings);
        const auto again = parse(shown);
        EXPECT_EQ(show_settings(again), shown);
        EXPECT_EQ(again.senders.size(), settings.senders.size());
        EXPECT_EQ(again.dnsbl.own.size(), settings.dnsbl.own.size());
        EXPECT_EQ(again.dnsbl.secrets, settings.dnsbl.secrets);
    }
    EXPECT_EQ(parse(full).dnsbl.own.size(), 2U);
}

TEST(SettingsShow, WarmUpIsShownAsADate) {
    const auto shown = show_settings(parse(full));
    EXPECT_NE(shown.find("warmup = 2026-12-01\nwarmup_plan = [50, 100]\nvolume = 400\n"), std::string::npos)
        << shown;
    EXPECT_EQ(parse(shown).senders, parse(full).senders);
}

TEST(SettingsShow, HoldsNoSecret) {
    const auto settings = parse(full);
    EXPECT_EQ(settings.dnsbl.secrets.at("dq.spamhaus.net"), "s3cret");
    const auto shown = show_settings(settings);
    EXPECT_EQ(shown.find("s3cret"), std::string::npos);
    EXPECT_NE(shown.find("\"dq.spamhaus.net\" = { file = \"/etc/reputed/dqs.key\" }"), std::string::npos);
}

TEST(SettingsShowSample, IsTheFileInTheTree) {
    std::ifstream file(REPUTED_SOURCE_DIR "/config/reputed.toml", std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    EXPECT_EQ(text.str(), sample_settings()) << "write sample_settings() to config/reputed.toml";
}

TEST(SettingsShowSample, ChangesNothingAsItStands) {
    EXPECT_EQ(show_settings(parse(sample_settings())), show_settings(parse("")));
}

// The examples and defaults behind a bare '#' are good values, every one.
TEST(SettingsShowSample, ReadsWithEveryExampleUncommented) {
    std::istringstream lines(sample_settings());
    std::string text;
    for (std::string line; std::getline(lines, line);)
        text += (line.starts_with('#') && !line.starts_with("# ") ? line.substr(1) : line) + '\n';
    const auto settings = parse(text);
    ASSERT_EQ(settings.senders.size(), 1U);
    EXPECT_EQ(settings.senders[0].addresses().size(), 18U);
    EXPECT_EQ(settings.dnsbl.secrets.size(), 2U);
    EXPECT_EQ(settings.dnsbl.own.size(), 1U);
    EXPECT_EQ(settings.log.levels.size(), 1U);
    EXPECT_EQ(settings.notifiers.size(), 6U);
    EXPECT_EQ(settings.feedback.size(), 4U);
    EXPECT_EQ(settings.dns.timeout, DnsSettings{}.timeout);
    EXPECT_EQ(settings.mta.interval, MtaSettings{}.interval);
}

}  // namespace
}  // namespace reputed
