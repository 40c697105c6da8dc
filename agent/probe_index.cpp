#include "agent/probe_index.hpp"

#include <algorithm>

#include "agent/sender_addresses.hpp"

namespace reputed {

ProbeIndex::ProbeIndex(const Snapshot& snapshot) {
    if (!snapshot.settings) return;
    const auto& senders = snapshot.settings->senders;
    if (std::none_of(senders.begin(), senders.end(), [](const Sender& sender) { return sender.probed; }))
        return;

    for (const auto& sender : senders)
        if (sender.probed)
            for (const auto& network : sender.networks)
                known_[network.first().to_string()].senders.push_back(&sender);
    SenderAddresses configured(*snapshot.settings, SenderAddresses::Of::configured_senders);
    for (auto& [address, known] : known_)
        known.configured = configured.contains(address);
    for (const auto& job : snapshot.jobs) {
        if (job.check == "dnsbl") oldest_round_ = std::min(oldest_round_, job.last_run);
        if (!job.samples) continue;
        for (const auto& sample : *job.samples) {
            const auto* address = address_of(sample);
            if (address == nullptr) continue;
            if (const auto found = known_.find(*address); found != known_.end())
                found->second.samples.push_back(&sample);
        }
    }
    for (const auto& open : snapshot.findings)
        if (const auto found = known_.find(open.finding.subject); found != known_.end())
            ++found->second.findings[static_cast<std::size_t>(open.finding.severity)];
}

const ProbeIndex::Known* ProbeIndex::find(const std::string& address) const {
    const auto found = known_.find(address);
    return found == known_.end() ? nullptr : &found->second;
}

bool ProbeIndex::hides(const Sample& sample) const {
    if (known_.empty()) return false;
    const auto* address = address_of(sample);
    if (address == nullptr) return false;
    const auto* known = find(*address);
    return known != nullptr && !known->configured;
}

}  // namespace reputed
