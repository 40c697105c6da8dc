#include "checks/auth/dkim_check.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/support/dkim_keys.hpp"
#include "tests/support/fake_resolver.hpp"

namespace reputed::dkim {
namespace {

using test::good_key;

constexpr const char* name = "mail._domainkey.example.com";

// A folder of its own that goes with the test.
struct Folder {
    std::filesystem::path path =
        std::filesystem::temp_directory_path() / ("dkim_check." + std::to_string(getpid()));
    Folder() { std::filesystem::create_directories(path); }
    ~Folder() {
        std::error_code error;
        std::filesystem::remove_all(path, error);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    std::string write(const std::string& file, const std::string& text) const {
        const auto full = path / file.substr(file.front() == '/' ? 1 : 0);
        std::filesystem::create_directories(full.parent_path());
        std::ofstream(full) << text;
        return full.string();
    }
};

Settings settings_with(std::map<std::string, std::string> keys = {}) {
    Settings settings;
    Sender sender;
    sender.name = "mail";
    sender.domains = {"example.com"};
    sender.selectors = {"mail"};
    sender.dkim_keys = std::move(keys);
    settings.senders = {sender};
    return settings;
}

Report run(const std::string& zone, const Settings& settings = settings_with()) {
    test::FakeResolver resolver(zone);
    const ActiveLists lists;
    const Services services{resolver, settings, lists, std::chrono::system_clock::time_point{}, {}};
    return dkim_check().run(name, services);
}

std::string txt(const std::string& record) {
    return std::string(name) + " TXT \"" + record + "\"\n";
}

std::string summary(const Report& report) {
    std::string out;
    for (const auto& finding : report.findings)
        out += finding.code + ' ' + std::string(to_string(finding.severity)) + '\n';
    return out;
}

double verdict(const Report& report) {
    EXPECT_EQ(report.samples.size(), 1U);
    EXPECT_EQ(report.samples[0].values, (std::vector<std::string>{"example.com", "mail"}));
    return report.samples[0].value;
}

TEST(DkimCheckJobs, OneForEachSelectorAndOneForDomainsWithout) {
    auto settings = settings_with({{"other", "/nowhere"}});
    Sender bare;
    bare.domains = {"example.net", "example.com"};
    settings.senders.push_back(bare);
    settings.checks.dkim = std::chrono::seconds(99);
    const auto check = dkim_check();
    EXPECT_EQ(check.subjects(settings, {}),
              (std::vector<std::string>{name, "other._domainkey.example.com", "example.net"}));
    EXPECT_EQ(check.interval(settings, {}, name), std::chrono::seconds(99));
    test::FakeResolver resolver;
    const ActiveLists lists;
    const Services services{resolver, settings, lists, std::chrono::system_clock::time_point{}, {}};
    EXPECT_EQ(summary(check.run("example.net", services)), "dkim.no_selector info\n");
}

TEST(DkimCheckVerdict, Records) {
    const auto key = "p=" + good_key().published;
    const std::tuple<std::string, const char*, double> rows[] = {
        {"v=DKIM1; k=rsa; " + key, "", 0},
        {"v=DKIM1; t=s; " + key, "dkim.strict info\n", 1},
        {"v=DKIM1; k=rsa; t=y; " + key, "dkim.testing warning\n", 2},
        {"v=DKIM1; p=" + test::rsa_key(1024).published, "dkim.weak_key warning\n", 2},
        {"v=DKIM1; p=" + test::rsa_key(512).published, "dkim.broken_key critical\n", 3},
        {"v=DKIM1; p=", "dkim.revoked critical\n", 3},
        {"v=DKIM1; h=sha1; " + key, "dkim.no_sha256 critical\n", 3},
        {"v=DKIM1; s=tlsrpt; " + key, "dkim.not_email critical\n", 3},
        {"v=DKIM1; foo; k=dsa", "dkim.invalid critical\n", 3},
    };
    for (const auto& [record, wanted, value] : rows) {
        const auto report = run(txt(record));
        EXPECT_EQ(summary(report), wanted) << record;
        EXPECT_EQ(verdict(report), value) << record;
        EXPECT_TRUE(report.holds.empty());
        for (const auto& finding : report.findings) {
            EXPECT_EQ(finding.subject, "example.com");
            EXPECT_EQ(finding.object, "mail");
            EXPECT_TRUE(finding.evidence.starts_with("mail._domainkey.example.com. IN TXT \"v=DKIM1; "));
        }
    }
}

TEST(DkimCheckVerdict, MissingManyAndUnknown) {
    auto report = run("example.com A 192.0.2.1");
    EXPECT_EQ(summary(report), "dkim.missing critical\n");
    EXPECT_EQ(report.findings[0].evidence, "TXT mail._domainkey.example.com: nxdomain");
    const auto good = "v=DKIM1; p=" + good_key().published;
    report = run(txt(good) + txt("v=spf1 -all"));
    EXPECT_EQ(summary(report), "dkim.multiple critical\n");
    EXPECT_TRUE(report.findings[0].remedy.starts_with("Leave a single record. Publish mail._domainkey."));
    for (const auto* outcome : {"SERVFAIL", "TIMEOUT", "REFUSED"}) {
        report = run(std::string(name) + ' ' + outcome);
        EXPECT_EQ(summary(report), "dkim.unknown unknown\n");
        EXPECT_EQ(verdict(report), -1);
        ASSERT_EQ(report.holds.size(), 1U);
        EXPECT_EQ(report.holds[0].subject, "example.com");
        EXPECT_EQ(report.holds[0].object, "mail");
    }
}

TEST(DkimCheckVerdict, AliasesAreEvidence) {
    const auto report =
        run("mail._domainkey.example.com CNAME m.example.net\nm.example.net CNAME k.example.org\n"
            "k.example.org TXT \"v=DKIM1; p=\"");
    ASSERT_EQ(summary(report), "dkim.revoked critical\n");
    EXPECT_EQ(report.findings[0].evidence,
              "mail._domainkey.example.com. IN CNAME m.example.net.\nm.example.net. IN CNAME k.example.org.\n"
              "k.example.org. IN TXT \"v=DKIM1; p=\"");
}

TEST(DkimCheckRemedy, TestModeScenarioA) {
    const auto report = run(txt("v=DKIM1; k=rsa; t=y; p=" + good_key().published));
    ASSERT_EQ(summary(report), "dkim.testing warning\n");
    EXPECT_EQ(
        report.findings[0].message,
        "DKIM key mail._domainkey.example.com: t=y says that the domain is only testing DKIM: receivers may "
        "treat its mail as unsigned");
    EXPECT_TRUE(report.findings[0].remedy.starts_with(
        "Publish mail._domainkey.example.com. IN TXT \"v=DKIM1; k=rsa; p=MII"))
        << report.findings[0].remedy;
}

TEST(DkimCheckKey, PublishedAndPrivateBelongTogether) {
    const Folder folder;
    const auto path = folder.write("mail.private", good_key().pem);
    const auto settings = settings_with({{"mail", path}});
    EXPECT_EQ(summary(run(txt("v=DKIM1; p=" + good_key().published), settings)), "");
    auto report = run(txt("v=DKIM1; p=" + test::rsa_key(2048).published), settings);
    ASSERT_EQ(summary(report), "dkim.key_mismatch critical\n");
    EXPECT_EQ(report.findings[0].message,
              "the published key mail._domainkey.example.com does not belong to the "
              "private key " +
                  path + ": every signature fails");
    EXPECT_TRUE(report.findings[0].remedy.starts_with(
        "Publish mail._domainkey.example.com. IN TXT \"v=DKIM1; k=rsa; p=" +
        good_key().published.substr(0, 100)));
    EXPECT_EQ(report.findings[0].evidence.find("PRIVATE KEY"), std::string::npos);
    // The record that is missing follows from the private key.
    report = run("example.com A 192.0.2.1", settings);
    EXPECT_TRUE(report.findings.at(0).remedy.starts_with("Publish mail._domainkey.example.com. IN TXT"));
    // What cannot be read or is no key proves nothing.
    folder.write("mail.private", "rubbish");
    EXPECT_EQ(summary(run(txt("v=DKIM1; p=" + good_key().published), settings)), "");
    EXPECT_EQ(summary(run(txt("v=DKIM1; p=" + good_key().published), settings_with({{"mail", "/nowhere"}}))),
              "");
}

std::string shown(const std::vector<SigningKey>& keys) {
    std::string out;
    for (const auto& key : keys)
        out += key.domain + ' ' + key.selector + ' ' + key.path + '\n';
    return out;
}

TEST(DkimCheckSigners, OpenDkim) {
    OpenDkimText text;
    text.configuration = "# x\nDomain example.com, example.net\nSelector\tS1\nKeyFile /etc/k.private\n";
    EXPECT_EQ(shown(opendkim_keys(text, "example.com")), "example.com s1 /etc/k.private\n");
    EXPECT_EQ(shown(opendkim_keys(text, "example.org")), "");
    text.configuration = "KeyTable refile:/etc/dkim/keys\nSigningTable refile:/etc/dkim/signing\n";
    EXPECT_EQ(opendkim_setting(text.configuration, "keytable"), "/etc/dkim/keys");
    text.key_table = "a example.com:s1:/k/1\nb relay.example:s2:/k/2 # y\nc %:s3:/k/%/3\nbroken\nd x:y\n";
    EXPECT_EQ(shown(opendkim_keys(text, "example.com")),
              "example.com s1 /k/1\nexample.com s3 /k/example.com/3\n");
    text.signing_table = "*@example.com a\n*@shop.example.com b\n*@*.example.org c\n*@example.net missing\n";
    EXPECT_EQ(shown(opendkim_keys(text, "example.com")), "example.com s1 /k/1\n");
    EXPECT_EQ(shown(opendkim_keys(text, "shop.example.com")), "relay.example s2 /k/2\n");
    EXPECT_EQ(shown(opendkim_keys(text, "a.example.org")), "a.example.org s3 /k/a.example.org/3\n");
    EXPECT_EQ(shown(opendkim_keys(text, "example.net")), "");
}

TEST(DkimCheckSigners, Rspamd) {
    const std::string text = R"(
        # comment { with braces
        path = "/keys/$domain.$selector.key";
        selector = "top";
        domain {
          example.com { selectors [ { path: "/keys/a.key"; selector: "S1" }, { selector = s2; } ] }
          "example.net" { path = "/keys/net.key"; selector = "n"; }
        })";
    EXPECT_EQ(shown(rspamd_keys(text, "example.com")),
              "example.com s1 /keys/a.key\nexample.com s2 /keys/example.com.s2.key\n");
    EXPECT_EQ(shown(rspamd_keys(text, "example.net")), "example.net n /keys/net.key\n");
    const auto other = rspamd_keys(text, "example.org");
    EXPECT_EQ(shown(other), "example.org top /keys/example.org.top.key\n");
    EXPECT_TRUE(other.at(0).assumed);
    for (const auto* broken :
         {"", "{", "}}}}", "domain { example.com", "path", "selector = ", "/*", "\"", "/"})
        EXPECT_EQ(rspamd_keys(broken, "example.com").size(), 1U) << broken;
}

TEST(DkimCheckSigners, Exim) {
    EXPECT_EQ(shown(exim_keys("DKIM_DOMAIN = example.com\nDKIM_SELECTOR = x\nDKIM_PRIVATE_KEY = /k/x.pem\n"
                              "  dkim_domain = DKIM_DOMAIN\n",
                              "example.com")),
              "example.com x /k/x.pem\n");
    EXPECT_EQ(shown(exim_keys("dkim_domain = ${lc:${domain:$h_from:}}\ndkim_selector = a:b\n"
                              "dkim_private_key = /k/${dkim_domain}.pem\n",
                              "example.com")),
              "example.com a /k/example.com.pem\nexample.com b /k/example.com.pem\n");
    EXPECT_EQ(shown(exim_keys("dkim_domain = example.com\ndkim_selector = ${lookup{x}}\n", "example.com")),
              "");
    EXPECT_EQ(shown(exim_keys("dkim_domain = example.com\ndkim_selector = s\n", "example.net")), "");
    EXPECT_EQ(
        shown(exim_keys("dkim_domain = example.com\ndkim_selector = s\ndkim_private_key = ${if exists{x}}\n",
                        "example.com")),
        "example.com s \n");
}

TEST(DkimCheckSigners, SelectorsAreFoundInTheFiles) {
    const Folder folder;
    folder.write("/etc/opendkim.conf", "KeyTable file:/etc/keys\n");
    folder.write("/etc/keys", "k example.com:found:/k/found\nother mail.example:x:/k/x\n");
    folder.write("/etc/rspamd/local.d/dkim_signing.conf", "enabled = true;\n");
    folder.write("/etc/exim4/exim4.conf.localmacros", "DKIM_DOMAIN = example.com\nDKIM_SELECTOR = exim\n");
    const auto signers = read_signers(folder.path.string());
    auto settings = settings_with();
    auto selectors = selectors_of(settings, "example.com", signers);
    ASSERT_EQ(selectors.size(), 1U);  // what is configured counts alone
    settings.senders[0].selectors.clear();
    selectors = selectors_of(settings, "example.com", signers);
    ASSERT_EQ(selectors.size(), 2U);
    EXPECT_EQ(selectors[0].selector, "found");
    EXPECT_EQ(selectors[0].key_files, std::vector<std::string>{folder.path.string() + "/k/found"});
    EXPECT_EQ(selectors[1].selector, "exim");
    folder.write("/var/lib/rspamd/dkim/example.com.dkim.key", good_key().pem);
    EXPECT_EQ(selectors_of(settings, "example.com", signers).size(), 3U);
}

}  // namespace
}  // namespace reputed::dkim
