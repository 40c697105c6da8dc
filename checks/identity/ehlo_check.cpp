#include "checks/identity/ehlo_check.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <tuple>
#include <utility>

#include "checks/identity/ehlo.hpp"
#include "checks/identity/ptr.hpp"
#include "checks/net/resolver.hpp"
#include "config/machine.hpp"

namespace reputed::identity {
namespace {

// Addresses of the senders whose PTR is shown beside a mismatch, and names of the MTA that are looked at.
constexpr std::size_t max_reverses = 8;
constexpr std::size_t max_other_names = 4;

std::vector<const Sender*> senders_of(const std::string& hostname, const Settings& settings) {
    std::vector<const Sender*> senders;
    for (const auto& sender : settings.senders)
        if (!sender.hostname.empty() && is_same_name(sender.hostname, hostname)) senders.push_back(&sender);
    return senders;
}

std::vector<std::string> hostnames_of(const Settings& settings) {
    std::vector<std::string> names;
    for (const auto& sender : settings.senders)
        if (!sender.hostname.empty()) names.push_back(normalized_name(sender.hostname));
    sort_unique(names);
    return names;
}

Tie tie_of(const std::vector<const Sender*>& senders, const Settings& settings, const LocalMta& local) {
    if (local.names.mta.empty()) return Tie::none;
    std::vector<const Sender*> direct = senders;
    std::erase_if(direct, [](const Sender* sender) { return !sender->via.empty(); });
    if (direct.empty()) return Tie::none;
    const auto hostnames = hostnames_of(settings);
    if (hostnames.size() == 1) return Tie::certain;
    for (const auto* sender : direct)
        for (const auto& network : sender->networks)
            for (const auto& address : local.addresses)
                if (network.contains(address)) return Tie::certain;
    for (const auto& hostname : hostnames)
        if (!local.names.names.empty() && other_names(local.names, hostname).empty()) return Tie::none;
    return Tie::possible;
}

std::vector<IpAddress> first_addresses(const std::vector<const Sender*>& senders) {
    std::vector<IpAddress> addresses;
    for (const auto* sender : senders)
        for (const auto& network : sender->networks)
            for (std::uint64_t i = 0; i < network.size() && addresses.size() < max_reverses; ++i)
                if (std::find(addresses.begin(), addresses.end(), network.at(i)) == addresses.end())
                    addresses.push_back(network.at(i));
    return addresses;
}

// The MTA does not change its name often, and asking it starts programs: hundreds of host names share an
// answer.
LocalMta ask_local_mta(const MtaSettings& settings) {
    using Clock = std::chrono::steady_clock;
    struct Remembered {
        Clock::time_point asked;
        LocalMta mta;
    };
    static std::mutex mutex;
    static std::map<std::tuple<MtaKind, std::string, std::string>, Remembered> remembered;
    const std::lock_guard lock(mutex);
    const auto now = Clock::now();
    auto [entry, is_new] =
        remembered.try_emplace({settings.kind, settings.config_directory, settings.queue_directory});
    if (is_new || now - entry->second.asked >= std::chrono::seconds(2))
        entry->second = {now, {ask_mta_names(settings), interface_addresses()}};
    return entry->second.mta;
}

std::vector<std::string> subjects(const Settings& settings, const ActiveLists&) {
    return hostnames_of(settings);
}

std::chrono::seconds interval(const Settings& settings, const ActiveLists&, const std::string&) {
    return settings.checks.ehlo;
}

Report run(const std::string& hostname, const Services& services) {
    return run_ehlo(hostname, services, ask_local_mta(services.settings.mta));
}

}  // namespace

Report run_ehlo(const std::string& hostname, const Services& services, const LocalMta& local) {
    const auto senders = senders_of(hostname, services.settings);
    EhloSeen seen;
    seen.hostname = hostname;
    seen.has_addresses = std::any_of(senders.begin(), senders.end(),
                                     [](const Sender* sender) { return !sender->networks.empty(); });
    seen.mta = local.names;
    seen.tie = tie_of(senders, services.settings, local);

    std::vector<Question> questions = {{hostname, RecordType::a}, {hostname, RecordType::aaaa}};
    if (seen.tie != Tie::none) {
        for (auto& name : other_names(local.names, hostname)) {
            if (seen.others.size() == max_other_names) break;
            seen.others.push_back({ehlo_name(name), name, {}, {}});
            if (seen.others.back().name.fault != EhloFault::none) continue;
            questions.push_back({seen.others.back().name.name, RecordType::a});
            questions.push_back({seen.others.back().name.name, RecordType::aaaa});
        }
        if (!seen.others.empty())
            for (const auto& address : first_addresses(senders)) {
                seen.reverses.emplace_back(address, Answer{});
                questions.push_back({reverse_name(address), RecordType::ptr});
            }
    }
    auto answers = services.resolver.lookup(questions, services.stop);
    auto answer = answers.begin();
    seen.a = std::move(*answer++);
    seen.aaaa = std::move(*answer++);
    for (auto& other : seen.others) {
        if (other.name.fault != EhloFault::none) continue;
        other.a = std::move(*answer++);
        other.aaaa = std::move(*answer++);
    }
    for (auto& [address, reverse] : seen.reverses)
        reverse = std::move(*answer++);
    return judge_ehlo(seen);
}

Check ehlo_check() {
    return {"ehlo",   "The name behind EHLO: the mail server's own, the configured one and DNS agree.",
            subjects, interval,
            run,      {}};
}

}  // namespace reputed::identity
