#include "agent/day_course.hpp"

#include <gtest/gtest.h>

#include "tests/support/sample_snapshot.hpp"

namespace reputed {
namespace {

using test::at;
using test::noon;

const MetricInfo messages{"reputed_queue_messages", SampleType::gauge, "", {"mta", "queue"}};
const MetricInfo lines{"reputed_log_lines_total", SampleType::counter, "", {"mta"}};
const MetricInfo attempts{
    "reputed_delivery_attempts_total", SampleType::counter, "", {"mta", "provider", "class", "status"}};

struct Look {
    std::int64_t time;
    double queued;
    double sent, deferred, bounced;
};

Snapshot seen(const Look& look) {
    Snapshot snapshot;
    const auto attempt = [](const char* status, double n) {
        return Sample{&attempts, {"postfix", "gmail", "other", status}, n};
    };
    snapshot.jobs = {test::job("delivery", "deliveries",
                               {{&lines, {"postfix"}, 10},
                                attempt("sent", look.sent),
                                attempt("deferred", look.deferred),
                                attempt("bounced", look.bounced - 1),
                                attempt("expired", 1)}),
                     test::job("queue", "postfix",
                               {{&messages, {"postfix", "active"}, 1},
                                {&messages, {"postfix", "deferred"}, look.queued - 1}})};
    for (auto& job : snapshot.jobs)
        job.last_run = job.last_success = at(look.time);
    return snapshot;
}

TEST(DayCourse, QueueAndDeliveriesByQuarterOfAnHour) {
    DayCourse course;
    EXPECT_TRUE(course.note(seen({noon - 900, 5, 100, 10, 2})));
    EXPECT_FALSE(course.note(seen({noon - 900, 5, 100, 10, 2})));  // the same runs again
    EXPECT_TRUE(course.note(seen({noon - 600, 9, 103, 10, 2})));
    EXPECT_TRUE(course.note(seen({noon - 300, 7, 104, 12, 2})));
    EXPECT_TRUE(course.note(seen({noon + 5, 4, 104, 12, 3})));
    const auto steps = course.steps_until(at(noon + 10)).at("postfix");
    EXPECT_EQ(steps[95], (DayCourse::Step{4.0, true, 0, 0, 1}));
    EXPECT_EQ(steps[94], (DayCourse::Step{9.0, true, 4, 2, 0}));
    EXPECT_EQ(steps[93], DayCourse::Step{}) << "nobody looked";
}

// Nothing is made up from a counter that began anew, and the first look only says where it stands.
TEST(DayCourse, CountsOnlyWhatItSaw) {
    DayCourse course;
    course.note(seen({noon, 1, 1'000'000, 5, 5}));
    EXPECT_FALSE(course.steps_until(at(noon)).at("postfix")[95].counted);
    course.note(seen({noon + 60, 1, 3, 5, 5}));
    EXPECT_FALSE(course.steps_until(at(noon + 60)).at("postfix")[95].counted);
    course.note(seen({noon + 120, 1, 5, 5, 5}));
    EXPECT_EQ(course.steps_until(at(noon + 120)).at("postfix")[95].accepted, 2);
}

TEST(DayCourse, ADayLaterItIsGone) {
    DayCourse course;
    course.note(seen({noon, 5, 1, 1, 1}));
    EXPECT_TRUE(course.steps_until(at(noon + 95 * 900)).at("postfix")[0].queued.has_value());
    const auto later = course.steps_until(at(noon + 96 * 900)).at("postfix");
    for (const auto& step : later)
        EXPECT_FALSE(step.queued.has_value());
}

TEST(DayCourse, IsBounded) {
    DayCourse course;
    auto snapshot = seen({noon, 1, 1, 1, 1});
    snapshot.jobs.erase(snapshot.jobs.begin());
    for (int i = 0; i < 100; ++i) {
        snapshot.jobs.front().subject = "mta" + std::to_string(i);
        course.note(snapshot);
    }
    EXPECT_EQ(course.steps_until(at(noon)).size(), 16U);
}

}  // namespace
}  // namespace reputed
