#include "agent/dns_metrics.hpp"

#include <numeric>

namespace reputed {
namespace {

const MetricInfo queries{"reputed_dns_queries_total",
                         SampleType::counter,
                         "DNS questions by what became of them; tries of one question count once",
                         {"outcome"}};
const MetricInfo retries{"reputed_dns_retries_total",
                         SampleType::counter,
                         "DNS questions that were sent again for want of an answer",
                         {}};
const MetricInfo durations{"reputed_dns_query_duration_seconds",
                           SampleType::gauge,
                           "Time from the first try of a DNS question to its end",
                           {"outcome"}};

}  // namespace

void add_dns_metrics(const DnsStatistics& statistics, Snapshot& snapshot) {
    const std::vector<double> bounds(DnsStatistics::bounds.begin(), DnsStatistics::bounds.end());
    for (const auto outcome : {Outcome::ok, Outcome::nodata, Outcome::nxdomain, Outcome::servfail,
                               Outcome::refused, Outcome::timeout, Outcome::malformed}) {
        const std::vector<std::string> label = {std::string(to_string(outcome))};
        const auto& seen = statistics.durations[static_cast<std::size_t>(outcome)];
        const auto total = statistics.total(outcome);
        snapshot.own.push_back({&queries, label, static_cast<double>(total)});
        HistogramSample histogram{&durations, label, bounds, {}, seen.sum, total};
        std::partial_sum(seen.buckets.begin(), seen.buckets.end() - 1,
                         std::back_inserter(histogram.cumulative_counts));
        snapshot.own_histograms.push_back(std::move(histogram));
    }
    snapshot.own.push_back({&retries, {}, static_cast<double>(statistics.retries)});
}

std::vector<const MetricInfo*> dns_metrics() {
    return {&queries, &retries};
}

std::vector<const MetricInfo*> dns_histograms() {
    return {&durations};
}

}  // namespace reputed
