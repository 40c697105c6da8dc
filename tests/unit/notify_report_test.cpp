#include "agent/notify_report.hpp"

#include <set>

#include <gtest/gtest.h>

namespace reputed {
namespace {

using namespace std::chrono_literals;

const WallTime noon = WallTime{} + std::chrono::seconds(1795176000);  // 2026-11-20 12:00 UTC

double sample(const Report& report, std::string_view metric, const std::vector<std::string>& values) {
    for (const auto& each : report.samples)
        if (each.metric->name == metric && each.values == values) return each.value;
    return -1;
}

TEST(NotifyReport, NothingIsWrongAtTheBeginning) {
    const auto report = notify_report({{"pager", {}}}, noon);
    EXPECT_TRUE(report.findings.empty());
    EXPECT_EQ(sample(report, "reputed_notifier_waiting", {"pager"}), 0);
    EXPECT_EQ(sample(report, "reputed_notifications_total", {"pager", "delivered"}), 0);
    EXPECT_EQ(sample(report, "reputed_notifications_total", {"pager", "failed"}), 0);
    EXPECT_EQ(sample(report, "reputed_notifications_total", {"pager", "dropped"}), 0);
    EXPECT_EQ(sample(report, "reputed_notifier_last_success_timestamp_seconds", {"pager"}), 0);
}

TEST(NotifyReport, FiguresOfEachNotifier) {
    Outbox::Figures figures;
    figures.waiting = 4;
    figures.delivered = 3;
    figures.failed = 2;
    figures.dropped = 1;
    figures.last_success = noon;
    const auto report = notify_report({{"a", figures}, {"b", {}}}, noon);
    EXPECT_EQ(sample(report, "reputed_notifier_waiting", {"a"}), 4);
    EXPECT_EQ(sample(report, "reputed_notifications_total", {"a", "delivered"}), 3);
    EXPECT_EQ(sample(report, "reputed_notifications_total", {"a", "failed"}), 2);
    EXPECT_EQ(sample(report, "reputed_notifications_total", {"a", "dropped"}), 1);
    EXPECT_EQ(sample(report, "reputed_notifier_last_success_timestamp_seconds", {"a"}), 1795176000);
    EXPECT_EQ(sample(report, "reputed_notifier_waiting", {"b"}), 0);
    std::set<const MetricInfo*> declared;
    for (const auto* metric : notify_metrics())
        declared.insert(metric);
    for (const auto& each : report.samples) {
        EXPECT_TRUE(declared.contains(each.metric)) << each.metric->name;
        EXPECT_EQ(each.values.size(), each.metric->labels.size());
    }
}

TEST(NotifyReport, FailingSaysSinceWhenAndWhy) {
    Outbox::Figures figures;
    figures.failing_since = noon;
    figures.last_error = "https://hooks.example answered 500";
    figures.waiting = 2;
    auto report = notify_report({{"pager", figures}}, noon + 1h);
    ASSERT_EQ(report.findings.size(), 1U);
    const auto& finding = report.findings[0];
    EXPECT_EQ(finding.code, "notify.failing");
    EXPECT_EQ(finding.subject, "pager");
    EXPECT_EQ(finding.severity, Severity::warning);
    EXPECT_EQ(finding.message, "The notifier pager has not been reached since 2026-11-20 12:00 UTC");
    EXPECT_EQ(finding.evidence, "https://hooks.example answered 500; 2 waiting");
    EXPECT_EQ(
        finding.remedy,
        "Run `reputed notify test` to see what it answers. What waits is told once it is reached again.");

    figures = {};
    figures.reminders_failing_since = noon;
    figures.last_reminder_error = "connection refused";
    report = notify_report({{"am", figures}}, noon + 1h);
    ASSERT_EQ(report.findings.size(), 1U);
    EXPECT_EQ(report.findings[0].evidence, "connection refused; 0 waiting");
}

TEST(NotifyReport, ADropIsToldForADay) {
    Outbox::Figures figures;
    figures.dropped = 7;
    figures.last_dropped = noon;
    const auto report = notify_report({{"pager", figures}}, noon + 23h);
    ASSERT_EQ(report.findings.size(), 1U);
    EXPECT_EQ(report.findings[0].code, "notify.dropped");
    EXPECT_EQ(report.findings[0].message,
              "The notifier pager was not told of some transitions: they were given up at 2026-11-20 12:00 "
              "UTC, or too "
              "many were waiting");
    EXPECT_EQ(report.findings[0].evidence, "7 dropped since the start");
    EXPECT_TRUE(notify_report({{"pager", figures}}, noon + 24h).findings.empty());
}

}  // namespace
}  // namespace reputed
