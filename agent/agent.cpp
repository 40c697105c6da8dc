#include "agent/agent.hpp"

#include <algorithm>
#include <exception>
#include <iterator>
#include <optional>
#include <random>
#include <set>
#include <utility>

#include "agent/log_watch.hpp"
#include "agent/logging.hpp"
#include "agent/own_jobs.hpp"
#include "checks/dnsbl/budget_plan.hpp"
#include "checks/dnsbl/dnsbl_check.hpp"

namespace reputed {
namespace {

using SteadyClock = std::chrono::steady_clock;
using std::chrono::system_clock;

spdlog::level::level_enum level_of(Severity severity) {
    return severity >= Severity::warning ? spdlog::level::warn : spdlog::level::info;
}

void log_transition(const Transition& transition) {
    const Finding& finding = transition.finding;
    const auto level =
        transition.kind == TransitionKind::cleared ? spdlog::level::info : level_of(finding.severity);
    log("agent").log(level, "{} {} {} [{}] {}{}{}: {}{}{}{}", to_string(transition.kind), transition.check,
                     finding.code, to_string(finding.severity), finding.subject,
                     finding.object.empty() ? "" : " on ", finding.object, finding.message,
                     transition.note.empty() ? "" : " (", transition.note,
                     transition.note.empty() ? "" : ")");
}

}  // namespace

Agent::Agent(Runtime runtime, std::span<const Check> checks, std::function<void()> changed)
    : checks_(checks),
      changed_(std::move(changed)),
      started_(system_clock::now()),
      runtime_(std::move(runtime)),
      schedule_(std::random_device{}()),
      ledger_(runtime_.settings),
      last_good_reload_(started_) {
    probes_.configure(runtime_.settings->modules, SteadyClock::now());
    set_jobs(false);
}

Agent::~Agent() {
    stop();
}

void Agent::start(unsigned workers) {
    for (unsigned i = 0; i < workers; ++i)
        workers_.emplace_back([this, stop = stop_.get_token()] { work(stop); });
}

void Agent::stop() {
    stop_.request_stop();
    {
        const std::lock_guard lock(
            mutex_);  // a worker between its look at the token and its wait would miss it
    }
    wake_.notify_all();
    for (auto& worker : workers_)
        worker.join();
    workers_.clear();
    if (runtime_.budget) runtime_.budget->set_writer({});
    if (runtime_.logs) runtime_.logs->stop();
    if (!alerting_ || std::exchange(alerting_stopped_, true)) return;
    {
        const std::lock_guard lock(mutex_);
        Batch last;
        for (const auto& [key, record] : statistics_)
            if (record.runs > 0) last.jobs.push_back(stored(key));
        alerting_->take(std::move(last), system_clock::now());
    }
    alerting_->stop();
}

const Check* Agent::find_check(std::string_view name) const {
    const auto found =
        std::find_if(checks_.begin(), checks_.end(), [&](const Check& check) { return check.name == name; });
    return found == checks_.end() ? nullptr : &*found;
}

// Under mutex_, or before any worker runs.
void Agent::set_jobs(bool other_targets) {
    std::vector<Schedule::Job> jobs;
    std::set<JobKey> keys;
    const auto turns = dnsbl::turns(*runtime_.settings, *runtime_.lists);
    for (const auto& check : checks_) {
        for (auto& subject : check.subjects(*runtime_.settings, *runtime_.lists)) {
            const auto interval = check.interval(*runtime_.settings, *runtime_.lists, subject);
            JobKey key{std::string(check.name), std::move(subject)};
            const auto turn = check.name == "dnsbl" ? turns.find(key.subject) : turns.end();
            if (keys.insert(key).second)
                jobs.push_back({std::move(key), interval,
                                turn == turns.end() ? std::nullopt : std::optional(turn->second)});
        }
    }
    const auto confirm_after = runtime_.settings->alerts.confirm_after;
    const bool has_store = alerting_ && !alerting_->path().empty();
    const auto add_own = [&](const JobKey& key, bool wanted, std::chrono::seconds interval) {
        if (!wanted) return;
        keys.insert(key);
        jobs.push_back({key, interval, {}});
    };
    add_own(resolver_job, runtime_.statistics && !keys.empty(), confirm_after);
    const auto lists = keys.lower_bound({"dnsbl", ""});
    add_own(reputation_job, lists != keys.end() && lists->check == "dnsbl", confirm_after);
    add_own(store_job, has_store, confirm_after);
    add_own(notify_job, alerting_ && !runtime_.settings->notifiers.empty(), confirm_after);
    add_own(drill_job, has_store, drill_gap);
    schedule_.set_jobs(jobs, SteadyClock::now(), other_targets);
    keep_only(keys);
    for (const auto& key : keys)
        statistics_.try_emplace(key);
}

void Agent::keep_only(const std::set<JobKey>& keys) {
    const auto now = system_clock::now();
    publish(ledger_.keep_only(keys, now), now);
    series_.keep_only(keys);
    memories_.keep_only(keys);
    std::vector<JobKey> gone;
    std::erase_if(statistics_, [&](const auto& entry) {
        const auto& [key, record] = entry;
        if (keys.contains(key)) return false;
        gone.push_back(key);
        auto& removed = removed_[key.check];
        removed.check = key.check;
        removed.runs += record.runs;
        removed.failures += record.failures;
        return true;
    });
    if (!alerting_ || gone.empty()) return;
    Batch batch;
    batch.dropped_jobs = std::move(gone);
    alerting_->take(std::move(batch), now);
}

void Agent::reload(Runtime runtime) {
    probes_.configure(runtime.settings->modules, SteadyClock::now());
    const auto settings = runtime.settings;
    const auto classifier = runtime.classifier;
    {
        const std::lock_guard lock(mutex_);
        runtime.logs = runtime_.logs;
        if (runtime_.budget && runtime.budget) runtime_.budget->set_limits(runtime.budget->limits());
        runtime.budget = runtime_.budget;
        std::swap(runtime_, runtime);  // the old one may have a thread to end, so it goes without the lock
        use_probed_senders();
        ledger_.use(runtime_.settings);
        const bool other_targets = runtime.settings->senders != runtime_.settings->senders;
        SenderAddresses addresses(*runtime_.settings);
        if (other_targets) series_.keep_only(addresses);
        set_jobs(other_targets);
        last_reload_ok_ = true;
        last_good_reload_ = system_clock::now();
    }
    log_decided();
    if (alerting_) alerting_->configure(*settings);
    if (runtime.logs) runtime.logs->configure(settings->mta, classifier);
    wake_.notify_all();
}

void Agent::reload_failed() {
    const std::lock_guard lock(mutex_);
    last_reload_ok_ = false;
}

void Agent::work(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
        lock.unlock();
        const bool ran = run_due(SteadyClock::now(), system_clock::now());
        lock.lock();
        if (ran || stop.stop_requested()) continue;
        if (const auto due = schedule_.next_due())
            wake_.wait_until(lock, *due);
        else
            wake_.wait(lock);
    }
}

bool Agent::run_due(Schedule::Time now, WallTime wall) {
    std::unique_lock lock(mutex_);
    const auto key = schedule_.take_due(now);
    if (!key) return false;
    const Runtime runtime = runtime_;
    lock.unlock();
    wake_.notify_one();  // another worker waits for what is due next
    run(*key, runtime, stop_.get_token(), now, wall);
    return true;
}

void Agent::run_all(unsigned workers, const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
    std::vector<JobKey> keys;
    for (const auto& [key, record] : statistics_)
        if (!is_own(key)) keys.push_back(key);
    std::mutex mutex;
    std::size_t next = 0;
    std::size_t done = 0;
    const auto run_now = [&](const JobKey& key) {
        run(key, runtime_, stop_.get_token(), SteadyClock::now(), system_clock::now());
    };
    const auto work_off = [&] {
        std::unique_lock lock(mutex);
        while (next < keys.size()) {
            const JobKey& key = keys[next++];
            lock.unlock();
            run_now(key);
            lock.lock();
            if (progress) progress(++done, keys.size());
        }
    };
    {
        std::vector<std::jthread> threads;  // joined at the end, also when one of them cannot be made
        for (unsigned i = 0; i < std::min<std::size_t>(workers, keys.size()); ++i)
            threads.emplace_back(work_off);
    }
    for (const auto& job : {resolver_job, reputation_job})  // about all that was asked, and found
        if (statistics_.contains(job)) run_now(job);
}

Report Agent::look_at_resolver() {
    const std::lock_guard lock(mutex_);
    return runtime_.statistics ? resolver_watch_.look(runtime_.statistics->statistics()) : Report{};
}

Report Agent::draw_picture(const Runtime& runtime, WallTime wall) {
    Picture::Input input;
    std::string memory;
    {
        const std::lock_guard lock(mutex_);
        input = picture_.gather(ledger_, series_, runtime.settings, runtime.lists);
        memory = memories_.of(reputation_job);
    }
    Report report = picture_.draw(std::move(input), memory, wall);
    const std::lock_guard lock(mutex_);
    reputations_ = picture_.reputations();
    mark_day(*runtime.settings, wall);
    return report;
}

// Under mutex_. What was known at the last end is no look at this day: every list must have been asked since, and one of
// them on this day.
void Agent::mark_day(const Settings& settings, WallTime wall) {
    const auto today = day_of(wall);
    std::vector<std::string> asked;
    bool all_asked = true;
    for (auto job = statistics_.lower_bound({"dnsbl", ""});
         job != statistics_.end() && job->first.check == "dnsbl"; ++job) {
        all_asked = all_asked && job->second.runs > 0;
        if (job->second.runs > 0 && day_of(job->second.last_success) == today)
            asked.push_back(job->first.subject);
    }
    if (asked.empty()) return;
    WatchedDays days = *watched_;
    auto changes = days.mark(asked, today);
    const auto add = [&changes](std::vector<StoredPart>&& more) {
        changes.insert(changes.end(), std::make_move_iterator(more.begin()),
                       std::make_move_iterator(more.end()));
    };
    if (all_asked) {
        bool other_names = false;
        add(days.mark(settings, *reputations_, today));
        for (const auto& sender : settings.senders) {
            auto names = sender.domains;
            if (!sender.hostname.empty()) names.push_back(sender.hostname);
            auto marked = days.mark(names, today);
            other_names = other_names || !marked.empty();
            add(std::move(marked));
        }
        // With the organizational domains, which take a while to find.
        if (other_names) add(days.mark(dnsbl::known_domains(settings), today));
    }
    if (changes.empty()) return;
    watched_ = std::make_shared<const WatchedDays>(std::move(days));
    watched_changes_.insert(watched_changes_.end(), std::make_move_iterator(changes.begin()),
                            std::make_move_iterator(changes.end()));
}

void Agent::look_for_drill(const Runtime& runtime, WallTime wall) {
    const std::lock_guard lock(mutex_);
    for (const auto& list : drill_.look(alerting_->path(), *runtime.settings, *runtime.lists, wall))
        schedule_.run_by({"dnsbl", list}, SteadyClock::now());
}

Report Agent::run_check(const JobKey& key, const Runtime& runtime, const std::stop_token& stop,
                        WallTime wall) {
    if (key == resolver_job) return look_at_resolver();
    if (key == reputation_job) return draw_picture(runtime, wall);
    if (key == store_job) return alerting_->report_store(wall);
    if (key == notify_job) return alerting_->report_notifiers(wall);
    if (key == drill_job) {
        look_for_drill(runtime, wall);
        return {};
    }
    return find_check(key.check)->run(
        key.subject,
        Services{*runtime.resolver, *runtime.settings, *runtime.lists, wall, stop, runtime.logs.get(),
                 runtime.classifier.get(), runtime.budget.get(), runtime.http.get(), memory_of(key)});
}

void Agent::run(const JobKey& key, const Runtime& runtime, const std::stop_token& stop, Schedule::Time begun,
                WallTime wall) {
    const auto clock_begun = SteadyClock::now();
    Report report;
    std::optional<std::string> failure;
    log("agent").debug("run {} {}", key.check, key.subject);
    try {
        report = run_check(key, runtime, stop, wall);
    } catch (const std::exception& error) {
        failure = error.what();
    }
    if (stop.stop_requested()) return;
    if (failure) log("agent").error("{} {} failed: {}", key.check, key.subject, *failure);

    const auto duration = SteadyClock::now() - clock_begun;
    bool news = true;
    {
        const std::lock_guard lock(mutex_);
        schedule_.finished(key, begun, begun + duration);
        const auto statistics = statistics_.find(key);
        if (statistics == statistics_.end()) return;  // a reload took the job away meanwhile
        auto& record = statistics->second;
        ++record.runs;
        news = key != drill_job || record.runs == 1;  // it looks often, and what it begins tells itself
        record.last_run = wall;
        record.last_duration = duration;
        if (!failure) {
            record.last_success = wall;
            record.verdict = report.verdict();
            take_report(key, runtime, std::move(report), begun, wall);
        } else {
            // What it found before stays: a check that crashed has not seen anything cleared.
            ++record.failures;
            record.verdict = Severity::unknown;
        }
    }
    log_decided();
    if (news && changed_) changed_();
}

// Under mutex_.
void Agent::take_report(const JobKey& key, const Runtime& runtime, Report&& report, Schedule::Time begun,
                        WallTime wall) {
    const bool drill = key.check == "dnsbl" && drill_.is_watched(key.subject);
    if (drill)
        if (auto planted = drill_.planted_on(key.subject)) report.findings.push_back(std::move(*planted));
    series_.record(key, std::move(report.samples));
    if (runtime.settings != runtime_.settings) {  // it asked about senders that may be gone meanwhile
        SenderAddresses addresses(*runtime_.settings);
        series_.keep_only(addresses, key);
    }
    if (report.memory) memories_.keep(key, std::move(*report.memory));
    const bool put_off =
        std::any_of(report.findings.begin(), report.findings.end(),
                    [](const Finding& finding) { return finding.code == "budget.exhausted"; });
    auto changes = ledger_.record(key, std::move(report), wall);
    const auto wait = runtime_.settings->alerts.confirm_after;
    if (put_off) schedule_.try_again(key, begun);
    if (changes.unsettled)
        drill ? schedule_.run_by(key, begun + wait) : schedule_.hurry(key, begun, wait);
    else if (drill)
        drill_.settled(key.subject);
    publish(std::move(changes), wall, &key);
    if (key == resolver_job) publish(ledger_.tick(wall), wall);  // as good a clock as any
}

// Without mutex_.
void Agent::log_decided() {
    std::vector<Transition> decided;
    {
        const std::lock_guard lock(mutex_);
        std::swap(decided, decided_);
    }
    for (const auto& transition : decided)
        log_transition(transition);
}

}  // namespace reputed
