#include "agent/series.hpp"

#include <limits>
#include <map>

#include <gtest/gtest.h>

namespace reputed {
namespace {

constexpr double could_not_tell = std::numeric_limits<double>::quiet_NaN();

const JobKey list_a{"dnsbl", "a.test"};
const JobKey list_b{"dnsbl", "b.test"};

TEST(Series, EmptyAtFirst) {
    const Series series;
    ASSERT_NE(series.of(list_a), nullptr);
    EXPECT_TRUE(series.of(list_a)->empty());
}

TEST(Series, KeepOnlyDropsTheRest) {
    Series series;
    const MetricInfo metric{"m", SampleType::gauge, "", {}};
    series.record(list_a, {{&metric, {}, 1}});
    series.record(list_b, {{&metric, {}, 2}});
    series.keep_only({list_b, {"dnsbl", "never ran"}});
    EXPECT_TRUE(series.of(list_a)->empty());
    EXPECT_EQ(series.of(list_b)->size(), 1U);
}

TEST(Series, AddressesThatNoSenderHasGo) {
    const MetricInfo listed{"reputed_listed", SampleType::gauge, "", {"ip", "list"}};
    const MetricInfo health{"reputed_list_health", SampleType::gauge, "", {"list", "health"}};
    Series series;
    for (const auto& job : {list_a, list_b})
        series.record(job, {{&listed, {"11.0.0.1", job.subject}, 1},
                            {&listed, {"11.0.0.9", job.subject}, 1},
                            {&health, {job.subject, "usable"}, 1}});
    Settings settings;
    settings.senders.emplace_back().networks = {*IpNetwork::parse("11.0.0.0/29")};
    SenderAddresses addresses(settings);
    series.keep_only(addresses, list_a);
    EXPECT_EQ(series.of(list_a)->size(), 2U);
    EXPECT_EQ(series.of(list_b)->size(), 3U);
    series.keep_only(addresses);
    ASSERT_EQ(series.of(list_b)->size(), 2U);
    EXPECT_EQ(series.of(list_b)->at(0).values[0], "11.0.0.1");
}

const MetricInfo gauge{"reputed_listed", SampleType::gauge, "", {"ip", "list"}};
const MetricInfo time_of{"reputed_time", SampleType::gauge, "", {"ip", "list"}, 0};

// Values of the job's series by the name of the metric and its labels.
std::map<std::string, double> shown(const Series& series, const JobKey& job) {
    std::map<std::string, double> values;
    for (const auto& sample : *series.of(job)) {
        std::string key(sample.metric->name);
        for (const auto& value : sample.values)
            key += ' ' + value;
        values[key] = sample.value;
    }
    return values;
}

using Values = std::map<std::string, double>;

TEST(Series, ThatCouldNotBeToldKeepTheLastGoodValue) {
    Series series;
    const auto record = [&](const JobKey& job, double listed, double time) {
        series.record(job, {{&gauge, {"1", "a"}, listed}, {&time_of, {"1", "a"}, time}});
        return shown(series, job);
    };
    EXPECT_EQ(record(list_a, could_not_tell, could_not_tell), (Values{{"reputed_time 1 a", 0}}))
        << "no series before the first good answer, but the time is 0 = never";
    EXPECT_EQ(record(list_a, could_not_tell, could_not_tell), (Values{{"reputed_time 1 a", 0}}));
    EXPECT_EQ(record(list_a, 1, 100), (Values{{"reputed_listed 1 a", 1}, {"reputed_time 1 a", 100}}));
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(record(list_a, could_not_tell, could_not_tell),
                  (Values{{"reputed_listed 1 a", 1}, {"reputed_time 1 a", 100}}));
    EXPECT_EQ(record(list_b, could_not_tell, could_not_tell), (Values{{"reputed_time 1 a", 0}}))
        << "another job's value is not its own";
    EXPECT_EQ(record(list_a, 0, 200), (Values{{"reputed_listed 1 a", 0}, {"reputed_time 1 a", 200}}));
}

TEST(Series, GoWithTheirTarget) {
    Series series;
    series.record(list_a, {{&gauge, {"1", "a"}, 1}, {&gauge, {"2", "a"}, 1}});
    series.record(list_a, {{&gauge, {"2", "a"}, could_not_tell}});
    EXPECT_EQ(shown(series, list_a), (Values{{"reputed_listed 2 a", 1}}));
    series.record(list_a, {{&gauge, {"1", "a"}, could_not_tell}});
    EXPECT_EQ(shown(series, list_a), Values{}) << "gone is forgotten";
}

TEST(Series, WithLikeLabelsAreTwoSeries) {
    Series series;
    series.record(list_a, {{&gauge,
                            {"a",
                             "\xff"
                             "b"},
                            1},
                           {&gauge, {"a\xff", "b"}, 2}});
    series.record(list_a, {{&gauge,
                            {"a",
                             "\xff"
                             "b"},
                            could_not_tell},
                           {&gauge, {"a\xff", "b"}, could_not_tell}});
    EXPECT_EQ(shown(series, list_a), (Values{{"reputed_listed a \xff"
                                              "b",
                                              1},
                                             {"reputed_listed a\xff b", 2}}));
}

TEST(Series, ThatAReaderHasAreNotTouchedByTheNextRun) {
    Series series;
    series.record(list_a, {{&gauge, {"1", "a"}, 1}});
    const auto before = series.of(list_a);
    series.record(list_a, {{&gauge, {"1", "a"}, 0}});
    EXPECT_EQ(before->at(0).value, 1);
}

}  // namespace
}  // namespace reputed
