#include "agent/metric_families.hpp"

#include <set>

#include <gtest/gtest.h>

#include "agent/manual/metric_reference.hpp"

namespace reputed {
namespace {

std::vector<const MetricInfo*> every_family() {
    std::vector<const MetricInfo*> all;
    for (const auto& group : metric_families())
        for (const auto* part : {&group.metrics, &group.histograms})
            all.insert(all.end(), part->begin(), part->end());
    return all;
}

TEST(MetricFamilies, EachIsDeclaredOnce) {
    std::set<std::string_view> names;
    for (const auto* metric : every_family())
        EXPECT_TRUE(names.insert(metric->name).second) << metric->name;
    EXPECT_GT(names.size(), 60U);
}

TEST(MetricFamilies, EachSaysWhatItIsAndWhenItIsThere) {
    for (const auto* metric : every_family()) {
        EXPECT_FALSE(metric->help.empty()) << metric->name;
        EXPECT_FALSE(manual::presence_of(metric->name).empty())
            << "agent/manual/metric_reference.cpp has to say when " << metric->name << " is there";
    }
}

TEST(MetricFamilies, CountersEndInTotalAndNothingElseDoes) {
    for (const auto* metric : every_family())
        EXPECT_EQ(metric->name.ends_with("_total"), metric->type == SampleType::counter) << metric->name;
}

TEST(MetricFamilies, UnitsAreReadFromTheName) {
    EXPECT_EQ(manual::unit_of("reputed_queue_bytes"), "bytes");
    EXPECT_EQ(manual::unit_of("process_cpu_seconds_total"), "seconds");
    EXPECT_EQ(manual::unit_of("reputed_queue_oldest_arrival_timestamp_seconds"), "Unix time");
    EXPECT_EQ(manual::unit_of("reputed_delivery_error_ratio"), "0 to 1");
    EXPECT_EQ(manual::unit_of("reputed_listed"), "");
}

TEST(MetricFamilies, TheReferenceHasARowForEach) {
    const MetricInfo waiting{"reputed_x_seconds", SampleType::gauge, "Waits a|b", {"ip", "list"}};
    const MetricInfo total{"reputed_y_total", SampleType::counter, "Counts.", {}};
    const std::vector<MetricGroup> groups = {{"x", "An example.", {&waiting}, {&total}}};
    const auto text = manual::metric_reference(groups);
    EXPECT_NE(text.find("## x\n\nAn example.\n\n"), std::string::npos) << text;
    EXPECT_NE(text.find("| `reputed_x_seconds` | `ip`, `list` | gauge, seconds | Waits a\\|b |  |\n"),
              std::string::npos)
        << text;
    EXPECT_NE(text.find("| `reputed_y_total` | none | histogram | Counts |  |\n"), std::string::npos) << text;
}

}  // namespace
}  // namespace reputed
