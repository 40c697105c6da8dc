#include <iterator>
#include <utility>

#include "agent/agent.hpp"
#include "agent/log_watch.hpp"
#include "agent/own_jobs.hpp"
#include "agent/stored_samples.hpp"

// What the agent takes up from the store at its start, and what it gives there.
namespace reputed {
namespace {

using SteadyClock = std::chrono::steady_clock;
using std::chrono::system_clock;

// How often the last values of a job's series are written, some of which change with each run. What a finding says is
// written together with it: the two agree after a crash.
constexpr auto series_gap = std::chrono::minutes(10);

constexpr std::string_view budget_parts = "budget";  // who owns them in the store

// A round waits for the disk to know of its questions; a slow one must not hold it up for long.
constexpr auto longest_budget_wait = std::chrono::seconds(2);

void move_behind(std::vector<StoredPart>& parts, std::vector<StoredPart>&& more) {
    parts.insert(parts.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

std::vector<StoredPart> parts_of(std::vector<QueryBudget::Part>&& budget) {
    std::vector<StoredPart> parts;
    for (auto& part : budget)
        parts.push_back({std::string(budget_parts), std::move(part.owner), std::move(part.text)});
    return parts;
}

}  // namespace

void Agent::remember() {
    auto alerting = std::make_unique<Alerting>(
        *runtime_.settings, [this] { return ledger_state(); }, changed_);
    StoredState state = alerting->open();
    std::erase_if(state.parts,
                  [&](const StoredPart& part) { return probes_.restore(part, SteadyClock::now()); });
    use_probed_senders();
    ledger_.use(runtime_.settings);
    set_jobs(false);
    StoredSampleReader samples(checks_, *runtime_.settings);
    std::vector<JobKey> jobs;
    for (auto& job : state.jobs) {
        jobs.push_back(job.key);
        const auto known = statistics_.find(job.key);
        if (known == statistics_.end()) continue;
        known->second.last_run = job.last_run;
        known->second.last_success = job.last_success;
        known->second.verdict = job.verdict;
        series_.record(job.key, samples.read(std::move(job.samples)));
    }
    runtime_.logs = std::make_shared<LogWatch>(runtime_.settings->mta, runtime_.classifier);
    restore_parts(std::move(state.parts));
    ledger_.restore(std::move(state.entries), jobs, state.next_entry, state.next_transition);
    alerting_ = std::move(alerting);
    {
        const std::lock_guard lock(mutex_);
        set_jobs(false);
    }
    log_decided();
    alerting_->start();
    if (runtime_.budget) runtime_.budget->set_writer([this] { write_budget(); });
    runtime_.logs->start([this](Batch&& batch) {
        const std::lock_guard lock(mutex_);
        alerting_->take(std::move(batch), system_clock::now());
    });
    // What it weighs is known already: nobody has to wait for its first run.
    if (ledger_.knows(reputation_job) && statistics_.contains(reputation_job))
        run(reputation_job, runtime_, stop_.get_token(), SteadyClock::now(), system_clock::now());
}

void Agent::restore_parts(std::vector<StoredPart>&& parts) {
    std::vector<StoredPart> of_logs;
    auto days = std::make_shared<WatchedDays>();
    for (auto& part : parts) {
        if (memories_.restore(part) || days->restore(part)) continue;
        if (part.owner == budget_parts && part.value && runtime_.budget)
            runtime_.budget->restore(part.name, *part.value, system_clock::now());
        else if (part.owner.starts_with(log_parts_prefix))
            of_logs.push_back(std::move(part));
    }
    watched_ = std::move(days);
    runtime_.logs->restore(std::move(of_logs));
}

std::string Agent::store_path() const {
    return alerting_ ? alerting_->path() : "";
}

std::string Agent::memory_of(const JobKey& key) const {
    const std::lock_guard lock(mutex_);
    return memories_.of(key);
}

void Agent::write_budget() {
    {
        const std::lock_guard lock(mutex_);
        const auto now = system_clock::now();
        Batch batch;
        batch.parts = parts_of(runtime_.budget->take_changes(now));
        alerting_->take(std::move(batch), now);
    }
    alerting_->wait_until_written(longest_budget_wait);
}

StoredJob Agent::stored(const JobKey& key) const {
    const auto& record = statistics_.at(key);
    return {key,
            record.last_run,
            record.last_success,
            record.verdict,
            {},
            is_own(key) ? nullptr : series_.of(key)};
}

// For a store that begins anew.
Batch Agent::ledger_state() const {
    const std::lock_guard lock(mutex_);
    Batch batch;
    batch.entries = ledger_.entries();
    for (const auto& [key, record] : statistics_)
        if (record.last_run != WallTime{}) batch.jobs.push_back(stored(key));
    if (runtime_.logs) batch.parts = runtime_.logs->state();
    move_behind(batch.parts, memories_.state());
    move_behind(batch.parts, probes_.state());
    move_behind(batch.parts, watched_->state());
    if (runtime_.budget) move_behind(batch.parts, parts_of(runtime_.budget->all_parts(system_clock::now())));
    return batch;
}

// Under mutex_, so that what is told stays in the order in which it was decided. `job`: the one that has just run.
void Agent::publish(Ledger::Changes&& changes, WallTime now, const JobKey* job) {
    for (const auto& transition : changes.transitions) {
        decided_.push_back(transition);
        if (!transition.finding.drill) ++transition_counts_[static_cast<std::size_t>(transition.kind)];
    }
    if (!alerting_) return;
    Batch batch;
    batch.transitions = std::move(changes.transitions);
    batch.entries = std::move(changes.entries);
    batch.dropped_entries = std::move(changes.dropped);
    batch.parts = memories_.take_changes();
    move_behind(batch.parts, std::exchange(watched_changes_, {}));
    if (runtime_.budget) move_behind(batch.parts, parts_of(runtime_.budget->take_changes(now)));
    if (job != nullptr) {
        auto& written = statistics_.at(*job).written;
        if (!batch.empty() || now < written || now - written >= series_gap) {
            written = now;
            batch.jobs.push_back(stored(*job));
        }
    }
    alerting_->take(std::move(batch), now);
}

}  // namespace reputed
