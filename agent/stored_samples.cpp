#include "agent/stored_samples.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

namespace reputed {
namespace {

bool is_sent_from(const std::string& text, const Settings& settings) {
    const auto address = IpAddress::parse(text);
    return address &&
           std::any_of(settings.senders.begin(), settings.senders.end(), [&](const Sender& sender) {
               return std::any_of(sender.networks.begin(), sender.networks.end(),
                                  [&](const IpNetwork& network) { return network.contains(*address); });
           });
}

}  // namespace

std::vector<StoredSample> to_stored(const std::vector<Sample>& samples) {
    std::vector<StoredSample> stored;
    stored.reserve(samples.size());
    for (const auto& sample : samples)
        stored.push_back({std::string(sample.metric->name), sample.values, sample.value});
    return stored;
}

std::vector<Sample> from_stored(std::vector<StoredSample>&& stored, std::span<const Check> checks,
                                const Settings& settings) {
    std::map<std::string_view, const MetricInfo*> families;
    for (const auto& check : checks)
        for (const auto* metric : check.metrics)
            families[metric->name] = metric;
    std::map<std::string, bool> known;  // addresses
    const auto is_known = [&](const std::string& address) {
        const auto [place, is_new] = known.try_emplace(address);
        if (is_new) place->second = is_sent_from(address, settings);
        return place->second;
    };
    std::vector<Sample> samples;
    samples.reserve(stored.size());
    for (auto& one : stored) {
        const auto family = families.find(one.metric);
        if (family == families.end() || family->second->labels.size() != one.values.size()) continue;
        const auto& labels = family->second->labels;
        const auto ip = std::find(labels.begin(), labels.end(), "ip");
        if (ip != labels.end() && !is_known(one.values[static_cast<std::size_t>(ip - labels.begin())]))
            continue;
        samples.push_back({family->second, std::move(one.values), one.value});
    }
    return samples;
}

}  // namespace reputed
