#include <map>
#include <string>

#include "agent/alias_metrics.hpp"
#include "checks/mta/queue/showq_samples.hpp"

namespace reputed {
namespace {

const MetricInfo ages{"postfix_showq_message_age_seconds",
                      SampleType::gauge,
                      "Age of messages in Postfix's message queue, in seconds",
                      {"queue"}};
const MetricInfo sizes{"postfix_showq_message_size_bytes",
                       SampleType::gauge,
                       "Size of messages in Postfix's message queue, in bytes",
                       {"queue"}};
const MetricInfo depth{"postfix_showq_queue_depth",
                       SampleType::gauge,
                       "Number of messages in Postfix's message queue",
                       {"queue"}};
const MetricInfo up{
    "postfix_up", SampleType::gauge, "Whether scraping Postfix's metrics was successful.", {"path"}};

// Where the exporter has it from; ours may come from the spool as well.
std::string showq_path(const Settings& settings) {
    const auto& directory = settings.mta.queue_directory;
    return (directory.empty() ? "/var/spool/postfix" : directory) + "/public/showq";
}

using Histograms = std::map<std::string, HistogramSample>;

void add_bucket(const MetricInfo& metric, const Sample& sample, Histograms& histograms) {
    const auto& queue = sample.values[0];
    const auto& bound = sample.values[1];
    auto& histogram = histograms[queue];
    histogram.metric = &metric;
    histogram.values = {queue};
    if (bound == "sum") {
        histogram.sum = sample.value;
        return;
    }
    const auto count = static_cast<std::uint64_t>(sample.value);
    if (bound == "+Inf") {
        histogram.count = count;
        return;
    }
    histogram.upper_bounds.push_back(std::stod(bound));
    histogram.cumulative_counts.push_back(count);
}

}  // namespace

void add_postfix_exporter(const Snapshot& snapshot, AliasSeries& out) {
    Histograms by_age;
    Histograms by_size;
    for (const auto& job : snapshot.jobs) {
        if (job.check != "queue" || job.subject != "postfix" || !job.samples) continue;
        for (const auto& sample : *job.samples)
            if (sample.metric == &mta::showq_ages)
                add_bucket(ages, sample, by_age);
            else if (sample.metric == &mta::showq_sizes)
                add_bucket(sizes, sample, by_size);
            else if (sample.metric == &mta::showq_up)
                out.samples.push_back({&up, {showq_path(*snapshot.settings)}, sample.value});
    }
    for (auto& [queue, histogram] : by_age) {
        out.samples.push_back({&depth, {queue}, static_cast<double>(histogram.count)});
        out.histograms.push_back(std::move(histogram));
    }
    for (auto& [queue, histogram] : by_size)
        out.histograms.push_back(std::move(histogram));
}

}  // namespace reputed
