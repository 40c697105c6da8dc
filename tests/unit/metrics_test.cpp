#include "agent/metrics.hpp"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <sstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "agent/exposition.hpp"
#include "agent/process_metrics.hpp"
#include "tests/support/sample_snapshot.hpp"

namespace reputed {
namespace {

using test::at;
using test::noon;
using test::sample;

const MetricInfo latency{
    "reputed_dns_query_duration_seconds", SampleType::gauge, "Time to an answer.", {"outcome"}};

std::string exposed(const std::vector<Sample>& samples) {
    std::vector<const Sample*> pointers;
    for (const auto& one : samples)
        pointers.push_back(&one);
    return expose(pointers);
}

Snapshot small_snapshot() {
    Snapshot snapshot;
    snapshot.settings = test::settings_with({"192.0.2.10"});
    snapshot.last_good_reload = at(noon - 60);
    snapshot.jobs = {
        test::job("dnsbl", "bl.test",
                  {sample("reputed_listed", {"192.0.2.10", "bl.test"}, 1),
                   sample("reputed_dnsbl_last_answer_timestamp_seconds", {"192.0.2.10", "bl.test"}, noon)}),
        test::job("ptr", "192.0.2.10", {sample("reputed_ptr_verdict", {"192.0.2.10"}, -1)}),
    };
    snapshot.jobs[1].last_success = {};
    snapshot.jobs[1].failures = 10;
    snapshot.findings = {
        {{"dnsbl.listed", "192.0.2.10", "bl.test", Severity::critical, "", "", "", ""}, "dnsbl", {}, {}}};
    snapshot.own = {sample("reputed_dns_queries_total", {"timeout"}, 3)};
    snapshot.own_histograms = {{&latency, {"ok"}, {0.005, 0.1}, {1, 2}, 0.75, 3}};
    return snapshot;
}

TEST(MetricsText, SmallSnapshotExactly) {
    const std::string expected = R"(# HELP reputed_build_info The version of the agent; always 1.
# TYPE reputed_build_info gauge
reputed_build_info{version="VERSION"} 1
# HELP reputed_config_last_reload_success_timestamp_seconds When the configuration in use was read.
# TYPE reputed_config_last_reload_success_timestamp_seconds gauge
reputed_config_last_reload_success_timestamp_seconds 1795175940
# HELP reputed_config_last_reload_successful Whether the configuration could be read the last time; if not, the one before is in use.
# TYPE reputed_config_last_reload_successful gauge
reputed_config_last_reload_successful 1
# HELP reputed_dns_queries_total Questions by outcome.
# TYPE reputed_dns_queries_total counter
reputed_dns_queries_total{outcome="timeout"} 3
# HELP reputed_dns_query_duration_seconds Time to an answer.
# TYPE reputed_dns_query_duration_seconds histogram
reputed_dns_query_duration_seconds_count{outcome="ok"} 3
reputed_dns_query_duration_seconds_sum{outcome="ok"} 0.75
reputed_dns_query_duration_seconds_bucket{outcome="ok",le="0.005"} 1
reputed_dns_query_duration_seconds_bucket{outcome="ok",le="0.1"} 2
reputed_dns_query_duration_seconds_bucket{outcome="ok",le="+Inf"} 3
# HELP reputed_dnsbl_last_answer_timestamp_seconds Last good answer.
# TYPE reputed_dnsbl_last_answer_timestamp_seconds gauge
reputed_dnsbl_last_answer_timestamp_seconds{ip="192.0.2.10",list="bl.test"} 1795176000
# HELP reputed_findings Open findings by check and severity.
# TYPE reputed_findings gauge
reputed_findings{check="dnsbl",severity="info"} 0
reputed_findings{check="dnsbl",severity="unknown"} 0
reputed_findings{check="dnsbl",severity="warning"} 0
reputed_findings{check="dnsbl",severity="critical"} 1
reputed_findings{check="ptr",severity="info"} 0
reputed_findings{check="ptr",severity="unknown"} 0
reputed_findings{check="ptr",severity="warning"} 0
reputed_findings{check="ptr",severity="critical"} 0
# HELP reputed_ip_info The sender and its EHLO name that a sending address belongs to; always 1.
# TYPE reputed_ip_info gauge
reputed_ip_info{ip="192.0.2.10",sender="main",hostname="mail.example.com"} 1
# HELP reputed_job_duration_seconds Duration of the last run, the longest among the check's jobs.
# TYPE reputed_job_duration_seconds gauge
reputed_job_duration_seconds{check="dnsbl"} 1.5
reputed_job_duration_seconds{check="ptr"} 1.5
# HELP reputed_job_failures_total Runs of a check's jobs that broke off with an internal error.
# TYPE reputed_job_failures_total counter
reputed_job_failures_total{check="dnsbl"} 0
reputed_job_failures_total{check="ptr"} 10
# HELP reputed_job_last_success_timestamp_seconds When the job whose last success is the oldest among the check's jobs succeeded; 0 if one never did.
# TYPE reputed_job_last_success_timestamp_seconds gauge
reputed_job_last_success_timestamp_seconds{check="dnsbl"} 1795176000
reputed_job_last_success_timestamp_seconds{check="ptr"} 0
# HELP reputed_job_runs_total Runs of a check's jobs.
# TYPE reputed_job_runs_total counter
reputed_job_runs_total{check="dnsbl"} 10
reputed_job_runs_total{check="ptr"} 10
# HELP reputed_jobs Jobs, one a check and subject, that the configuration asks for.
# TYPE reputed_jobs gauge
reputed_jobs{check="dnsbl"} 1
reputed_jobs{check="ptr"} 1
# HELP reputed_listed Listed.
# TYPE reputed_listed gauge
reputed_listed{ip="192.0.2.10",list="bl.test"} 1
# HELP reputed_ptr_verdict PTR verdict.
# TYPE reputed_ptr_verdict gauge
reputed_ptr_verdict{ip="192.0.2.10"} -1
)";
    auto text = render_metrics(small_snapshot());
    const auto version = text.find("version=\"") + 9;
    text.replace(version, text.find('"', version) - version, "VERSION");
    EXPECT_EQ(text, expected);
}

TEST(MetricsText, LabelValuesAreEscapedAndMadePlain) {
    struct Row {
        std::string value;
        const char* written;
    };
    const Row rows[] = {
        {"plain", "plain"},
        {"", ""},
        {R"(say "hi"\)", R"(say \"hi\"\\)"},
        {"two\nlines", R"(two\nlines)"},
        {"\x1b[31mred", R"(\\x1b[31mred)"},
        {std::string("nul\0", 4), R"(nul\\x00)"},
        {"not utf-8: \xff\xc0\xaf", "not utf-8: \ufffd\ufffd\ufffd"},
        {"r\u202eltr", R"(r\\u202eltr)"},
        {"b\u00fccher \u6f22", "b\u00fccher \u6f22"},
    };
    for (const auto& row : rows)
        EXPECT_EQ(exposed({sample("reputed_ptr_verdict", {row.value}, 0)}),
                  "# HELP reputed_ptr_verdict PTR verdict.\n# TYPE reputed_ptr_verdict "
                  "gauge\nreputed_ptr_verdict{ip=\"" +
                      std::string(row.written) + "\"} 0\n");
}

TEST(MetricsText, HelpIsEscaped) {
    const MetricInfo info{"x", SampleType::gauge, "back\\slash\nnew line", {}};
    EXPECT_EQ(exposed({{&info, {}, 1}}), "# HELP x back\\\\slash\\nnew line\n# TYPE x gauge\nx 1\n");
}

TEST(MetricsText, LeavesOutWhatIsNoSeries) {
    EXPECT_EQ(exposed({}), "");
    EXPECT_EQ(exposed({sample("reputed_ptr_verdict", {"a"}, std::nan(""))}), "");
    EXPECT_EQ(exposed({sample("reputed_ptr_verdict", {}, 1), sample("reputed_ptr_verdict", {"a", "b"}, 1)}),
              "");
    const HistogramSample uneven{&latency, {"ok"}, {0.1, 1}, {1}, 1, 1};
    EXPECT_EQ(expose({}, {&uneven, 1}), "");
}

TEST(MetricsText, KeepsOneOfASeriesGivenTwice) {
    const auto text =
        exposed({sample("reputed_ptr_verdict", {"a"}, std::nan("")), sample("reputed_ptr_verdict", {"a"}, 1),
                 sample("reputed_ptr_verdict", {"b"}, 2), sample("reputed_ptr_verdict", {"a"}, 3)});
    EXPECT_EQ(text,
              "# HELP reputed_ptr_verdict PTR verdict.\n# TYPE reputed_ptr_verdict gauge\n"
              "reputed_ptr_verdict{ip=\"a\"} 1\nreputed_ptr_verdict{ip=\"b\"} 2\n");
}

TEST(MetricsText, ValuesKeepTheirDigits) {
    struct Row {
        double value;
        const char* written;
    };
    for (const auto& row :
         {Row{0.1, "0.1"}, Row{1795176000.125, "1795176000.125"}, Row{9007199254740991, "9007199254740991"},
          Row{-1, "-1"}, Row{INFINITY, "+Inf"}, Row{-INFINITY, "-Inf"}})
        EXPECT_TRUE(exposed({sample("reputed_ptr_verdict", {"a"}, row.value)})
                        .ends_with(std::string("} ") + row.written + "\n"))
            << row.written;
}

// More series than one slice of the serializer's model holds.
TEST(MetricsText, ManySeriesAreOneFamily) {
    std::vector<Sample> samples;
    for (int i = 0; i < 5000; ++i)
        samples.push_back(sample("reputed_ptr_verdict", {std::to_string(i)}, i));
    std::istringstream lines(exposed(samples));
    std::string line;
    std::getline(lines, line);
    EXPECT_EQ(line, "# HELP reputed_ptr_verdict PTR verdict.");
    std::getline(lines, line);
    EXPECT_EQ(line, "# TYPE reputed_ptr_verdict gauge");
    for (int i = 0; i < 5000; ++i) {
        std::getline(lines, line);
        const auto number = std::to_string(i);
        ASSERT_EQ(line, "reputed_ptr_verdict{ip=\"" + number + "\"} " + number);
    }
    EXPECT_FALSE(std::getline(lines, line));
}

TEST(MetricsProcess, TellsOfThisProcess) {
    const auto text = render_process_metrics();
    std::set<std::string> names;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
        if (!line.starts_with('#')) {
            names.insert(line.substr(0, line.find(' ')));
            EXPECT_GT(std::strtod(line.c_str() + line.find(' '), nullptr), 0) << line;
        }
    EXPECT_EQ(names,
              (std::set<std::string>{"process_cpu_seconds_total", "process_max_fds", "process_open_fds",
                                     "process_resident_memory_bytes", "process_start_time_seconds"}));
}

TEST(MetricsPromtool, FindsNothingToSay) {
    if (std::system("command -v promtool >/dev/null") != 0) GTEST_SKIP() << "promtool is not installed";
    auto snapshot = small_snapshot();
    snapshot.jobs.push_back(
        test::job("ptr", "x", {sample("reputed_ptr_verdict", {"a\"b\\c\nd\xff\x1b"}, 0)}));
    const auto path = testing::TempDir() + "reputed-metrics-" + std::to_string(getpid());
    std::FILE* file = std::fopen(path.c_str(), "w");
    ASSERT_NE(file, nullptr);
    std::fputs((render_process_metrics() + render_metrics(snapshot)).c_str(), file);
    std::fclose(file);

    std::FILE* promtool = popen(("promtool check metrics 2>&1 <" + path).c_str(), "r");
    ASSERT_NE(promtool, nullptr);
    std::string said;
    char buffer[1024];
    while (std::fgets(buffer, sizeof buffer, promtool) != nullptr)
        said += buffer;
    EXPECT_EQ(pclose(promtool), 0);
    EXPECT_EQ(said, "");
    std::remove(path.c_str());
}

}  // namespace
}  // namespace reputed
