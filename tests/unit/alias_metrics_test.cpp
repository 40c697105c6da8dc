#include "agent/alias_metrics.hpp"

#include <gtest/gtest.h>

#include "agent/metrics.hpp"
#include "checks/mta/queue/queue_tally.hpp"
#include "checks/mta/queue/showq_samples.hpp"
#include "tests/support/sample_snapshot.hpp"

namespace reputed {
namespace {

using test::noon;
using test::sample;

std::string lines_with(const std::string& text, std::string_view word) {
    std::string out;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);)
        if (line.find(word) != std::string::npos) out += line + '\n';
    return out;
}

Snapshot snapshot_with(const std::vector<std::string>& aliases, std::vector<JobState> jobs) {
    Snapshot snapshot;
    auto settings = test::settings_with({"192.0.2.10", "192.0.2.11"});
    settings->metrics.aliases = aliases;
    snapshot.settings = settings;
    snapshot.lists = test::lists_of({{"bl.test", ListKind::ip_blocklist},
                                     {"wl.test", ListKind::ip_allowlist},
                                     {"dbl.test", ListKind::domain_blocklist}});
    snapshot.jobs = std::move(jobs);
    return snapshot;
}

Sample listed(const char* ip, double value) {
    return sample("reputed_listed", {ip, "bl.test"}, value);
}
Sample answered(const char* ip, double time) {
    return sample("reputed_dnsbl_last_answer_timestamp_seconds", {ip, "bl.test"}, time);
}
Sample state(const char* name, double count) {
    return sample("reputed_dnsbl_targets", {"bl.test", name}, count);
}

TEST(AliasMetricsDnsbl, NamesLabelsAndValues) {
    const auto text = render_metrics(
        snapshot_with(
            {"dnsbl_exporter"},
            {test::job("dnsbl", "bl.test",
                       {listed("192.0.2.10", 1), answered("192.0.2.10", noon), listed("192.0.2.11", 0),
                        answered("192.0.2.11", noon), state("clean", 1), state("listed", 1)}),
             test::job("dnsbl", "wl.test", {sample("reputed_allowed", {"192.0.2.10", "wl.test"}, 1)}),
             test::job("dnsbl", "dbl.test",
                       {sample("reputed_domain_listed", {"example.com", "dbl.test"}, 0),
                        sample("reputed_dnsbl_domain_last_answer_timestamp_seconds",
                               {"example.com", "dbl.test"}, noon)})}),
        {});
    EXPECT_EQ(
        lines_with(text, "luzilla_"),
        R"(# HELP luzilla_rbls_duration Duration of the last round, the longest among the lists (in seconds)
# TYPE luzilla_rbls_duration gauge
luzilla_rbls_duration 1.5
# HELP luzilla_rbls_errors Whether an error occurred while testing this target against the RBL (1) or not (0)
# TYPE luzilla_rbls_errors gauge
luzilla_rbls_errors{rbl="bl.test",ip="192.0.2.10",hostname="mail.example.com"} 0
luzilla_rbls_errors{rbl="bl.test",ip="192.0.2.11",hostname="mail.example.com"} 0
luzilla_rbls_errors{rbl="dbl.test",ip="",hostname="example.com"} 0
# HELP luzilla_rbls_ips_blacklisted Blacklisted IPs
# TYPE luzilla_rbls_ips_blacklisted gauge
luzilla_rbls_ips_blacklisted{rbl="bl.test",ip="192.0.2.10",hostname="mail.example.com"} 1
luzilla_rbls_ips_blacklisted{rbl="bl.test",ip="192.0.2.11",hostname="mail.example.com"} 0
luzilla_rbls_ips_blacklisted{rbl="dbl.test",ip="",hostname="example.com"} 0
# HELP luzilla_rbls_listed The number of listings in RBLs (this is bad)
# TYPE luzilla_rbls_listed gauge
luzilla_rbls_listed{rbl="bl.test"} 1
luzilla_rbls_listed{rbl="dbl.test"} 0
# HELP luzilla_rbls_targets The number of targets that are being probed
# TYPE luzilla_rbls_targets gauge
luzilla_rbls_targets 3
# HELP luzilla_rbls_used The number of RBLs to check IPs against
# TYPE luzilla_rbls_used gauge
luzilla_rbls_used 2
)");
}

// 1 was the last good answer; this round could not tell.
TEST(AliasMetricsDnsbl, WhatCouldNotBeToldIsAnErrorAndNoListing) {
    const struct {
        const char* what;
        std::vector<Sample> samples;
        const char* first;  // 192.0.2.10: 1, 0 or absent
        const char* error;
        const char* sum;
    } rows[] = {
        {"one timed out",
         {listed("192.0.2.10", 1), answered("192.0.2.10", noon - 60), listed("192.0.2.11", 0),
          answered("192.0.2.11", noon), state("clean", 1), state("timeout", 1)},
         "",
         "1",
         "0"},
        {"the list refuses",
         {listed("192.0.2.10", 1), answered("192.0.2.10", noon - 60), listed("192.0.2.11", 0),
          answered("192.0.2.11", noon - 60), state("refused", 2)},
         "",
         "1",
         ""},
        {"never an answer", {answered("192.0.2.10", 0), state("servfail", 1)}, "", "1", ""},
        {"kept from an earlier round on purpose",
         {listed("192.0.2.10", 1), answered("192.0.2.10", noon - 60), state("listed", 1)},
         "1",
         "0",
         "1"},
    };
    for (const auto& row : rows) {
        const auto text = render_metrics(
            snapshot_with({"dnsbl_exporter"}, {test::job("dnsbl", "bl.test", row.samples)}), {});
        const std::string labels = "{rbl=\"bl.test\",ip=\"192.0.2.10\",hostname=\"mail.example.com\"} ";
        const std::string name = "luzilla_rbls_ips_blacklisted" + labels;
        EXPECT_EQ(lines_with(text, name), *row.first == '\0' ? "" : name + row.first + '\n') << row.what;
        EXPECT_NE(text.find("luzilla_rbls_errors" + labels + row.error + '\n'), std::string::npos)
            << row.what;
        EXPECT_EQ(
            lines_with(text, "luzilla_rbls_listed{"),
            *row.sum == '\0' ? "" : std::string("luzilla_rbls_listed{rbl=\"bl.test\"} ") + row.sum + '\n')
            << row.what;
    }
    auto job = test::job("dnsbl", "bl.test",
                         {listed("192.0.2.10", 1), answered("192.0.2.10", noon), state("listed", 1)});
    job.last_success = job.last_run - std::chrono::minutes(1);
    const auto text = render_metrics(snapshot_with({"dnsbl_exporter"}, {job}), {});
    EXPECT_EQ(lines_with(text, "luzilla_rbls_ips_blacklisted{"), "") << "the run broke off";
}

mta::QueueReport queue_of(const std::vector<std::tuple<std::string, std::uint64_t, std::int64_t>>& messages) {
    mta::QueueTally tally({"maildrop", "hold", "incoming", "active", "deferred"}, noon);
    for (const auto& [queue, bytes, age] : messages)
        tally.message(queue, bytes, noon - age);
    return tally.report();
}

TEST(AliasMetricsPostfix, HistogramsOfTheQueues) {
    Report report;
    mta::add_showq_samples(
        queue_of({{"deferred", 500, 5}, {"deferred", 1000, 10}, {"deferred", 20'000, 5000}}), report);
    const auto text = render_metrics(
        snapshot_with({"postfix_exporter"}, {test::job("queue", "postfix", report.samples)}), {});
    EXPECT_EQ(lines_with(text, "queue=\"deferred\""),
              R"(postfix_showq_message_age_seconds_count{queue="deferred"} 3
postfix_showq_message_age_seconds_sum{queue="deferred"} 5015
postfix_showq_message_age_seconds_bucket{queue="deferred",le="10"} 2
postfix_showq_message_age_seconds_bucket{queue="deferred",le="100"} 2
postfix_showq_message_age_seconds_bucket{queue="deferred",le="1000"} 2
postfix_showq_message_age_seconds_bucket{queue="deferred",le="10000"} 3
postfix_showq_message_age_seconds_bucket{queue="deferred",le="100000"} 3
postfix_showq_message_age_seconds_bucket{queue="deferred",le="1000000"} 3
postfix_showq_message_age_seconds_bucket{queue="deferred",le="10000000"} 3
postfix_showq_message_age_seconds_bucket{queue="deferred",le="100000000"} 3
postfix_showq_message_age_seconds_bucket{queue="deferred",le="+Inf"} 3
postfix_showq_message_size_bytes_count{queue="deferred"} 3
postfix_showq_message_size_bytes_sum{queue="deferred"} 21500
postfix_showq_message_size_bytes_bucket{queue="deferred",le="1000"} 2
postfix_showq_message_size_bytes_bucket{queue="deferred",le="10000"} 2
postfix_showq_message_size_bytes_bucket{queue="deferred",le="100000"} 3
postfix_showq_message_size_bytes_bucket{queue="deferred",le="1000000"} 3
postfix_showq_message_size_bytes_bucket{queue="deferred",le="10000000"} 3
postfix_showq_message_size_bytes_bucket{queue="deferred",le="100000000"} 3
postfix_showq_message_size_bytes_bucket{queue="deferred",le="1000000000"} 3
postfix_showq_message_size_bytes_bucket{queue="deferred",le="+Inf"} 3
postfix_showq_queue_depth{queue="deferred"} 3
)");
    EXPECT_NE(text.find("postfix_up{path=\"/var/spool/postfix/public/showq\"} 1\n"), std::string::npos);
    EXPECT_NE(text.find("postfix_showq_queue_depth{queue=\"hold\"} 0\n"), std::string::npos);
    EXPECT_EQ(text.find("queue=\"corrupt\""), std::string::npos);
    for (const char* family : {"postfix_showq_message_age_seconds", "postfix_showq_message_size_bytes"})
        EXPECT_NE(text.find(std::string("# TYPE ") + family + " histogram\n"), std::string::npos);
}

TEST(AliasMetricsPostfix, AQueueThatCannotBeReadHasNoHistogram) {
    Report report;
    mta::add_showq_samples(mta::QueueError{"/x", "permission denied", ""}, report);
    const auto text = render_metrics(
        snapshot_with({"postfix_exporter"}, {test::job("queue", "postfix", report.samples)}), {});
    EXPECT_EQ(lines_with(text, "postfix_"),
              R"(# HELP postfix_up Whether scraping Postfix's metrics was successful.
# TYPE postfix_up gauge
postfix_up{path="/var/spool/postfix/public/showq"} 0
)");
}

TEST(AliasMetricsNames, AreThereOnlyWhenAskedFor) {
    Report report;
    mta::add_showq_samples(queue_of({}), report);
    const std::vector<JobState> jobs{
        test::job("queue", "postfix", report.samples),
        test::job("dnsbl", "bl.test",
                  {listed("192.0.2.10", 1), answered("192.0.2.10", noon), state("listed", 1)})};
    const auto none = render_metrics(snapshot_with({}, jobs), {});
    EXPECT_EQ(lines_with(none, "luzilla_") + lines_with(none, "postfix_"), "");
    const auto dnsbl = render_metrics(snapshot_with({"dnsbl_exporter"}, jobs), {});
    EXPECT_EQ(lines_with(dnsbl, "postfix_"), "");
    const auto postfix = render_metrics(snapshot_with({"postfix_exporter"}, jobs), {});
    EXPECT_EQ(lines_with(postfix, "luzilla_"), "");
}

}  // namespace
}  // namespace reputed
