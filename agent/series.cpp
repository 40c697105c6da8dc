#include "agent/series.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <unordered_map>
#include <utility>

namespace reputed {
namespace {

// Lengths in front, so that no text can make two keys one.
std::string key_of(const Sample& sample) {
    std::string key(sample.metric->name);
    for (const auto& value : sample.values) {
        key += std::to_string(value.size());
        key += ':';
        key += value;
    }
    return key;
}

bool is_unknown(const Sample& sample) {
    return std::isnan(sample.value);
}

void fill_in_unknown(std::vector<Sample>& samples, const std::vector<Sample>& before) {
    if (std::none_of(samples.begin(), samples.end(), is_unknown)) return;
    std::unordered_map<std::string, double> known;
    for (const auto& sample : before)
        known.emplace(key_of(sample), sample.value);
    for (auto& sample : samples) {
        if (!is_unknown(sample)) continue;
        const auto found = known.find(key_of(sample));
        sample.value = found != known.end() ? found->second : sample.metric->before_first;
    }
    std::erase_if(samples, is_unknown);
}

}  // namespace

void Series::record(const JobKey& job, std::vector<Sample>&& samples) {
    auto& kept = jobs_[job];
    fill_in_unknown(samples, kept ? *kept : std::vector<Sample>{});
    kept = std::make_shared<const std::vector<Sample>>(std::move(samples));
}

void Series::keep_only(const std::set<JobKey>& jobs) {
    std::erase_if(jobs_, [&](const auto& entry) { return !jobs.contains(entry.first); });
}

void Series::keep_only(SenderAddresses& addresses, Samples& samples) {
    const auto is_gone = [&](const Sample& sample) {
        const auto* address = address_of(sample);
        return address != nullptr && !addresses.contains(*address);
    };
    if (!samples || std::none_of(samples->begin(), samples->end(), is_gone)) return;
    auto kept = *samples;
    std::erase_if(kept, is_gone);
    samples = std::make_shared<const std::vector<Sample>>(std::move(kept));
}

void Series::keep_only(SenderAddresses& addresses) {
    for (auto& [job, samples] : jobs_)
        keep_only(addresses, samples);
}

void Series::keep_only(SenderAddresses& addresses, const JobKey& job) {
    if (const auto found = jobs_.find(job); found != jobs_.end()) keep_only(addresses, found->second);
}

std::shared_ptr<const std::vector<Sample>> Series::of(const JobKey& job) const {
    static const auto none = std::make_shared<const std::vector<Sample>>();
    const auto found = jobs_.find(job);
    return found == jobs_.end() ? none : found->second;
}

}  // namespace reputed
