#include "agent/stored_samples.hpp"

#include <utility>

namespace reputed {
StoredSampleReader::StoredSampleReader(std::span<const Check> checks, const Settings& settings)
    : addresses_(settings) {
    for (const auto& check : checks)
        for (const auto* metric : check.metrics)
            families_[metric->name] = metric;
}

std::vector<Sample> StoredSampleReader::read(std::vector<StoredSample>&& stored) {
    std::vector<Sample> samples;
    samples.reserve(stored.size());
    for (auto& one : stored) {
        const auto family = families_.find(one.metric);
        if (family == families_.end() || family->second->labels.size() != one.values.size()) continue;
        Sample sample{family->second, std::move(one.values), one.value};
        const auto* address = address_of(sample);
        if (address == nullptr || addresses_.contains(*address)) samples.push_back(std::move(sample));
    }
    return samples;
}

}  // namespace reputed
