#include "checks/mta/queue/showq_samples.hpp"

#include <string>

#include "checks/mta/queue/queue_reader.hpp"

namespace reputed::mta {

const MetricInfo showq_ages{"postfix_showq_message_age_seconds",
                            SampleType::gauge,
                            "Age of the messages in Postfix's queues, as postfix_exporter has it.",
                            {"queue", "le"}};
const MetricInfo showq_sizes{"postfix_showq_message_size_bytes",
                             SampleType::gauge,
                             "Size of the messages in Postfix's queues, as postfix_exporter has it.",
                             {"queue", "le"}};
const MetricInfo showq_up{"postfix_up",
                          SampleType::gauge,
                          "Whether Postfix's queues could be read the last time, as postfix_exporter has it.",
                          {}};

namespace {

void add(const MetricInfo& metric, const std::string& queue, const DecadeHistogram& histogram,
         Report& report) {
    for (std::size_t i = 0; i < histogram.bounds(); ++i)
        report.samples.push_back({&metric,
                                  {queue, std::to_string(static_cast<std::uint64_t>(histogram.bound(i)))},
                                  static_cast<double>(histogram.up_to(i))});
    report.samples.push_back({&metric, {queue, "+Inf"}, static_cast<double>(histogram.count())});
    report.samples.push_back({&metric, {queue, "sum"}, histogram.sum()});
}

}  // namespace

void add_showq_samples(const QueueResult& result, Report& report) {
    const auto* queue = std::get_if<QueueReport>(&result);
    report.samples.push_back({&showq_up, {}, queue != nullptr && queue->total.messages ? 1.0 : 0.0});
    if (queue == nullptr) return;
    for (const auto name : queue_names("postfix")) {
        // postfix_exporter knows what showq lists, and damaged files are not in it.
        if (name == "corrupt") continue;
        const auto shape = queue->shapes.find(name);
        if (shape == queue->shapes.end()) continue;
        add(showq_ages, std::string(name), shape->second.ages, report);
        add(showq_sizes, std::string(name), shape->second.sizes, report);
    }
}

}  // namespace reputed::mta
