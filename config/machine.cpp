#include "config/machine.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <memory>

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <unistd.h>

#include "config/file_text.hpp"
#include "config/host_name.hpp"
#include "config/mta_names.hpp"
#include "config/public_suffix.hpp"
#include "config/run_command.hpp"
#include "config/text.hpp"

namespace reputed {

namespace {

std::string first_line(std::string text) {
    text.erase(std::min(text.find('\n'), text.size()));
    while (!text.empty() && (text.back() == ' ' || text.back() == '\r' || text.back() == '\t'))
        text.pop_back();
    return text;
}

void discover_hostname(MachineFacts& facts) {
    if (const auto mta = ask_mta_names({}); !mta.names.empty()) {
        facts.hostname = mta.names.front();
        facts.hostname_source = mta.mta + " (" + mta.key + ")";
        return;
    }
    facts.hostname = first_line(read_file("/etc/mailname", 4096).text);
    facts.hostname_source = "/etc/mailname";
    if (!facts.hostname.empty()) return;
    // The canonical name may need DNS, which the time limit of a program bounds and a call in here would not.
    if (const auto output = run_command({"/bin/hostname", "-f"})) facts.hostname = first_line(*output);
    facts.hostname_source = "the system's host name";
    if (!facts.hostname.empty()) return;
    std::array<char, 256> name{};
    if (gethostname(name.data(), name.size() - 1) == 0) facts.hostname = name.data();
}

std::optional<IpAddress> address_of(const sockaddr* address) {
    if (!address) return {};
    if (address->sa_family == AF_INET)
        return IpAddress::v4(ntohl(reinterpret_cast<const sockaddr_in*>(address)->sin_addr.s_addr));
    if (address->sa_family != AF_INET6) return {};
    const auto& raw = reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr;
    std::array<std::uint8_t, 16> bytes{};
    std::copy(std::begin(raw.s6_addr), std::end(raw.s6_addr), bytes.begin());
    return IpAddress::v6(bytes).unmapped();
}

}  // namespace

std::vector<IpAddress> interface_addresses() {
    std::vector<IpAddress> addresses;
    ifaddrs* head = nullptr;
    if (getifaddrs(&head) != 0) return addresses;
    const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> interfaces(head, freeifaddrs);
    const auto unstable = unstable_addresses(read_file("/proc/net/if_inet6", 1024 * 1024).text);
    for (const auto* entry = head; entry; entry = entry->ifa_next) {
        if (!(entry->ifa_flags & IFF_UP)) continue;
        const auto address = address_of(entry->ifa_addr);
        if (address && !unstable.contains(*address)) addresses.push_back(*address);
    }
    return addresses;
}

namespace {

std::string usable_hostname(const MachineFacts& facts, std::vector<std::string>& remarks) {
    if (facts.hostname.empty()) {
        remarks.push_back("this machine tells no host name: set hostname under [[sender]]");
        return "";
    }
    std::string name = facts.hostname;
    std::string fault = normalize_name(name, NameUse::host);
    if (fault.empty() && is_local_name(name)) fault = in_quotes(name) + " is not a name on the Internet";
    if (fault.empty()) return name;
    remarks.push_back(facts.hostname_source + ": " + fault + ": set hostname under [[sender]]");
    return "";
}

std::vector<IpNetwork> public_networks(const MachineFacts& facts) {
    std::vector<IpNetwork> networks;
    for (const auto& address : facts.addresses) {
        const IpNetwork network(address, address.bits());
        if (address.is_public() && std::find(networks.begin(), networks.end(), network) == networks.end())
            networks.push_back(network);
    }
    return networks;
}

// A table of one line: "key = value  # reason".
std::string line(const std::string& key, const std::string& value, const std::string& reason) {
    return key + " = " + value + "  # " + reason + '\n';
}

// What nothing tells stands as a commented example that the operator completes.
std::string open_line(const std::string& key, const std::string& example, const std::string& reason) {
    return '#' + line(key, example, reason);
}

}  // namespace

std::set<IpAddress> unstable_addresses(std::string_view if_inet6) {
    constexpr unsigned temporary = 0x01;
    constexpr unsigned duplicate = 0x08;
    constexpr unsigned deprecated = 0x20;
    constexpr unsigned tentative = 0x40;
    // "ADDRESS INDEX LENGTH SCOPE FLAGS NAME", all but the name in hexadecimal, the address as 32 digits.
    constexpr std::size_t flags_at = 32 + 1 + 2 + 1 + 2 + 1 + 2 + 1;
    std::set<IpAddress> found;
    while (!if_inet6.empty()) {
        const auto end = std::min(if_inet6.find('\n'), if_inet6.size());
        const auto row = if_inet6.substr(0, end);
        if_inet6.remove_prefix(std::min(end + 1, if_inet6.size()));
        if (row.size() < flags_at + 2) continue;
        std::array<std::uint8_t, 16> bytes{};
        bool good = true;
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            const char* digits = row.data() + 2 * i;
            good = good && std::from_chars(digits, digits + 2, bytes[i], 16).ptr == digits + 2;
        }
        // An interface index of three digits moves the flags: count fields, not columns.
        std::size_t at = 0;
        for (int field = 0; field < 4 && at < row.size(); ++field)
            at = std::min(row.find(' ', at), row.size() - 1) + 1;
        unsigned flags = 0;
        if (!good || std::from_chars(row.data() + at, row.data() + row.size(), flags, 16).ec != std::errc{})
            continue;
        if (flags & (temporary | duplicate | deprecated | tentative)) found.insert(IpAddress::v6(bytes));
    }
    return found;
}

MachineFacts discover_machine() {
    MachineFacts facts;
    discover_hostname(facts);
    facts.addresses = interface_addresses();
    return facts;
}

DiscoveredSender sender_of(const MachineFacts& facts) {
    DiscoveredSender result;
    Sender sender;
    sender.hostname = usable_hostname(facts, result.remarks);
    sender.networks = public_networks(facts);
    if (sender.networks.empty())
        result.remarks.push_back(
            "no interface of this machine has a public address: name the addresses that mail leaves from in "
            "ips "
            "under [[sender]]");
    if (!sender.hostname.empty()) {
        const auto domain = organizational_domain(sender.hostname);
        sender.domains.push_back(domain.empty() ? sender.hostname : domain);
    }
    if (sender.hostname.empty() && sender.networks.empty()) return result;
    sender.name = sender.hostname.empty() ? "this machine" : sender.hostname;
    result.sender = std::move(sender);
    return result;
}

std::string initial_settings(const MachineFacts& facts) {
    const auto [sender, remarks] = sender_of(facts);
    std::string out =
        "# Configuration of reputed, as this machine describes itself. Correct what is not so.\n";
    for (const auto& remark : remarks)
        out += "# To do: " + remark + ".\n";
    // A sender without anything to watch would be an error, so that nothing known leaves the whole table
    // open.
    if (sender) {
        out += "\n[[sender]]\n";
        out += line("name", toml_quoted(sender->name), "how it is called in reports");
    } else {
        out += "\n#[[sender]]\n";
        out += open_line("name", "\"mail\"", "how it is called in reports");
    }
    if (sender && !sender->hostname.empty())
        out += line("hostname", toml_quoted(sender->hostname), "from " + facts.hostname_source);
    else
        out += open_line("hostname", "\"mail.example.org\"", "the name that the MTA says in EHLO");
    if (sender && !sender->networks.empty()) {
        out += "ips = [\n";
        for (const auto& network : sender->networks)
            out += "    " + toml_quoted(network.to_string()) + ",  # public address of an interface\n";
        out += "]\n";
    } else {
        out += open_line("ips", "[\"203.0.113.25\"]", "the addresses that mail leaves from");
    }
    if (sender && !sender->domains.empty())
        out += line("domains", '[' + toml_quoted(sender->domains[0]) + ']', "the domain above the host name");
    else
        out += open_line("domains", "[\"example.org\"]", "the domains behind the @ of your envelope senders");
    out += open_line("selectors", "[\"default\"]", "the DKIM selectors that you sign with");
    out += open_line("via", "\"relay.example.net\"", "only when a relay delivers your mail");
    return out;
}

std::string initial_settings() {
    return initial_settings(discover_machine());
}

}  // namespace reputed
