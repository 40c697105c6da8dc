#include "agent/ledger.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <tuple>
#include <utility>

#include "agent/alert_rules.hpp"
#include "agent/finding_view.hpp"
#include "agent/holds.hpp"
#include "agent/rating.hpp"
#include "config/duration.hpp"

namespace reputed {
namespace {

// That a finding was seen once more is no reason to write each time.
constexpr auto touch_gap = std::chrono::minutes(10);

Observation* find_observation(LedgerEntry& entry, const JobKey& job) {
    const auto found = std::find_if(entry.observations.begin(), entry.observations.end(),
                                    [&](const Observation& observation) { return observation.job == job; });
    return found == entry.observations.end() ? nullptr : &*found;
}

bool is_confirmed(const LedgerEntry& entry) {
    return std::any_of(entry.observations.begin(), entry.observations.end(),
                       [](const Observation& observation) { return observation.confirmed; });
}

bool is_from_first_run(const LedgerEntry& entry) {
    return std::all_of(entry.observations.begin(), entry.observations.end(),
                       [](const Observation& one) { return one.initial || !one.confirmed; });
}

bool could_not_tell(const Finding& finding) {
    return finding.severity == Severity::unknown || finding.could_not_tell;
}

bool is_before(const OpenFinding& a, const OpenFinding& b) {
    const auto key = [](const Finding& finding) {
        return std::tie(finding.code, finding.subject, finding.object, finding.drill);
    };
    if (a.finding.severity != b.finding.severity) return a.finding.severity > b.finding.severity;
    return key(a.finding) < key(b.finding);
}

}  // namespace

Ledger::Ledger(std::shared_ptr<const Settings> settings) : settings_(std::move(settings)) {}

void Ledger::use(std::shared_ptr<const Settings> settings) {
    settings_ = std::move(settings);
}

void Ledger::restore(std::vector<LedgerEntry> entries, const std::vector<JobKey>& jobs,
                     std::uint64_t next_entry, std::uint64_t next_transition) {
    for (const auto& job : jobs)
        jobs_[job];
    for (auto& entry : entries) {
        ids_[identity_of(entry.code, entry.subject, entry.object, entry.drill)] = entry.id;
        for (const auto& observation : entry.observations)
            jobs_[observation.job].insert(entry.id);
        next_entry = std::max(next_entry, entry.id + 1);
        entries_[entry.id] = std::move(entry);
    }
    next_entry_ = next_entry;
    next_transition_ = next_transition;
}

LedgerEntry& Ledger::entry_of(const Finding& finding) {
    const auto [known, is_new] = ids_.try_emplace(identity_of(finding), next_entry_);
    LedgerEntry& entry = entries_[known->second];
    if (is_new) {
        entry.id = next_entry_++;
        entry.code = finding.code;
        entry.subject = finding.subject;
        entry.object = finding.object;
        entry.drill = finding.drill;
    }
    return entry;
}

void Ledger::judge_ratings(const JobKey& job, Report& report) {
    for (const auto& rating : report.ratings) {
        if (std::isnan(rating.value)) {
            report.holds.push_back({rating.scale->code, rating.subject, rating.object});
            continue;
        }
        std::optional<std::size_t> before;
        if (jobs_.contains(job)) before = 0;
        const auto known = ids_.find(identity_of(rating.scale->code, rating.subject, rating.object, false));
        if (known != ids_.end())
            if (const auto* observation = find_observation(entries_.at(known->second), job))
                // Where the operator gave it a severity that no level has, it was at least none that is ok.
                before = level_with(*rating.scale, observation->finding.severity).value_or(1);
        Finding finding = finding_of(rating, level_of(*rating.scale, rating.value, before));
        if (finding.severity != Severity::ok) report.findings.push_back(std::move(finding));
    }
}

bool Ledger::see(LedgerEntry& entry, const JobKey& job, Finding&& finding, bool first_run, WallTime now) {
    Observation* observation = find_observation(entry, job);
    const bool is_new = observation == nullptr;
    if (is_new) {
        // In the order of the jobs, so that what they say together does not depend on who was first.
        const auto place = std::find_if(entry.observations.begin(), entry.observations.end(),
                                        [&](const Observation& one) { return job < one.job; });
        observation = &*entry.observations.emplace(place);
        observation->job = job;
        observation->since = now;
        observation->initial = first_run;
        jobs_[job].insert(entry.id);
    }
    const bool other = is_new || !observation->confirmed || observation->absent > 0 ||
                       observation->finding.severity != finding.severity;
    observation->finding = std::move(finding);
    observation->since = std::min(observation->since, now);  // the clock may have been set back
    observation->last_seen = now;
    observation->last_good = now;
    observation->absent = 0;
    ++observation->rounds;
    WallTime& written = written_[entry.id];
    if (!other && now >= written && now - written < touch_gap) return false;
    written = now;
    return true;
}

// One of severity ok is none, but says how what was there has ended.
void Ledger::hear_last_words(const JobKey& job, Finding&& finding) {
    const auto known = ids_.find(identity_of(finding));
    if (known == ids_.end()) return;
    if (auto* observation = find_observation(entries_.at(known->second), job)) {
        observation->finding.message = std::move(finding.message);
        observation->finding.evidence = std::move(finding.evidence);
    }
}

bool Ledger::is_blind() const {
    return std::any_of(entries_.begin(), entries_.end(), [](const auto& entry) {
        return std::any_of(entry.second.observations.begin(), entry.second.observations.end(),
                           [](const Observation& one) { return one.finding.blinds && one.absent == 0; });
    });
}

void Ledger::confirm(LedgerEntry& entry, const JobKey& job, bool blind, WallTime now) {
    Observation* observation = find_observation(entry, job);
    const auto& alerts = settings_->alerts;
    if (observation == nullptr || observation->confirmed) return;
    if (observation->rounds < static_cast<std::uint64_t>(alerts.confirm)) return;
    const Finding& finding = observation->finding;
    const bool waits = could_not_tell(finding) && !finding.blinds;
    if (waits && ((blind && !finding.own_cause) || now - observation->since < alerts.unknown_after)) return;
    observation->confirmed = true;
}

// Takes the observation away when it was missed so often, or could not be told for so long, that it no longer counts.
std::optional<Observation> Ledger::miss(LedgerEntry& entry, const JobKey& job, bool held, WallTime now) {
    const auto observation = std::find_if(entry.observations.begin(), entry.observations.end(),
                                          [&](const Observation& one) { return one.job == job; });
    const auto& alerts = settings_->alerts;
    if (held) {
        if (now - observation->last_good < alerts.forget) return {};
    } else {
        observation->last_good = now;
        if (observation->confirmed && ++observation->absent < alerts.clear) return {};
    }
    Observation removed = std::move(*observation);
    entry.observations.erase(observation);
    jobs_[job].erase(entry.id);
    return removed;
}

Transition& Ledger::tell(TransitionKind kind, const LedgerEntry& entry, OpenFinding&& shown, WallTime now,
                         Changes& changes) {
    Transition& transition = changes.transitions.emplace_back();
    transition.id = next_transition_++;
    transition.episode = kind == TransitionKind::opened ? transition.id : entry.episode;
    transition.kind = kind;
    transition.time = now;
    transition.check = std::move(shown.check);
    transition.finding = std::move(shown.finding);
    transition.since = shown.since;
    transition.senders = senders_of(transition.finding, *settings_);
    transition.silent = mute_of(transition.finding, *settings_, now) != nullptr;
    return transition;
}

void Ledger::follow_severity(LedgerEntry& entry, bool ran, WallTime now, Changes& changes) {
    auto shown = merged(entry, true);
    const Severity severity = shown->finding.severity;
    const bool is_muted = mute_of(shown->finding, *settings_, now) != nullptr;
    if (severity == entry.severity) {
        settling_.erase(entry.id);
        const bool kept_from_first_run = !settings_->alerts.notify_initial &&
                                         std::all_of(entry.observations.begin(), entry.observations.end(),
                                                     [](const Observation& one) { return one.initial; });
        if (entry.told || is_muted || kept_from_first_run) return;
        tell(TransitionKind::changed, entry, std::move(*shown), now, changes).note = "its mute has ended";
        changes.transitions.back().before = Severity::ok;
        entry.told = true;
        return;
    }
    if (!ran) return;
    auto& settling = settling_[entry.id];
    settling.rounds = settling.severity == severity ? settling.rounds + 1 : 1;
    settling.severity = severity;
    if (settling.rounds < settings_->alerts.confirm) {
        changes.unsettled = true;
        return;
    }
    settling_.erase(entry.id);
    Transition& transition = tell(TransitionKind::changed, entry, std::move(*shown), now, changes);
    transition.before = entry.severity;
    // One that goes up and down is not told each time.
    if (entry.flapping) transition.silent = true;
    entry.severity = severity;
    entry.told = entry.told || !transition.silent;
}

void Ledger::decide(LedgerEntry& entry, const Observation* removed, const std::string& note, bool ran,
                    WallTime now, Changes& changes) {
    const auto& alerts = settings_->alerts;
    const auto is_old = [&](WallTime opening) { return now - opening > alerts.flap_window; };
    const bool confirmed = is_confirmed(entry);
    if (confirmed) entry.calm_since = {};

    if (confirmed && entry.episode == 0) {
        std::erase_if(entry.openings, is_old);
        open(entry, now, changes);
    } else if (confirmed) {
        follow_severity(entry, ran, now, changes);
    } else if (entry.episode != 0) {
        const bool is_gone = !entry.flapping || !note.empty();
        if (!is_gone && entry.calm_since == WallTime{}) entry.calm_since = now;
        if (is_gone)
            clear(entry, removed, note, now, changes);
        else if (now - entry.calm_since >= alerts.calm)
            clear(entry, removed, "calm again", now, changes);
        else if (entry.observations.empty() && removed != nullptr)
            keep_unconfirmed(entry, *removed);
    }
    std::erase_if(entry.openings, is_old);
}

void Ledger::open(LedgerEntry& entry, WallTime now, Changes& changes) {
    const auto& alerts = settings_->alerts;
    if (!entry.drill) entry.openings.push_back(now);  // drills may follow each other
    entry.flapping = entry.openings.size() >= static_cast<std::size_t>(alerts.flap_count);
    const bool initial = is_from_first_run(entry);
    auto shown = merged(entry, true);
    entry.opened = shown->since;
    entry.severity = shown->finding.severity;
    Transition& transition = tell(TransitionKind::opened, entry, std::move(*shown), now, changes);
    transition.silent = transition.silent || (initial && !alerts.notify_initial && !entry.drill);
    if (entry.flapping)
        transition.note = "flapping: opened " + std::to_string(entry.openings.size()) + " times within " +
                          format_duration(alerts.flap_window) +
                          "; not told again before it has been away for " + format_duration(alerts.calm);
    entry.episode = transition.id;
    entry.told = !transition.silent;
}

void Ledger::clear(LedgerEntry& entry, const Observation* removed, const std::string& note, WallTime now,
                   Changes& changes) {
    OpenFinding shown;
    if (removed != nullptr)
        shown = view_of(*removed);
    else if (auto kept = merged(entry, false))
        shown = std::move(*kept);
    shown.since = entry.opened;
    Transition& transition = tell(TransitionKind::cleared, entry, std::move(shown), now, changes);
    transition.silent = !entry.told;
    transition.note = note;
    if (entry.flapping) {  // what was kept to be shown
        for (const auto& observation : entry.observations)
            jobs_[observation.job].erase(entry.id);
        entry.observations.clear();
    }
    entry.episode = 0;
    entry.flapping = false;
    entry.told = false;
    entry.calm_since = {};
    settling_.erase(entry.id);
}

// A flapping finding stays open although nobody sees it, so that there is something to show.
void Ledger::keep_unconfirmed(LedgerEntry& entry, const Observation& removed) {
    entry.observations.push_back(removed);
    entry.observations.back().confirmed = false;
    entry.observations.back().absent = 0;
    jobs_[removed.job].insert(entry.id);
}

// Writes the entry down, or lets it go when there is nothing left to remember.
void Ledger::settle(std::uint64_t id, Changes& changes) {
    const auto found = entries_.find(id);
    const LedgerEntry& entry = found->second;
    const auto enough = static_cast<std::uint64_t>(settings_->alerts.confirm);
    for (const auto& observation : entry.observations)
        changes.unsettled = changes.unsettled || observation.rounds < enough || observation.absent > 0;
    if (!entry.observations.empty() || !entry.openings.empty() || entry.episode != 0) {
        changes.entries.push_back(entry);
        return;
    }
    changes.dropped.push_back(id);
    written_.erase(id);
    ids_.erase(identity_of(entry.code, entry.subject, entry.object, entry.drill));
    entries_.erase(found);
}

Ledger::Changes Ledger::record(const JobKey& job, Report&& report, WallTime now) {
    const bool first_run = !jobs_.contains(job);
    judge_ratings(job, report);
    const auto observed = jobs_[job];
    std::map<std::uint64_t, bool> seen;  // whether that is to be written
    bool any_could_not_tell = false;
    for (auto& finding : report.findings) {
        if (finding.severity == Severity::ok) {
            hear_last_words(job, std::move(finding));
            continue;
        }
        const Severity severity = severity_here(finding, *settings_);
        if (severity != Severity::ok || !finding.drill) finding.severity = severity;
        if (finding.severity == Severity::ok) continue;
        any_could_not_tell = any_could_not_tell || could_not_tell(finding);
        LedgerEntry& entry = entry_of(finding);
        if (const auto [place, is_new] = seen.try_emplace(entry.id); is_new)
            place->second = see(entry, job, std::move(finding), first_run, now);
    }
    const bool blind = any_could_not_tell && is_blind();
    Changes changes;
    for (const auto& [id, to_write] : seen) {
        LedgerEntry& entry = entries_.at(id);
        confirm(entry, job, blind, now);
        const auto told = changes.transitions.size();
        decide(entry, nullptr, "", true, now, changes);
        if (to_write || told != changes.transitions.size()) settle(id, changes);
    }
    const Holds holds(report.holds);
    for (const auto id : observed) {
        if (seen.contains(id)) continue;
        LedgerEntry& entry = entries_.at(id);
        const bool held = holds.cover(entry);
        const auto removed = miss(entry, job, held, now);
        if (held && !removed) continue;
        const std::string note =
            held ? "given up: nothing could be told for " + format_duration(settings_->alerts.forget) : "";
        decide(entry, removed ? &*removed : nullptr, note, true, now, changes);
        settle(id, changes);
    }
    return changes;
}

Ledger::Changes Ledger::keep_only(const std::set<JobKey>& jobs, WallTime now) {
    Changes changes;
    for (auto job = jobs_.begin(); job != jobs_.end();) {
        if (jobs.contains(job->first)) {
            ++job;
            continue;
        }
        for (const auto id : job->second) {
            LedgerEntry& entry = entries_.at(id);
            const Observation removed = *find_observation(entry, job->first);
            std::erase_if(entry.observations, [&](const Observation& one) { return one.job == removed.job; });
            decide(entry, &removed, "no longer watched", false, now, changes);
            settle(id, changes);
        }
        job = jobs_.erase(job);
    }
    changes.unsettled = false;
    return changes;
}

Ledger::Changes Ledger::tick(WallTime now) {
    Changes changes;
    std::vector<std::uint64_t> due;
    for (const auto& [id, entry] : entries_) {
        const bool forgotten = entry.observations.empty() && entry.episode == 0;
        if (forgotten || (entry.episode != 0 && (!entry.told || entry.calm_since != WallTime{})))
            due.push_back(id);
    }
    for (const auto id : due) {
        LedgerEntry& entry = entries_.at(id);
        const auto transitions = changes.transitions.size();
        const auto openings = entry.openings.size();
        decide(entry, nullptr, "", false, now, changes);
        if (changes.transitions.size() != transitions || entry.openings.size() != openings)
            settle(id, changes);
    }
    changes.unsettled = false;
    return changes;
}

std::vector<OpenFinding> Ledger::findings(WallTime now) const {
    std::vector<OpenFinding> out;
    const bool blind = is_blind();
    for (const auto& [id, entry] : entries_) {
        if (entry.episode == 0) continue;
        auto shown = merged(entry, is_confirmed(entry));
        if (!shown || (blind && shown->finding.could_not_tell)) continue;
        shown->muted = mute_of(shown->finding, *settings_, now) != nullptr;
        out.push_back(std::move(*shown));
    }
    std::sort(out.begin(), out.end(), is_before);
    return out;
}

std::vector<OpenFinding> Ledger::unconfirmed(WallTime now) const {
    std::vector<OpenFinding> out;
    for (const auto& [id, entry] : entries_) {
        if (entry.episode != 0) continue;
        auto shown = merged(entry, false);
        if (!shown) continue;
        shown->muted = mute_of(shown->finding, *settings_, now) != nullptr;
        out.push_back(std::move(*shown));
    }
    std::sort(out.begin(), out.end(), is_before);
    return out;
}

std::vector<LedgerEntry> Ledger::entries() const {
    std::vector<LedgerEntry> out;
    out.reserve(entries_.size());
    for (const auto& [id, entry] : entries_)
        out.push_back(entry);
    return out;
}

}  // namespace reputed
