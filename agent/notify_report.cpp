#include "agent/notify_report.hpp"

#include <chrono>
#include <cstdint>

#include <time.h>

#include "config/utc.hpp"

namespace reputed {
namespace {

using namespace std::chrono_literals;

// Long enough for the people and the dashboards that look once a day.
constexpr auto drop_is_told_for = 24h;

const MetricInfo waiting{"reputed_notifier_waiting",
                         SampleType::gauge,
                         "Transitions that a notifier has still to be told",
                         {"notifier"}};
const MetricInfo notifications{"reputed_notifications_total",
                               SampleType::counter,
                               "Messages delivered, attempts that failed, and transitions dropped untold",
                               {"notifier", "result"}};
const MetricInfo last_success{"reputed_notifier_last_success_timestamp_seconds",
                              SampleType::gauge,
                              "When a notifier was last reached; 0 = never since the start",
                              {"notifier"}};

std::string utc(WallTime time) {
    return utc_text(time, "%Y-%m-%d %H:%M UTC");
}

double unix_seconds(WallTime time) {
    return std::chrono::duration<double>(time.time_since_epoch()).count();
}

Finding failing(const std::string& name, const OutboxFigures& figures) {
    const bool message = figures.failing_since != WallTime{};
    Finding finding;
    finding.code = "notify.failing";
    finding.subject = name;
    finding.severity = Severity::warning;
    finding.message = "The notifier " + name + " has not been reached since " +
                      utc(message ? figures.failing_since : figures.reminders_failing_since);
    finding.evidence = (message ? figures.last_error : figures.last_reminder_error) + "; " +
                       std::to_string(figures.waiting) + " waiting";
    finding.remedy =
        "Run `reputed notify test` to see what it answers. What waits is told once it is reached again.";
    return finding;
}

Finding dropped(const std::string& name, const OutboxFigures& figures) {
    Finding finding;
    finding.code = "notify.dropped";
    finding.subject = name;
    finding.severity = Severity::warning;
    finding.message = "The notifier " + name + " was not told of some transitions: they were given up at " +
                      utc(figures.last_dropped) + ", or too many were waiting";
    finding.evidence = std::to_string(figures.dropped) + " dropped since the start";
    finding.remedy = "See `reputed history` for what happened, and `reputed notify test` for the notifier.";
    return finding;
}

void add_notifications(Report& report, const std::string& name, const char* result, std::uint64_t count) {
    report.samples.push_back({&notifications, {name, result}, static_cast<double>(count)});
}

}  // namespace

Report notify_report(const std::map<std::string, Outbox::Figures>& figures, WallTime now) {
    Report report;
    for (const auto& [name, each] : figures) {
        if (each.failing_since != WallTime{} || each.reminders_failing_since != WallTime{})
            report.findings.push_back(failing(name, each));
        if (each.last_dropped != WallTime{} && now - each.last_dropped < drop_is_told_for)
            report.findings.push_back(dropped(name, each));
        add_notifications(report, name, "delivered", each.delivered);
        add_notifications(report, name, "failed", each.failed);
        add_notifications(report, name, "dropped", each.dropped);
        report.samples.push_back({&waiting, {name}, static_cast<double>(each.waiting)});
        report.samples.push_back({&last_success, {name}, unix_seconds(each.last_success)});
    }
    return report;
}

std::vector<const MetricInfo*> notify_metrics() {
    return {&waiting, &notifications, &last_success};
}

}  // namespace reputed
