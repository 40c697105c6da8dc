#include "checks/reputation/feedback/feedback_check.hpp"

#include <algorithm>

#include "checks/reputation/feedback/source.hpp"

namespace reputed::feedback {
namespace {

constexpr auto gauge = SampleType::gauge;
const MetricInfo value_metric{"reputed_feedback_value",
                              gauge,
                              "What a service tells about us, of its day; ratios 0 to 1.",
                              {"source", "subject", "metric"}};
const MetricInfo timestamp_metric{"reputed_feedback_data_timestamp_seconds",
                                  gauge,
                                  "Of which time the newest data of the service is.",
                                  {"source", "subject"}};
const MetricInfo up_metric{"reputed_feedback_up",
                           gauge,
                           "Whether the service answered the last time that it was asked.",
                           {"source"}};

const FeedbackSettings& settings_of(const Settings& settings, const std::string& name) {
    return *std::find_if(settings.feedback.begin(), settings.feedback.end(),
                         [&](const FeedbackSettings& one) { return one.name == name; });
}

std::vector<std::string> subjects(const Settings& settings, const ActiveLists&) {
    std::vector<std::string> names;
    for (const auto& one : settings.feedback)
        names.push_back(one.name);
    return names;
}

std::chrono::seconds interval(const Settings& settings, const ActiveLists&, const std::string& subject) {
    return settings_of(settings, subject).interval;
}

Report run(const std::string&, const Services&) {
    Report report;
    report.holds.push_back({});
    return report;
}

}  // namespace

Check feedback_check() {
    return {.name = "feedback",
            .help = "What services that receivers run tell about us.",
            .subjects = subjects,
            .interval = interval,
            .run = run,
            .metrics = {&value_metric, &timestamp_metric, &up_metric}};
}

}  // namespace reputed::feedback
