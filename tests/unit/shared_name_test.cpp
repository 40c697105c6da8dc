#include <gtest/gtest.h>

#include "checks/identity/shared_name_check.hpp"
#include "tests/support/fake_resolver.hpp"

namespace reputed::identity {
namespace {

Settings settings_with(std::string hostname, std::vector<std::string> domains, std::string via = "") {
    Sender sender;
    sender.hostname = std::move(hostname);
    sender.domains = std::move(domains);
    sender.via = std::move(via);
    Settings settings;
    settings.senders = {sender};
    return settings;
}

// "SUBJECT under SUFFIX" of every finding.
std::vector<std::string> found(const Settings& settings) {
    test::FakeResolver resolver;
    const ActiveLists lists;
    const Check check = shared_name_check();
    std::vector<std::string> out;
    for (const auto& subject : check.subjects(settings, lists)) {
        const Report report = check.run(subject, {resolver, settings, lists, {}, {}});
        EXPECT_TRUE(report.holds.empty());
        for (const auto& finding : report.findings) {
            EXPECT_EQ(finding.code, "domain.shared_suffix");
            EXPECT_EQ(finding.severity, Severity::warning);
            EXPECT_FALSE(finding.evidence.empty());
            EXPECT_TRUE(finding.remedy.ends_with('.'));
            out.push_back(finding.subject + " under " + finding.object);
        }
    }
    EXPECT_TRUE(resolver.asked().empty());
    return out;
}

// Scenario A: names of Synology's and others' dynamic DNS.
TEST(SharedName, FreeNamesAreFound) {
    struct Row {
        const char* hostname;
        std::vector<std::string> domains;
        std::vector<std::string> found;
    };
    const Row rows[] = {
        {"mail.example.org", {"example.org"}, {}},
        {"www274.sakura.ne.jp", {"ts.skr.jp"}, {}},
        {"", {"lab.synology.me"}, {"lab.synology.me under synology.me"}},
        {"", {"a.lab.synology.me"}, {"a.lab.synology.me under synology.me"}},
        {"mail.example.org", {"box.dynu.net"}, {"box.dynu.net under dynu.net"}},
        {"box.synology.me", {"example.org"}, {"box.synology.me under synology.me"}},
        {"mail.box.synology.me", {"box.synology.me"}, {"box.synology.me under synology.me"}},
        {"", {"synology.me"}, {}},
        {"", {"co.uk"}, {}},
        {"", {"host.unheard-of"}, {}},
        {"", {}, {}},
    };
    for (const auto& row : rows)
        EXPECT_EQ(found(settings_with(row.hostname, row.domains)), row.found)
            << row.hostname << ' ' << (row.domains.empty() ? "" : row.domains[0]);
}

TEST(SharedName, OfARelayIsNotTheOperators) {
    EXPECT_EQ(found(settings_with("out.github.io", {"example.org"}, "github.io")),
              std::vector<std::string>());
}

TEST(SharedName, ClearsWithTheConfiguration) {
    EXPECT_EQ(found(settings_with("", {"lab.synology.me"})).size(), 1U);
    EXPECT_EQ(found(settings_with("", {"example.org"})).size(), 0U);
}

}  // namespace
}  // namespace reputed::identity
