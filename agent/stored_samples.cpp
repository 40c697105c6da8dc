#include "agent/stored_samples.hpp"

#include <algorithm>
#include <utility>

namespace reputed {
namespace {

std::vector<IpNetwork> networks_of(const Settings& settings) {
    std::vector<IpNetwork> all;
    for (const auto& sender : settings.senders)
        all.insert(all.end(), sender.networks.begin(), sender.networks.end());
    std::sort(all.begin(), all.end());  // by the first address, the wider one first
    std::vector<IpNetwork> kept;
    for (const auto& network : all)
        if (kept.empty() || !kept.back().contains(network.first())) kept.push_back(network);
    return kept;
}

}  // namespace

StoredSampleReader::StoredSampleReader(std::span<const Check> checks, const Settings& settings)
    : networks_(networks_of(settings)) {
    for (const auto& check : checks)
        for (const auto* metric : check.metrics)
            families_[metric->name] = metric;
}

bool StoredSampleReader::is_sent_from(const std::string& text) {
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

std::vector<Sample> StoredSampleReader::read(std::vector<StoredSample>&& stored) {
    std::vector<Sample> samples;
    samples.reserve(stored.size());
    for (auto& one : stored) {
        const auto family = families_.find(one.metric);
        if (family == families_.end() || family->second->labels.size() != one.values.size()) continue;
        const auto& labels = family->second->labels;
        const auto ip = std::find(labels.begin(), labels.end(), "ip");
        if (ip != labels.end() && !is_sent_from(one.values[static_cast<std::size_t>(ip - labels.begin())]))
            continue;
        samples.push_back({family->second, std::move(one.values), one.value});
    }
    return samples;
}

}  // namespace reputed
