#include <algorithm>
#include <iterator>

#include "agent/agent.hpp"
#include "agent/budget_metrics.hpp"
#include "agent/dns_metrics.hpp"

// The picture of the agent that is given to readers.
namespace reputed {
namespace {

using SteadyClock = std::chrono::steady_clock;

const MetricInfo transitions_total{"reputed_transitions_total",
                                   SampleType::counter,
                                   "Findings opened, changed and cleared since the start, without drills.",
                                   {"kind"}};

}  // namespace

std::shared_ptr<const Snapshot> Agent::snapshot(WallTime now) const {
    auto snapshot = std::make_shared<Snapshot>();
    snapshot->made = now;
    snapshot->started = started_;
    const auto steady_now = SteadyClock::now();
    std::shared_ptr<const CaresResolver> resolver;
    std::shared_ptr<const QueryBudget> budget;
    {
        const std::lock_guard lock(mutex_);
        snapshot->settings = runtime_.settings;
        snapshot->lists = runtime_.lists;
        resolver = runtime_.statistics;
        budget = runtime_.budget;
        snapshot->reputations = reputations_;
        snapshot->watched = watched_;
        snapshot->findings = ledger_.findings(now);
        snapshot->unconfirmed = ledger_.unconfirmed(now);
        const auto drills =
            std::stable_partition(snapshot->findings.begin(), snapshot->findings.end(),
                                  [](const OpenFinding& open) { return !open.finding.drill; });
        snapshot->drills.assign(std::make_move_iterator(drills),
                                std::make_move_iterator(snapshot->findings.end()));
        snapshot->findings.erase(drills, snapshot->findings.end());
        for (std::size_t i = 0; i < transition_counts_.size(); ++i)
            snapshot->own.push_back({&transitions_total,
                                     {std::string(to_string(static_cast<TransitionKind>(i)))},
                                     static_cast<double>(transition_counts_[i])});
        snapshot->ready = true;
        for (const auto& [key, record] : statistics_) {
            JobState job;
            job.check = key.check;
            job.subject = key.subject;
            job.runs = record.runs;
            job.failures = record.failures;
            job.last_run = record.last_run;
            job.last_success = record.last_success;
            job.last_duration = record.last_duration;
            if (const auto due = schedule_.due(key))
                job.next_run = now + std::chrono::duration_cast<WallTime::duration>(*due - steady_now);
            job.verdict = record.verdict;
            job.samples = series_.of(key);
            snapshot->ready = snapshot->ready && record.runs > 0;
            snapshot->jobs.push_back(std::move(job));
        }
        for (const auto& [check, removed] : removed_)
            snapshot->removed.push_back(removed);
        snapshot->last_reload_ok = last_reload_ok_;
        snapshot->last_good_reload = last_good_reload_;
    }
    auto of_probes = probes_.samples();
    std::move(of_probes.begin(), of_probes.end(), std::back_inserter(snapshot->own));
    if (resolver) add_dns_metrics(resolver->statistics(), *snapshot);
    if (budget) add_budget_metrics(budget->usage(now), *snapshot);
    if (alerting_) {
        snapshot->notifiers = alerting_->notifier_states();
        snapshot->store = alerting_->store_state();
    }
    return snapshot;
}

std::vector<const MetricInfo*> transition_metrics() {
    return {&transitions_total};
}

}  // namespace reputed
