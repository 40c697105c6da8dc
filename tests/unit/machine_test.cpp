#include "config/machine.hpp"

#include <gtest/gtest.h>

#include "config/run_command.hpp"
#include "config/sources.hpp"

namespace reputed {
namespace {

MachineFacts facts(const std::string& hostname, const std::vector<std::string>& addresses) {
    MachineFacts result{hostname, "Postfix (myhostname)", {}};
    for (const auto& address : addresses)
        result.addresses.push_back(*IpAddress::parse(address));
    return result;
}

const std::string no_address =
    "no interface of this machine has a public address: name the addresses that mail leaves from in ips "
    "under [[sender]]";

TEST(MachineSender, IsWhatTheFactsSay) {
    const auto [sender, remarks] =
        sender_of(facts("Mail.Example.CO.UK.", {"127.0.0.1", "8.8.4.4", "10.0.0.1", "::1", "fe80::1",
                                                "2606:4700::1111", "8.8.4.4"}));
    ASSERT_TRUE(sender);
    EXPECT_EQ(sender->name, "mail.example.co.uk");
    EXPECT_EQ(sender->hostname, "mail.example.co.uk");
    EXPECT_EQ(sender->domains, std::vector<std::string>{"example.co.uk"});
    ASSERT_EQ(sender->networks.size(), 2U);
    EXPECT_EQ(sender->networks[0].to_string(), "8.8.4.4");
    EXPECT_EQ(sender->networks[1].to_string(), "2606:4700::1111");
    EXPECT_TRUE(remarks.empty());
}

TEST(MachineSender, SaysWhatItCouldNotTell) {
    struct Row {
        const char* hostname;
        std::vector<std::string> addresses;
        const char* name;  // "" = no sender
        std::vector<std::string> remarks;
    };
    const Row rows[] = {
        {"mail.example.org", {"192.168.1.2"}, "mail.example.org", {no_address}},
        {"mail.localdomain",
         {"8.8.4.4"},
         "this machine",
         {"Postfix (myhostname): \"mail.localdomain\" is not a name on the Internet: set hostname under "
          "[[sender]]"}},
        {"", {"8.8.4.4"}, "this machine", {"this machine tells no host name: set hostname under [[sender]]"}},
        {"vm",
         {},
         "",
         {"Postfix (myhostname): \"vm\" is one label: write the full name, such as \"vm.example.org\": set "
          "hostname "
          "under [[sender]]",
          no_address}},
    };
    for (const auto& row : rows) {
        const auto found = sender_of(facts(row.hostname, row.addresses));
        EXPECT_EQ(found.sender ? found.sender->name : "", row.name) << row.hostname;
        EXPECT_EQ(found.remarks, row.remarks) << row.hostname;
    }
}

TEST(MachineInitialSettings, ReadBackAsTheSameSender) {
    for (const auto& seen : {facts("mail.example.org", {"8.8.4.4", "2606:4700::1111"}),
                             facts("mail.example.org", {}), facts("", {"8.8.4.4"}), facts("", {})}) {
        const Sources sources{nullptr, nullptr, [&] { return seen; }};
        Problems problems;
        const auto text = initial_settings(seen);
        const auto settings = parse_settings(text, "first.toml", sources, problems);
        EXPECT_TRUE(problems.empty()) << problems[0].to_string() << '\n' << text;
        const auto expected = sender_of(seen).sender;
        ASSERT_EQ(settings.senders.size(), expected ? 1U : 0U) << text;
        if (!expected) continue;
        EXPECT_EQ(settings.senders[0].name, expected->name);
        EXPECT_EQ(settings.senders[0].hostname, expected->hostname);
        EXPECT_EQ(settings.senders[0].networks, expected->networks);
        EXPECT_EQ(settings.senders[0].domains, expected->domains);
    }
}

TEST(MachineInitialSettings, EveryLineHasItsReason) {
    EXPECT_EQ(initial_settings(facts("mail.example.org", {"8.8.4.4"})),
              "# Configuration of reputed, as this machine describes itself. Correct what is not so.\n"
              "\n"
              "[[sender]]\n"
              "name = \"mail.example.org\"  # how it is called in reports\n"
              "hostname = \"mail.example.org\"  # from Postfix (myhostname)\n"
              "ips = [\n"
              "    \"8.8.4.4\",  # public address of an interface\n"
              "]\n"
              "domains = [\"example.org\"]  # the domain above the host name\n"
              "#selectors = [\"default\"]  # the DKIM selectors that you sign with\n"
              "#via = \"relay.example.net\"  # only when a relay delivers your mail\n");
}

TEST(MachineUnstableAddresses, ReadsTheKernelsFlags) {
    const auto found = unstable_addresses(
        "20010db8000000000000000000000001 02 40 00 80     eth0\n"
        "20010db8000000000000000000000002 02 40 00 01     eth0\n"
        "20010db8000000000000000000000003 02 40 00 20     eth0\n"
        "20010db8000000000000000000000004 02 40 00 40     eth0\n"
        "20010db8000000000000000000000005 02 40 00 88     eth0\n"
        "20010db8000000000000000000000006 102 40 00 01     eth258\n"
        "00000000000000000000000000000001 01 80 10 80       lo\n"
        "zz010db8000000000000000000000007 02 40 00 01     eth0\n"
        "20010db8000000000000000000000008 02 40\n"
        "short\n"
        "20010db8000000000000000000000009 02 40 00 01     eth0");
    std::vector<std::string> texts;
    for (const auto& address : found)
        texts.push_back(address.to_string());
    EXPECT_EQ(texts, (std::vector<std::string>{"2001:db8::2", "2001:db8::3", "2001:db8::4", "2001:db8::5",
                                               "2001:db8::6", "2001:db8::9"}));
    EXPECT_TRUE(unstable_addresses("").empty());
}

TEST(MachineCommand, GivesOutputOfSuccessOnly) {
    EXPECT_EQ(run_command({"/bin/echo", "-n", "$HOME; `id`"}), "$HOME; `id`");
    EXPECT_EQ(run_command({"/bin/sh", "-c", "echo $PATH$SECRET"}), "/usr/sbin:/usr/bin:/sbin:/bin\n");
    EXPECT_EQ(run_command({"/bin/cat"}), "");
    EXPECT_FALSE(run_command({"/bin/false"}));
    EXPECT_FALSE(run_command({"/nonexistent/program"}));
    EXPECT_FALSE(run_command({"/etc/passwd"}));
    EXPECT_FALSE(run_command({}));
}

TEST(MachineCommand, IsKilledAtItsLimits) {
    const auto short_time = std::chrono::milliseconds(50);
    EXPECT_FALSE(run_command({"/bin/sleep", "1000"}, {short_time, 4096}));
    EXPECT_FALSE(run_command({"/bin/sh", "-c", "exec >&-; sleep 1000"}, {short_time, 4096}));
    EXPECT_FALSE(
        run_command({"/bin/sh", "-c", "while :; do echo y; done"}, {std::chrono::seconds(60), 4096}));
    EXPECT_FALSE(run_command({"/bin/sh", "-c", "sleep 1000 & wait"}, {short_time, 4096}));
}

TEST(MachineFacts, AreFoundWithinBounds) {
    const auto found = discover_machine();
    EXPECT_FALSE(found.hostname_source.empty());
    for (const auto& address : found.addresses)
        EXPECT_EQ(address, address.unmapped());
}

}  // namespace
}  // namespace reputed
