#include "agent/metrics.hpp"

#include <algorithm>
#include <map>

#include "agent/alias_metrics.hpp"
#include "agent/exposition.hpp"

namespace reputed {

const MetricInfo ip_info{"reputed_ip_info",
                         SampleType::gauge,
                         "The sender and its EHLO name that a sending address belongs to; always 1.",
                         {"ip", "sender", "hostname"}};

namespace {

const MetricInfo build_info{
    "reputed_build_info", SampleType::gauge, "The version of the agent; always 1.", {"version"}};
const MetricInfo findings_open{
    "reputed_findings", SampleType::gauge, "Open findings by check and severity.", {"check", "severity"}};
const MetricInfo job_count{"reputed_jobs",
                           SampleType::gauge,
                           "Jobs, one a check and subject, that the configuration asks for.",
                           {"check"}};
const MetricInfo job_runs{
    "reputed_job_runs_total", SampleType::counter, "Runs of a check's jobs.", {"check"}};
const MetricInfo job_failures{"reputed_job_failures_total",
                              SampleType::counter,
                              "Runs of a check's jobs that broke off with an internal error.",
                              {"check"}};
const MetricInfo job_duration{"reputed_job_duration_seconds",
                              SampleType::gauge,
                              "Duration of the last run, the longest among the check's jobs.",
                              {"check"}};
const MetricInfo job_last_success{
    "reputed_job_last_success_timestamp_seconds",
    SampleType::gauge,
    "When the job whose last success is the oldest among the check's jobs succeeded; 0 if one never did.",
    {"check"}};
const MetricInfo reload_ok{
    "reputed_config_last_reload_successful",
    SampleType::gauge,
    "Whether the configuration could be read the last time; if not, the one before is in use.",
    {}};
const MetricInfo reload_time{"reputed_config_last_reload_success_timestamp_seconds",
                             SampleType::gauge,
                             "When the configuration in use was read.",
                             {}};

double unix_seconds(WallTime time) {
    return std::chrono::duration<double>(time.time_since_epoch()).count();
}

void add_senders(const Settings& settings, std::vector<Sample>& out) {
    for (const auto& sender : settings.senders) {
        if (sender.probed) continue;
        for (const auto& address : sender.addresses())
            out.push_back({&ip_info, {address.to_string(), sender.name, sender.hostname}, 1});
    }
}

void add_findings(const Snapshot& snapshot, std::vector<Sample>& out) {
    std::map<std::string_view, std::map<Severity, std::size_t>> counts;
    for (const auto& job : snapshot.jobs)
        counts[job.check];
    for (const auto& open : snapshot.findings)
        ++counts[open.check][open.finding.severity];
    for (auto& [check, by_severity] : counts)
        for (const auto severity : {Severity::info, Severity::unknown, Severity::warning, Severity::critical})
            out.push_back({&findings_open,
                           {std::string(check), std::string(to_string(severity))},
                           static_cast<double>(by_severity[severity])});
}

void add_jobs(const Snapshot& snapshot, std::vector<Sample>& out) {
    struct Totals {
        std::size_t jobs = 0;
        std::uint64_t runs = 0;
        std::uint64_t failures = 0;
        std::chrono::duration<double> longest{0};
        WallTime oldest_success = WallTime::max();
    };
    std::map<std::string_view, Totals> checks;
    for (const auto& job : snapshot.jobs) {
        auto& totals = checks[job.check];
        ++totals.jobs;
        totals.runs += job.runs;
        totals.failures += job.failures;
        totals.longest = std::max(totals.longest, job.last_duration);
        totals.oldest_success = std::min(totals.oldest_success, job.last_success);
    }
    for (const auto& removed : snapshot.removed) {
        const auto found = checks.find(removed.check);
        if (found == checks.end()) continue;
        found->second.runs += removed.runs;
        found->second.failures += removed.failures;
    }
    for (const auto& [name, totals] : checks) {
        const std::vector<std::string> check = {std::string(name)};
        out.push_back({&job_count, check, static_cast<double>(totals.jobs)});
        out.push_back({&job_runs, check, static_cast<double>(totals.runs)});
        out.push_back({&job_failures, check, static_cast<double>(totals.failures)});
        out.push_back({&job_duration, check, totals.longest.count()});
        out.push_back({&job_last_success, check, unix_seconds(totals.oldest_success)});
    }
}

}  // namespace

std::string render_metrics(const Snapshot& snapshot, const ProbeIndex& probes) {
    std::vector<Sample> about_agent = {
        {&build_info, {REPUTED_VERSION}, 1},
        {&reload_ok, {}, snapshot.last_reload_ok ? 1.0 : 0.0},
        {&reload_time, {}, unix_seconds(snapshot.last_good_reload)},
    };
    if (snapshot.settings) add_senders(*snapshot.settings, about_agent);
    add_findings(snapshot, about_agent);
    add_jobs(snapshot, about_agent);

    std::vector<const Sample*> all;
    const auto add_all = [&](const std::vector<Sample>& samples) {
        for (const auto& sample : samples)
            if (!probes.hides(sample) && !is_alias_material(sample)) all.push_back(&sample);
    };
    add_all(about_agent);
    add_all(snapshot.own);
    for (const auto& job : snapshot.jobs)
        if (job.samples) add_all(*job.samples);
    auto aliases = alias_metrics(snapshot, probes);
    for (const auto& sample : aliases.samples)
        all.push_back(&sample);
    auto histograms = std::move(aliases.histograms);
    histograms.insert(histograms.end(), snapshot.own_histograms.begin(), snapshot.own_histograms.end());
    return expose(all, histograms);
}

std::vector<const MetricInfo*> snapshot_metrics() {
    return {&build_info, &reload_ok, &reload_time,  &ip_info,      &findings_open,
            &job_count,  &job_runs,  &job_failures, &job_duration, &job_last_success};
}

}  // namespace reputed
