#include "agent/store_health.hpp"

#include <ctime>

#include "config/utc.hpp"

namespace reputed {
namespace {

using enum SampleType;
using namespace std::chrono_literals;

constexpr auto set_aside_shown = 7 * 24h;

const MetricInfo healthy{"reputed_store_healthy",
                         gauge,
                         "Whether the agent's memory is kept on disk (1) or, because of a fault, not (0).",
                         {}};
const MetricInfo size_bytes{"reputed_store_size_bytes", gauge, "Size of the store's file with its log.", {}};
const MetricInfo commits{"reputed_store_commits_total", counter, "Transactions written to the store.", {}};
const MetricInfo failures{
    "reputed_store_commit_failures_total", counter, "Failures to open, write or maintain the store.", {}};

std::string time_text(WallTime time) {
    return utc_text(time, "%Y-%m-%d %H:%M:%S UTC");
}

Finding unavailable(const StoreHealth& health) {
    Finding finding;
    finding.code = "store.unavailable";
    finding.subject = "store";
    finding.severity = Severity::warning;
    finding.message = "The agent's memory is not on disk since " + time_text(health.since) +
                      ": monitoring goes on in memory, and what it knows is lost if it ends.";
    finding.evidence = health.reason;
    finding.remedy =
        "Make room, mend the folder's permissions or the disk, or set [store] path; the agent tries again by "
        "itself.";
    return finding;
}

Finding set_aside(const StoreHealth& health) {
    Finding finding;
    finding.code = "store.set_aside";
    finding.subject = "store";
    finding.severity = Severity::info;
    finding.message = "A broken database was set aside at " + time_text(health.set_aside_at) +
                      " and a fresh one begun: the history before that is in the broken file only.";
    finding.evidence = health.set_aside;
    finding.remedy =
        "Look for faults of the disk in the system's log; delete the broken file when it is of no use.";
    return finding;
}

}  // namespace

Report store_report(const StoreHealth& health, WallTime now) {
    Report report;
    if (health.state == StoreHealth::State::off) return report;
    const bool ok = health.state == StoreHealth::State::ok;
    if (!ok) report.findings.push_back(unavailable(health));
    if (!health.set_aside.empty() && now - health.set_aside_at < set_aside_shown)
        report.findings.push_back(set_aside(health));
    report.samples = {{&healthy, {}, ok ? 1.0 : 0.0},
                      {&size_bytes, {}, static_cast<double>(health.size_bytes)},
                      {&commits, {}, static_cast<double>(health.commits)},
                      {&failures, {}, static_cast<double>(health.failures)}};
    return report;
}

std::vector<const MetricInfo*> store_metrics() {
    return {&healthy, &size_bytes, &commits, &failures};
}

}  // namespace reputed
