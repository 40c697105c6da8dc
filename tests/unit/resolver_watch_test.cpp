#include "agent/resolver_watch.hpp"

#include <gtest/gtest.h>

namespace reputed {
namespace {

DnsStatistics statistics(std::uint64_t answered, std::uint64_t failed) {
    DnsStatistics out;
    out.durations[static_cast<std::size_t>(Outcome::nxdomain)].buckets[0] = answered;
    out.durations[static_cast<std::size_t>(Outcome::timeout)].buckets[12] = failed;
    return out;
}

// "silent", "well" or "held".
std::string judgement(const Report& report) {
    if (!report.holds.empty()) return "held";
    return report.findings.empty() ? "well" : report.findings[0].evidence;
}

TEST(ResolverWatch, JudgesByWhatWasAskedSinceTheLastLook) {
    ResolverWatch watch;
    EXPECT_EQ(judgement(watch.look(statistics(0, 0))), "held");
    EXPECT_EQ(judgement(watch.look(statistics(0, 4))), "held");
    EXPECT_EQ(judgement(watch.look(statistics(0, 5))),
              "5 of the last 5 questions ended in a timeout or SERVFAIL");
    EXPECT_EQ(judgement(watch.look(statistics(4, 5))), "held");
    EXPECT_EQ(judgement(watch.look(statistics(5, 5))), "well");
    EXPECT_EQ(judgement(watch.look(statistics(15, 44))), "well") << "79 %";
    EXPECT_EQ(judgement(watch.look(statistics(25, 84))),
              "40 of the last 50 questions ended in a timeout or SERVFAIL");
    EXPECT_EQ(judgement(watch.look(statistics(10, 0))), "well") << "a reload made another resolver";
    const auto report = watch.look(statistics(10, 100));
    ASSERT_EQ(report.findings.size(), 1U);
    EXPECT_TRUE(report.findings[0].blinds);
}

}  // namespace
}  // namespace reputed
