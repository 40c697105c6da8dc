#include "checks/identity/ehlo_check.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/support/fake_resolver.hpp"

namespace reputed::identity {
namespace {

constexpr const char* hostname = "mail.office.example";

Sender sender_of(std::string name, const std::vector<std::string>& networks, std::string via = "") {
    Sender sender;
    sender.name = name;
    sender.hostname = std::move(name);
    for (const auto& network : networks)
        sender.networks.push_back(IpNetwork::parse(network).value());
    sender.via = std::move(via);
    return sender;
}

Settings settings_of(std::vector<Sender> senders) {
    Settings settings;
    settings.senders = std::move(senders);
    settings.mta.kind = MtaKind::none;
    return settings;
}

Settings one_sender() {
    return settings_of({sender_of(hostname, {"11.0.0.1"})});
}

LocalMta postfix(std::vector<std::string> names, const std::vector<std::string>& addresses = {}) {
    LocalMta local;
    local.names.mta = "Postfix";
    local.names.names = std::move(names);
    local.names.key = "myhostname";
    local.names.remedy = "set myhostname = NAME in main.cf";
    for (const auto& address : addresses)
        local.addresses.push_back(IpAddress::parse(address).value());
    return local;
}

using Texts = std::vector<std::string>;

Report run(const std::string& zone, const Settings& settings, const LocalMta& local,
           const std::string& subject = hostname) {
    test::FakeResolver resolver(zone);
    const ActiveLists lists;
    return run_ehlo(subject, {resolver, settings, lists, {}, {}}, local);
}

// "CODE SEVERITY [OBJECT]" of every finding, sorted; each must be complete and about the host name.
Texts findings(const Report& report, const std::string& subject = hostname) {
    Texts out;
    for (const auto& finding : report.findings) {
        EXPECT_EQ(finding.subject, subject);
        EXPECT_TRUE(finding.message.ends_with('.')) << finding.message;
        EXPECT_FALSE(finding.evidence.empty()) << finding.code;
        EXPECT_TRUE(finding.remedy.ends_with('.')) << finding.remedy;
        out.push_back(finding.code + ' ' + std::string(to_string(finding.severity)) +
                      (finding.object.empty() ? "" : ' ' + finding.object));
    }
    std::sort(out.begin(), out.end());
    return out;
}

Texts holds(const Report& report) {
    std::set<std::string> out;
    for (const auto& hold : report.holds)
        out.insert(hold.code + (hold.object.empty() ? "" : ' ' + hold.object));
    return {out.begin(), out.end()};
}

const Finding& finding(const Report& report, std::string_view code) {
    const auto found = std::find_if(report.findings.begin(), report.findings.end(),
                                    [&](const Finding& one) { return one.code == code; });
    if (found == report.findings.end()) throw std::out_of_range(std::string(code));
    return *found;
}

const std::string good_zone = R"(
mail.office.example A 11.0.0.1
1.0.0.11.in-addr.arpa PTR mail.office.example
)";

// Scenario E: the MTA's own name. Each state is found, and clears once the MTA is mended.
TEST(EhloCheckScenarioE, BrokenThenMended) {
    struct Row {
        const char* mta;
        Texts findings;
    };
    const Row rows[] = {
        {"localhost", {"ehlo.localhost critical localhost"}},
        {"localhost.localdomain", {"ehlo.localhost critical localhost.localdomain"}},
        {"nas.lan", {"ehlo.localhost critical nas.lan"}},
        {"office.local", {"ehlo.localhost critical office.local"}},
        {"mail", {"ehlo.syntax critical mail"}},
        {"11.0.0.1", {"ehlo.syntax critical 11.0.0.1"}},
        {"[11.0.0.1]", {"ehlo.syntax critical [11.0.0.1]"}},
        {"mail_1.office.example", {"ehlo.syntax critical mail_1.office.example"}},
        {"www.office.example", {"ehlo.mismatch warning www.office.example"}},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.mta);
        const Report broken = run(good_zone, one_sender(), postfix({row.mta}));
        EXPECT_EQ(findings(broken), row.findings);
        EXPECT_EQ(holds(broken), Texts());
        const Report mended = run(good_zone, one_sender(), postfix({"Mail.Office.Example"}));
        EXPECT_EQ(findings(mended), Texts());
        EXPECT_EQ(holds(mended), Texts());
    }
}

TEST(EhloCheckScenarioE, SaysWhatDisagreesAndWhichToChange) {
    const std::string zone = good_zone + "www.office.example A 11.0.0.1\n";
    const Report report = run(zone, one_sender(), postfix({"www.office.example"}));
    ASSERT_EQ(findings(report), Texts{"ehlo.mismatch warning www.office.example"});
    const auto& mismatch = finding(report, "ehlo.mismatch");
    EXPECT_EQ(mismatch.message,
              "Postfix on this machine greets as www.office.example, but the configured host name is "
              "mail.office.example.");
    EXPECT_EQ(
        mismatch.evidence,
        "Postfix (myhostname): www.office.example; hostname in the configuration: mail.office.example; "
        "mail.office.example A 11.0.0.1 AAAA nodata; www.office.example A 11.0.0.1 AAAA nodata; 11.0.0.1 PTR "
        "mail.office.example");
    EXPECT_EQ(mismatch.remedy, "In Postfix, set myhostname = mail.office.example in main.cf.");

    EXPECT_EQ(
        finding(run(good_zone, one_sender(), postfix({"www.office.example"})), "ehlo.mismatch").message,
        "Postfix on this machine greets as www.office.example, a name without a public address, but the "
        "configured host name is mail.office.example.");
    EXPECT_EQ(finding(run(good_zone, one_sender(), postfix({"localhost"})), "ehlo.localhost").message,
              "Postfix on this machine greets with a name that many receivers refuse: \"localhost\" is not a "
              "name on "
              "the Internet.");

    const Report turned =
        run("mail.office.example A 11.0.0.1\nwww.office.example A 11.0.0.1\n1.0.0.11.in-addr.arpa PTR "
            "www.office.example",
            one_sender(), postfix({"www.office.example"}));
    EXPECT_EQ(finding(turned, "ehlo.mismatch").remedy,
              "PTR and address records agree with www.office.example: if mail is to leave under that name, "
              "write it as "
              "hostname into the configuration; otherwise, in Postfix, set myhostname = mail.office.example "
              "in main.cf.");
}

TEST(EhloCheckConfigured, NameIsJudgedWithoutAnMta) {
    const auto judged = [](const std::string& name, const std::string& zone,
                           std::vector<std::string> networks) {
        return findings(run(zone, settings_of({sender_of(name, networks)}), {}, name), name);
    };
    EXPECT_EQ(judged("localhost.localdomain", "", {"11.0.0.1"}), Texts{"ehlo.localhost critical"});
    EXPECT_EQ(judged("mail.office.example", "mail.office.example CNAME a.example\na.example A 11.0.0.1",
                     {"11.0.0.1"}),
              Texts{"ehlo.alias info"});
    // The check ptr speaks of the addresses where the configuration has some.
    EXPECT_EQ(judged("mail.office.example", "", {"11.0.0.1"}), Texts());
    EXPECT_EQ(judged("mail.office.example", "", {}), Texts{"ehlo.no_address warning"});
    EXPECT_EQ(judged("mail.office.example", "mail.office.example A 192.168.0.1", {}),
              Texts{"ehlo.no_address warning"});
    EXPECT_EQ(judged("mail.office.example", "mail.office.example AAAA 2a00::1", {}), Texts());
}

// One machine sends for one of several senders: the others are no business of its MTA.
TEST(EhloCheckTie, OnlyWhatThisMachineSendsFor) {
    const Settings two =
        settings_of({sender_of(hostname, {"11.0.0.1"}), sender_of("b.example", {"11.0.1.0/30"})});
    const Settings shared =
        settings_of({sender_of(hostname, {"11.0.0.1"}), sender_of("MAIL.office.example", {"11.0.0.9"})});
    const Settings relayed = settings_of({sender_of(hostname, {"11.0.0.1"}, "relay.example")});
    struct Row {
        const char* what;
        const Settings& settings;
        LocalMta local;
        const char* subject;
        Texts findings;
    };
    const Row rows[] = {
        {"it is the other's", two, postfix({"b.example"}), hostname, {}},
        {"it is the other's, by address this one's",
         two,
         postfix({"b.example"}, {"10.0.0.1", "11.0.0.1"}),
         hostname,
         {"ehlo.mismatch warning b.example"}},
        {"nobody's", two, postfix({"c.example"}), hostname, {"ehlo.mismatch info c.example"}},
        {"nobody's and local", two, postfix({"localhost"}), "b.example", {"ehlo.localhost info localhost"}},
        {"by address, local",
         two,
         postfix({"localhost"}, {"11.0.1.3"}),
         "b.example",
         {"ehlo.localhost critical localhost"}},
        {"several names, one fits", two, postfix({"c.example", "mail.office.example"}), hostname, {}},
        {"two senders, one name",
         shared,
         postfix({"c.example"}),
         hostname,
         {"ehlo.mismatch warning c.example"}},
        {"behind a relay", relayed, postfix({"c.example"}), hostname, {}},
        {"no MTA", two, {}, hostname, {}},
    };
    const std::string zone = good_zone + "b.example A 11.0.1.1\nc.example A 11.0.0.1";
    for (const auto& row : rows) {
        SCOPED_TRACE(row.what);
        EXPECT_EQ(findings(run(zone, row.settings, row.local, row.subject), row.subject), row.findings);
    }
}

TEST(EhloCheckUnknown, HoldsWhatHangsOnIt) {
    LocalMta silent;
    silent.names.mta = "Postfix";
    silent.names.error = "/usr/sbin/postconf does not tell smtp_helo_name";
    const Report no_mta = run(good_zone, one_sender(), silent);
    EXPECT_EQ(findings(no_mta), Texts{"ehlo.unknown unknown"});
    EXPECT_EQ(finding(no_mta, "ehlo.unknown").evidence,
              "Postfix: /usr/sbin/postconf does not tell smtp_helo_name");
    EXPECT_EQ(holds(no_mta), (Texts{"ehlo.computed", "ehlo.localhost", "ehlo.mismatch", "ehlo.syntax"}));

    // Whatever DNS says of the other name, it is another one.
    const Report other =
        run(good_zone + "www.office.example TIMEOUT", one_sender(), postfix({"www.office.example"}));
    EXPECT_EQ(finding(other, "ehlo.mismatch").message,
              "Postfix on this machine greets as www.office.example, but the configured host name is "
              "mail.office.example.");
    EXPECT_EQ(holds(other), Texts());

    const Settings no_address = settings_of({sender_of(hostname, {})});
    const Report own = run("mail.office.example SERVFAIL", no_address, {});
    EXPECT_EQ(findings(own), Texts{"ehlo.unknown unknown"});
    EXPECT_EQ(holds(own), (Texts{"ehlo.alias", "ehlo.no_address"}));

    // The check ptr says that DNS is silent.
    const Report told_by_ptr = run("mail.office.example SERVFAIL", one_sender(), {});
    EXPECT_EQ(findings(told_by_ptr), Texts());
    EXPECT_EQ(holds(told_by_ptr), Texts{"ehlo.alias"});
}

TEST(EhloCheckUnknown, NameThatIsMadeWhileSending) {
    LocalMta exim = postfix({"other.example"});
    exim.names.mta = "Exim";
    exim.names.computed = "helo_data of the transport remote_smtp";
    EXPECT_EQ(findings(run(good_zone, one_sender(), exim)), Texts{"ehlo.computed info Exim"});
    exim.names.names = {hostname};
    EXPECT_EQ(findings(run(good_zone, one_sender(), exim)), Texts());
}

TEST(EhloCheckJobs, OnePerHostname) {
    Settings settings = settings_of({sender_of("b.example", {}), sender_of("a.example", {}),
                                     sender_of("B.example", {}), sender_of("", {"11.0.0.1"})});
    settings.checks.ehlo = std::chrono::seconds(77);
    const ActiveLists lists;
    EXPECT_EQ(ehlo_check().subjects(settings, lists), (Texts{"a.example", "b.example"}));
    EXPECT_EQ(ehlo_check().interval(settings, lists, "a.example"), std::chrono::seconds(77));
}

// The whole way, with a Postfix instance of its own.
TEST(EhloCheckPostfix, IsAskedForItsName) {
    if (access("/usr/sbin/postconf", X_OK) != 0) GTEST_SKIP() << "postconf is not installed";
    const auto directory =
        std::filesystem::temp_directory_path() / ("reputed_ehlo_" + std::to_string(getpid()));
    std::filesystem::create_directories(directory);
    std::ofstream(directory / "main.cf") << "compatibility_level = 3.6\nmyhostname = nas.lan\n";
    std::ofstream(directory / "master.cf") << "smtp unix - - n - - smtp\n";
    Settings settings = one_sender();
    settings.mta.kind = MtaKind::automatic;
    settings.mta.config_directory = directory.string();
    test::FakeResolver resolver(good_zone);
    const ActiveLists lists;
    const Report report = ehlo_check().run(hostname, {resolver, settings, lists, {}, {}});
    std::filesystem::remove_all(directory);
    EXPECT_EQ(findings(report), Texts{"ehlo.localhost critical nas.lan"});
}

}  // namespace
}  // namespace reputed::identity
