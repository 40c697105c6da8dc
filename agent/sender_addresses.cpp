#include "agent/sender_addresses.hpp"

#include <algorithm>

namespace reputed {

const std::string* address_of(const Sample& sample) {
    const auto& labels = sample.metric->labels;
    const auto place =
        static_cast<std::size_t>(std::find(labels.begin(), labels.end(), "ip") - labels.begin());
    return place < labels.size() && place < sample.values.size() ? &sample.values[place] : nullptr;
}

SenderAddresses::SenderAddresses(const Settings& settings, Of which) {
    std::vector<IpNetwork> all;
    for (const auto& sender : settings.senders)
        if (which == Of::all_senders || !sender.probed)
            all.insert(all.end(), sender.networks.begin(), sender.networks.end());
    std::sort(all.begin(), all.end());  // by the first address, the wider one first
    for (const auto& network : all)
        if (networks_.empty() || !networks_.back().contains(network.first())) networks_.push_back(network);
}

bool SenderAddresses::contains(const std::string& text) {
    const auto [place, is_new] = known_.try_emplace(text);
    if (!is_new) return place->second;
    const auto address = IpAddress::parse(text);
    if (!address) return false;
    const auto next = std::upper_bound(
        networks_.begin(), networks_.end(), *address,
        [](const IpAddress& one, const IpNetwork& network) { return one < network.first(); });
    place->second = next != networks_.begin() && std::prev(next)->contains(*address);
    return place->second;
}

}  // namespace reputed
