#include <gtest/gtest.h>

#include "config/import/ini.hpp"
#include "config/import/ucl.hpp"
#include "config/import/writer.hpp"
#include "config/import/zone.hpp"
#include "config/settings.hpp"
#include "config/sources.hpp"
#include "config/text.hpp"

namespace reputed::imports {
namespace {

constexpr const char* key = "abcdef0123456789abcdef0123";

Written imported(const std::string& text, std::optional<Kind> kind = {}, const Addresses& resolved = {}) {
    const std::vector<Source> sources{{"f", text}};
    if (!kind) kind = recognise(sources.front());
    Written none;
    none.toml = "not recognised";
    if (!kind) return none;
    Found found;
    read_sources(*kind, sources, found);
    return write_settings(found, "f", resolved);
}

std::vector<std::string> remarks_of(const Written& written) {
    std::vector<std::string> texts;
    for (const auto& remark : written.remarks)
        texts.push_back(remark.to_string());
    return texts;
}

// As `reputed config check` reads it, with every key file made.
Settings settings_of(const Written& written) {
    Sources sources;
    sources.file = [](const std::string&, std::size_t) { return FileText{"secret", ""}; };
    sources.environment = [](const std::string&) { return std::nullopt; };
    sources.machine = [] { return MachineFacts{}; };
    Problems problems;
    auto settings = parse_settings(written.toml, "out", sources, problems);
    for (const auto& problem : problems)
        ADD_FAILURE() << problem.to_string() << '\n' << written.toml;
    return settings;
}

using Names = std::vector<std::string>;

TEST(ImportKind, IsRecognisedByContent) {
    const struct {
        const char* text;
        std::optional<Kind> kind;
    } rows[] = {
        {"[targets]\nserver=a.example\n", Kind::dnsbl_exporter},
        {"config:\n  rbls:\n  - zen.spamhaus.org\n", Kind::dnsbl_exporter},
        {"; x\n[rbl]\nserver=a.example\n", Kind::check_rbl},
        {"myhostname = a\npostscreen_dnsbl_sites = b.example\n", Kind::postfix},
        {"smtpd_client_restrictions = reject_rbl_client b.example\n", Kind::postfix},
        {"rbls {\n}\n", Kind::rspamd},
        {"rbl = \"zen.spamhaus.org\";\n", Kind::rspamd},
        {"header X eval:check_rbl('zen', 'zen.spamhaus.org.')\n", Kind::spamassassin},
        {"urirhssub URIBL_BLACK multi.uribl.com. A 2\n", Kind::spamassassin},
        {"  deny dnslists = zen.spamhaus.org\n", Kind::exim},
        {"hello world\n", std::nullopt},
        {"", std::nullopt},
        {"\xff\xfe\0", std::nullopt},
    };
    for (const auto& row : rows)
        EXPECT_EQ(recognise({"f", row.text}), row.kind) << row.text;
    for (const auto name : kind_names)
        EXPECT_EQ(to_string(*parse_kind(name)), name);
    EXPECT_FALSE(parse_kind("munin"));
}

TEST(ImportZone, IsKnownDeadKeyedOrUnknown) {
    const struct {
        std::string written;
        Zone::State state;
        std::string name;
        std::string key_place;
        std::string secret;
    } rows[] = {
        {"ZEN.Spamhaus.org.", Zone::State::known, "zen.spamhaus.org", "", ""},
        {std::string(key) + ".zen.dq.spamhaus.net", Zone::State::known, "zen.dq.spamhaus.net",
         "dq.spamhaus.net", key},
        {"${dqs}.zen.dq.spamhaus.net", Zone::State::known, "zen.dq.spamhaus.net", "dq.spamhaus.net", ""},
        {"zen.dq.spamhaus.net", Zone::State::known, "zen.dq.spamhaus.net", "dq.spamhaus.net", ""},
        {"k.combined.mail.abusix.zone", Zone::State::known, "combined.mail.abusix.zone", "mail.abusix.zone",
         "k"},
        {std::string(key) + ".other.dq.spamhaus.net", Zone::State::wrong, "", "", ""},
        {std::string(key) + ".bl.example.net", Zone::State::unknown, "bl.example.net", "bl.example.net", key},
        {"bl." + std::string(key) + ".example.net", Zone::State::wrong, "", "", ""},
        {key, Zone::State::wrong, "", "", ""},
        {"bl.example.net", Zone::State::unknown, "bl.example.net", "", ""},
        {"0spam-n.fusionzero.example", Zone::State::unknown, "0spam-n.fusionzero.example", "", ""},
        {"dnsbl.sorbs.net", Zone::State::dead, "dnsbl.sorbs.net", "", ""},
        {"dnsbl..net", Zone::State::wrong, "", "", ""},
        {"127.0.0.2", Zone::State::wrong, "", "", ""},
        {"", Zone::State::wrong, "", "", ""},
        {"a\nb.example", Zone::State::wrong, "", "", ""},
    };
    for (const auto& row : rows) {
        const auto zone = understand_zone(row.written);
        EXPECT_EQ(zone.state, row.state) << row.written;
        EXPECT_EQ(zone.name, row.name) << row.written;
        EXPECT_EQ(zone.key_place, row.key_place) << row.written;
        EXPECT_EQ(zone.secret, row.secret) << row.written;
        EXPECT_EQ(zone.why.find(key), std::string::npos) << zone.why;
        EXPECT_EQ(zone.zone.find(key), std::string::npos) << zone.zone;
    }
    EXPECT_EQ(understand_zone(std::string(key) + ".bl.example.net").zone, "{key}.bl.example.net");
}

TEST(ImportIni, KeepsRepeatedKeysOrderAndLines) {
    const auto ini = read_ini("\xef\xbb\xbf; c\n[RBL]\nserver=a\n  Server = \"b\" ; c\n\n# c\njunk\nserver=" +
                              std::string(500, 'x') + "\nserver: c # d\n[open\nserver=d\r\n");
    ASSERT_EQ(ini.entries.size(), 4U);
    const struct {
        const char* value;
        unsigned line;
    } rows[] = {{"a", 3}, {"b", 4}, {"c", 9}, {"d", 11}};
    for (std::size_t i = 0; i < 4; ++i) {
        EXPECT_EQ(ini.entries[i].section, "rbl");
        EXPECT_EQ(ini.entries[i].key, "server");
        EXPECT_EQ(ini.entries[i].value, rows[i].value);
        EXPECT_EQ(ini.entries[i].line, rows[i].line);
    }
    EXPECT_EQ(ini.not_taken, (std::vector<unsigned>{7, 8, 10}));
}

TEST(ImportUcl, PathsAndLines) {
    const auto ucl = read_ucl(R"(# c
rbl {
  .include(try=true,priority=1) "$LOCAL_CONFDIR/local.d/rbl.conf"
  /* c /* nested */ c */
  rbls "named" { a = "x\"y"; b: 'z', c ${d}.e; list = ["1", 2] }
  here = <<EOD
l1
EOD
}
)");
    EXPECT_EQ(ucl.broken_line, 0U);
    std::vector<std::string> shown;
    for (const auto& entry : ucl.entries) {
        std::string path;
        for (const auto& name : entry.path)
            path += name + '/';
        shown.push_back(std::to_string(entry.line) + ' ' + path + ' ' + entry.value +
                        (entry.macro ? " macro" : ""));
    }
    EXPECT_EQ(shown, (Names{"3 rbl/.include/ $LOCAL_CONFDIR/local.d/rbl.conf macro",
                            "5 rbl/rbls/named/a/ x\"y", "5 rbl/rbls/named/b/ z", "5 rbl/rbls/named/c/ ${d}.e",
                            "5 rbl/rbls/named/list/ 1", "5 rbl/rbls/named/list/ 2", "6 rbl/here/ l1\n"}));
    for (const std::string broken :
         {"a {", "a = \"x", "a = ", "}", "a = [", "a = <<EOD\nx", "= x", ".include"})
        EXPECT_GT(read_ucl(broken).broken_line, 0U) << broken;
    EXPECT_GT(read_ucl(std::string(100'000, '{')).broken_line, 0U);
    std::string deep;
    for (int i = 0; i < 10'000; ++i)
        deep += "a { ";
    EXPECT_GT(read_ucl(deep).broken_line, 0U);
    EXPECT_GT(read_ucl("a = " + std::string(100'000, '[')).broken_line, 0U);
}

TEST(ImportDnsblExporter, ExactOutput) {
    const auto written = imported(
        "[rbl]\nserver=zen.spamhaus.org\nserver=dnsbl.sorbs.net\nserver=bl.example.net\nserver=zen.spamhaus."
        "org\n"
        "[targets]\nserver=192.0.2.25\nserver=mail.example.org\nserver=2001:db8::1\nserver=::ffff:192.0.2."
        "26\n");
    EXPECT_EQ(written.toml, R"(# Imported from f.
# `reputed config check` tells whether it holds, `reputed lists` what it asks.

[[sender]]
name = "imported"
ips = [
  "192.0.2.25",
  "2001:db8::1",
  "192.0.2.26",
]

# mail.example.org is a host name, and addresses are watched here: import with --resolve, or fill in its addresses.
#[[sender]]
#hostname = "mail.example.org"
#ips = []

[dnsbl]
# Exactly these, as before. Without this key those that `reputed lists` shows are asked.
only = [
  "zen.spamhaus.org",
  "bl.example.net",  # described below
  # dnsbl.sorbs.net is dead since 2024-06-05: Proofpoint ended SORBS and emptied its zones
]

# Not in the catalogue: what its answers mean is not known. Each in 127.0.0.0/8 counts, but 127.0.0.1 and
# 127.255.255.0/24 (RFC 5782); add "codes" where its operator says more.
[[dnsbl.list]]
zone = "bl.example.net"
kind = "ip-blocklist"
)");
    EXPECT_EQ(remarks_of(written), (Names{"f:3: \"dnsbl.sorbs.net\" is dead since 2024-06-05: Proofpoint "
                                          "ended SORBS and emptied its zones: "
                                          "left out",
                                          "f:8: \"mail.example.org\" is a host name, and addresses are "
                                          "watched here: import with --resolve, "
                                          "or fill in its addresses"}));
    const auto settings = settings_of(written);
    EXPECT_EQ(active_lists(settings.dnsbl, Catalogue::builtin()).lists.size(), 2U);
    EXPECT_EQ(settings.senders.at(0).addresses().size(), 3U);
}

TEST(ImportDnsblExporter, SaysWhichListsTellNothingMore) {
    const auto written =
        imported("[rbl]\nserver=zen.spamhaus.org\nserver=pbl.spamhaus.org\nserver=z.mailspike.net\n");
    EXPECT_NE(written.toml.find(
                  "  \"zen.spamhaus.org\",\n  \"pbl.spamhaus.org\",  # contained in zen.spamhaus.org\n"
                  "  \"z.mailspike.net\",\n"),
              std::string::npos)
        << written.toml;
    EXPECT_EQ(settings_of(written).dnsbl.only.size(), 3U);
}

TEST(ImportDnsblExporter, EachLineThatIsNotTakenIsSaid) {
    const auto written = imported(
        "[rbl]\nserver=\nhello\ncolour=red\nserver=127.0.0.1\n[other]\nserver=a.example\n[targets]\n"
        "server=10.0.0.0/8\nserver=not a name\nserver=192.0.2.0/30\nserver=192.0.2.1\nserver=192.0.2.0/30\n");
    EXPECT_EQ(
        remarks_of(written),
        (Names{"f:2: \"server\" is empty: left out", "f:3: is neither a section nor KEY=VALUE: left out",
               "f:4: \"colour\" is no key of dnsbl_exporter: left out",
               "f:5: \"127.0.0.1\" is an address, not a list name: left out",
               "f:7: the section \"other\" is not of dnsbl_exporter: left out",
               "f:9: \"10.0.0.0/8\" is too wide: at most a /16 (IPv4) or a /112 (IPv6): left out",
               "f:10: \"not a name\" is no address, network or name: left out",
               "f:12: \"192.0.2.1\" overlaps one before it: left out"}));
    EXPECT_EQ(settings_of(written).senders.at(0).networks.size(), 1U);
}

TEST(ImportDnsblExporter, ChartValues) {
    const auto written = imported(
        "config:\n  rbls:\n  - bl.spamcop.net\n  - {}\n  targets:\n  - 192.0.2.1\n  rbls_domain:\n  - "
        "dbl.spamhaus.org\n"
        "  targets_domain:\n  - example.org\n  resolver: 192.0.2.53:53\n");
    EXPECT_EQ(remarks_of(written),
              (Names{"f:4: is no name: left out",
                     "f:11: the resolver is left out: set \"servers\" under [dns] where it "
                     "is a recursive one of your own"}));
    const auto settings = settings_of(written);
    EXPECT_EQ(settings.dnsbl.only, (Names{"bl.spamcop.net", "dbl.spamhaus.org"}));
    ASSERT_EQ(settings.senders.size(), 2U);
    EXPECT_EQ(settings.senders[1].domains, (Names{"example.org"}));
    EXPECT_EQ(remarks_of(imported("config:\n  rbls: [a, ]]\n")).size(), 1U);
    EXPECT_EQ(remarks_of(imported("rbls: " + std::string(100'000, '[') + "\n")),
              (Names{"f:2: nested too deeply: left out"}));
    std::string many = "rbls:\n";
    for (int i = 0; i < 10'000; ++i)
        many += "  - a.example\n";
    EXPECT_EQ(remarks_of(imported(many)),
              (Names{"f:9999: more than 10000 values: too many for a configuration: left out"}));
}

TEST(ImportDnsblExporter, TargetsOfDomainListsAreDomains) {
    const auto written = imported("[rbl]\nserver=dbl.spamhaus.org\n[targets]\nserver=example.org\n");
    EXPECT_EQ(remarks_of(written), Names{});
    EXPECT_EQ(settings_of(written).senders.at(0).domains, (Names{"example.org"}));
}

TEST(ImportDnsblExporter, NamesThatWereResolved) {
    const Addresses resolved{
        {"mail.example.org", {*IpAddress::parse("192.0.2.1"), *IpAddress::parse("2001:db8::1")}},
        {"gone.example.org", {}}};
    const auto written =
        imported("[targets]\nserver=Mail.example.org\nserver=gone.example.org\n", {}, resolved);
    EXPECT_EQ(remarks_of(written),
              (Names{"f:3: \"gone.example.org\" does not resolve to an address: fill in its addresses"}));
    const auto settings = settings_of(written);
    ASSERT_EQ(settings.senders.size(), 1U);
    EXPECT_EQ(settings.senders[0].hostname, "mail.example.org");
    EXPECT_EQ(settings.senders[0].networks.size(), 2U);
}

TEST(ImportCheckRbl, OptionsAndAllowlists) {
    const auto written = imported(
        "[check_rbl]\nserver=bl.spamcop.net\nhost=192.0.2.1\nurl=example.org\nwarning=2\nfoo=1\n"
        "[white]\nwhitelistings=1\nserver=wl.example.net\n",
        Kind::check_rbl);
    EXPECT_EQ(remarks_of(written), (Names{"f:5: \"warning\" has no counterpart here: left out",
                                          "f:6: \"foo\" is no option of check_rbl: left out"}));
    const auto settings = settings_of(written);
    EXPECT_EQ(settings.dnsbl.only, (Names{"bl.spamcop.net", "wl.example.net"}));
    EXPECT_EQ(settings.dnsbl.own.at(0).kind, ListKind::ip_allowlist);
    EXPECT_EQ(settings.senders.size(), 2U);
}

TEST(ImportKeys, AreNowhereInTheOutput) {
    const std::string k = key;
    for (const auto& text :
         {"[rbl]\nserver=" + k + ".zen.dq.spamhaus.net\nserver=" + k + ".dbl.dq.spamhaus.net\nserver=" + k +
              ".bl.example.net\nserver=" + k + ".odd.dq.spamhaus.net\n" + k + "\nserver=bl." + k +
              ".example\n",
          "dqs = " + k + "\npostscreen_dnsbl_sites = $dqs.zen.dq.spamhaus.net*2, ${dqs}.bl.example.net\n" +
              k + "\n",
          "rbls { a { rbl = \"" + k + ".zen.dq.spamhaus.net\" } b { rbl = \"" + k + ".bl.example.net\"} }\n" +
              k,
          "header X eval:check_rbl('z', '" + k + ".zen.dq.spamhaus.net.')\nheader Y eval:check_rbl('z', '" +
              k + ".bl.example.net.')\n",
          "deny dnslists = " + k + ".zen.dq.spamhaus.net : " + k + ".bl.example.net=127.0.0.2\n"}) {
        const auto written = imported(text);
        EXPECT_EQ(written.toml.find(k), std::string::npos) << written.toml;
        for (const auto& remark : remarks_of(written))
            EXPECT_EQ(remark.find(k), std::string::npos) << remark;
        const auto settings = settings_of(written);
        ASSERT_EQ(settings.dnsbl.keys.size(), 2U) << written.toml;
        EXPECT_EQ(settings.dnsbl.keys[0].zone_suffix, "bl.example.net");
        EXPECT_EQ(settings.dnsbl.keys[1].zone_suffix, "dq.spamhaus.net");
        EXPECT_EQ(settings.dnsbl.keys[1].file, "dq.spamhaus.net.key");
        EXPECT_EQ(settings.dnsbl.own.at(0).zone, "{key}.bl.example.net");
    }
}

TEST(ImportKeys, SayWhatToDo) {
    EXPECT_EQ(
        remarks_of(imported("[rbl]\nserver=" + std::string(key) + ".zen.dq.spamhaus.net\n")),
        (Names{"f:2: make the file \"dq.spamhaus.net.key\" beside the configuration, readable by reputed "
               "only, and "
               "put the key of \"zen.dq.spamhaus.net\" into it; it stands in the source. Until then the "
               "configuration is refused"}));
}

TEST(ImportPostfix, SitesRestrictionsAndVariables) {
    const auto written = imported(R"(# main.cf
myhostname = mail.example.org
bl = bl.one.example
empty =
postscreen_dnsbl_sites = zen.spamhaus.org=127.0.0.[10;11]*8
    zen.spamhaus.org=127.0.0.[2..9]*4,
  # a comment
    $bl*2, ${bl?{bl.two.example}}, ${empty:bl.three.example}, ${nothing}
    wl.mine.example=127.0.[0..255].[1..3]*-2
 
    dnsbl.sorbs.net
smtpd_recipient_restrictions = permit_mynetworks, reject_rbl_client psbl.surriel.com=127.0.0.2,
  reject_rhsbl_sender rhs.mine.example, permit_dnswl_client dnswl.mine.example, reject_rbl_client
own_class = { warn_if_reject, reject_rbl_client class.mine.example }
)");
    EXPECT_EQ(remarks_of(written), (Names{"f: 3 settings name no DNS list: left out",
                                          "f:5: \"dnsbl.sorbs.net\" is dead since 2024-06-05: Proofpoint "
                                          "ended SORBS and emptied its zones: "
                                          "left out",
                                          "f:12: reject_rbl_client names no list: left out"}));
    const auto settings = settings_of(written);
    std::map<std::string, ListKind> own;
    for (const auto& list : settings.dnsbl.own)
        own[list.name] = list.kind;
    EXPECT_EQ(own, (std::map<std::string, ListKind>{{"bl.one.example", ListKind::ip_blocklist},
                                                    {"bl.two.example", ListKind::ip_blocklist},
                                                    {"bl.three.example", ListKind::ip_blocklist},
                                                    {"class.mine.example", ListKind::ip_blocklist},
                                                    {"dnswl.mine.example", ListKind::ip_allowlist},
                                                    {"rhs.mine.example", ListKind::domain_blocklist},
                                                    {"wl.mine.example", ListKind::ip_allowlist}}));
    EXPECT_TRUE(settings.dnsbl.only.empty());
    EXPECT_NE(written.toml.find("# On without being named: zen.spamhaus.org, psbl.surriel.com.\n"),
              std::string::npos)
        << written.toml;
}

TEST(ImportPostfix, VariablesThatNameEachOtherEnd) {
    std::string text = "postscreen_dnsbl_sites = $a\n";
    for (char c = 'a'; c < 'z'; ++c) {
        text += std::string(1, c) + " =";
        for (int i = 0; i < 100; ++i)
            text += std::string(" $") + static_cast<char>(c + 1);
        text += '\n';
    }
    text += "z = $a bl.example.net\n";
    const auto remarks = remarks_of(imported(text));
    EXPECT_EQ(remarks.back(), "f: holds more variables than are followed: the rest is left out");
    EXPECT_EQ(remarks_of(imported("  x\n=3\nmyhostname\nmyhostname = a\n", Kind::postfix)),
              (Names{"f: 1 settings name no DNS list: left out", "f:1: continues no line before it: left out",
                     "f:2: is no NAME = VALUE: left out", "f:3: is no NAME = VALUE: left out"}));
}

TEST(ImportRspamd, RulesWithWhatTheyAskAbout) {
    const auto written = imported(R"(rbls {
  spamhaus { rbl = "zen.spamhaus.org"; checks = ["from"]; returncodes { A = "127.0.0.2" } }
  off { enabled = false; rbl = "off.example.net" }
  mine { rbl = "bl.mine.example"; ipv6 = false; checks = ["from", "received"] }
  urls { rbl = "uri.mine.example"; checks = ['urls', "dkim"]; }
  white { rbl = "wl.mine.example"; is_whitelist = true; from = true }
  hashed { rbl = "ebl.mine.example"; hash = "sha1"; emails = true }
  added { ignore_whitelists = true; }
  vary { rbl = "${unknown}"; }
  .include "x.conf"
}
)");
    EXPECT_EQ(remarks_of(written),
              (Names{"f:3: the rule \"off\" is switched off: left out",
                     "f:7: the rule \"hashed\" asks for hashes, which cannot be asked here: left out",
                     "f:8: the rule \"added\" names no list here: give the file that it adds to as well",
                     "f:9: what may be a key stands in the place of a list's name: left out",
                     "f:10: \".include\" is not followed: give its file here as well, behind this one"}));
    const auto settings = settings_of(written);
    ASSERT_EQ(settings.dnsbl.own.size(), 3U);
    EXPECT_EQ(settings.dnsbl.own[0].name, "bl.mine.example");
    EXPECT_FALSE(settings.dnsbl.own[0].ipv6);
    EXPECT_EQ(settings.dnsbl.own[1].kind, ListKind::domain_blocklist);
    EXPECT_EQ(settings.dnsbl.own[2].kind, ListKind::ip_allowlist);
    EXPECT_TRUE(settings.dnsbl.own[2].ipv6);
    EXPECT_EQ(remarks_of(imported("rbls {\n a { rbl = \"zen.spamhaus.org\"\n")),
              (Names{"f:3: cannot be read any further than here: what follows is left out"}));
}

TEST(ImportRspamd, LaterFilesChangeEarlierOnes) {
    const std::vector<Source> sources{
        {"stock", "rbl { rbls { a { rbl = \"a.example.net\" } b { rbl = \"b.example.net\" } } }"},
        {"local", "rbls { a { enabled = false } b { rbl = \"c.example.net\" } }"}};
    Found found;
    read_rspamd(sources, found);
    const auto settings = settings_of(write_settings(found, "f", {}));
    ASSERT_EQ(settings.dnsbl.own.size(), 1U);
    EXPECT_EQ(settings.dnsbl.own[0].name, "c.example.net");
}

TEST(ImportSpamassassin, RulesOfHeadersAndUris) {
    const auto settings = settings_of(imported(
        "# header X eval:check_rbl('no', 'no.example.')\n"
        "header __A eval:check_rbl('a-lastexternal', 'a.example.net.', '127.0.0.2')\n"
        "header __B eval:check_rbl_txt('b', 'b.example.net.')\nheader __C eval:check_rbl_sub('a', "
        "'127.0.0.2')\n"
        "header __D eval:check_rbl_envfrom('d', 'd.example.net.')\nurirhssub E e.example.net. A 2\n"));
    Names names;
    for (const auto& list : settings.dnsbl.own)
        names.push_back(list.name + ' ' + std::string(reputed::to_string(list.kind)));
    EXPECT_EQ(names, (Names{"a.example.net ip-blocklist", "b.example.net ip-blocklist",
                            "d.example.net domain-blocklist", "e.example.net domain-blocklist"}));
}

TEST(ImportExim, ConditionsWithFiltersAndKeys) {
    const auto settings = settings_of(
        imported("# dnslists = no.example\n  deny dnslists = a.example.net=127.0.0.2,127.0.0.3 : \\\n"
                 "      b.example.net!=127.0.0.9 : \\\n      c.example.net/$sender_address_domain\n"
                 "  warn !dnslists = <; d.example.net&2; e.example.net,f.example.net=127.0.0.2\n"));
    Names names;
    for (const auto& list : settings.dnsbl.own)
        names.push_back(list.name + ' ' + std::string(reputed::to_string(list.kind)));
    EXPECT_EQ(names, (Names{"a.example.net ip-blocklist", "b.example.net ip-blocklist",
                            "c.example.net domain-blocklist", "d.example.net ip-blocklist",
                            "e.example.net ip-blocklist", "f.example.net ip-blocklist"}));
}

TEST(ImportHostile, BytesAreEscapedAndAmountsBounded) {
    const auto written =
        imported("[rbl]\nserver=a\x1b[31m.example\n\x01\xff=1\n[\xff\n", Kind::dnsbl_exporter);
    for (const auto& remark : remarks_of(written))
        EXPECT_EQ(printable(remark, 10'000), remark);
    EXPECT_EQ(printable(written.toml.substr(0, written.toml.find('\n')), 10'000).find('\n'),
              std::string::npos);
    std::string many = "[rbl]\n";
    for (int i = 0; i < 3'000; ++i)
        many += "server=l" + std::to_string(i) + ".example.net\n";
    const auto cut = imported(many);
    EXPECT_EQ(cut.lists, most_zones);
    EXPECT_EQ(remarks_of(cut), (Names{"f:2002: more than 2000 lists: the rest is left out"}));
    EXPECT_EQ((Remark{{"a\nb", 1}, "x"}.to_string()), "a\\x0ab:1: x");
}

}  // namespace
}  // namespace reputed::imports
