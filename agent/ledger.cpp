#include "agent/ledger.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace reputed {
namespace {

constexpr std::size_t most_evidence_lines = 12;  // of one finding that many jobs agree on

auto identity(const Finding& finding) {
    return std::tie(finding.code, finding.subject, finding.object);
}

bool covers(const Hold& hold, const Finding& finding) {
    return (hold.code.empty() || hold.code == finding.code) &&
           (hold.subject.empty() || hold.subject == finding.subject) &&
           (hold.object.empty() || hold.object == finding.object);
}

// One string for a series: names and label values cannot hold the separator's byte in a well-formed way that would
// make two series one, since the number of values is fixed by the metric.
std::string series_key(const Sample& sample) {
    std::string key(sample.metric->name);
    for (const auto& value : sample.values) {
        key += '\xff';
        key += value;
    }
    return key;
}

void fill_in_unknown(std::vector<Sample>& samples, const std::vector<Sample>& before) {
    std::unordered_map<std::string, double> known;
    const auto is_unknown = [](const Sample& sample) { return std::isnan(sample.value); };
    if (std::none_of(samples.begin(), samples.end(), is_unknown)) return;
    for (const auto& sample : before)
        known.emplace(series_key(sample), sample.value);
    for (auto& sample : samples) {
        if (!is_unknown(sample)) continue;
        const auto found = known.find(series_key(sample));
        sample.value = found != known.end() ? found->second : sample.metric->before_first;
    }
    std::erase_if(samples, is_unknown);
}

void merge(OpenFinding& into, const OpenFinding& other, std::size_t& evidence_lines) {
    if (other.finding.severity > into.finding.severity) {
        into.finding.severity = other.finding.severity;
        into.finding.message = other.finding.message;
        into.finding.remedy = other.finding.remedy;
    }
    into.since = std::min(into.since, other.since);
    into.last_seen = std::max(into.last_seen, other.last_seen);
    if (other.finding.evidence.empty() || other.finding.evidence == into.finding.evidence) return;
    if (++evidence_lines <= most_evidence_lines)
        into.finding.evidence += '\n' + other.finding.evidence;
    else if (evidence_lines == most_evidence_lines + 1)
        into.finding.evidence += "\n...";
}

}  // namespace

bool Ledger::reported_by_another(const JobKey& job, const Finding& finding) const {
    return std::any_of(jobs_.begin(), jobs_.end(), [&](const auto& entry) {
        return entry.first != job && std::any_of(entry.second.findings.begin(), entry.second.findings.end(),
                                                 [&](const OpenFinding& open) {
                                                     return identity(open.finding) == identity(finding);
                                                 });
    });
}

Ledger::Changes Ledger::record(const JobKey& job, Report&& report, WallTime now) {
    Memory& memory = jobs_[job];
    std::vector<OpenFinding> next;
    next.reserve(report.findings.size());
    for (auto& finding : report.findings)
        next.push_back({std::move(finding), job.check, now, now});
    const auto before = [](const OpenFinding& a, const OpenFinding& b) {
        return identity(a.finding) < identity(b.finding);
    };
    std::stable_sort(next.begin(), next.end(), before);
    next.erase(
        std::unique(next.begin(), next.end(),
                    [](const auto& a, const auto& b) { return identity(a.finding) == identity(b.finding); }),
        next.end());

    Changes changes;
    std::vector<OpenFinding> held;
    std::vector<bool> known(next.size(), false);
    for (auto& old : memory.findings) {
        const auto same = std::lower_bound(next.begin(), next.end(), old, before);
        if (same != next.end() && identity(same->finding) == identity(old.finding)) {
            same->since = old.since;
            known[static_cast<std::size_t>(same - next.begin())] = true;
        } else if (std::any_of(report.holds.begin(), report.holds.end(),
                               [&](const Hold& hold) { return covers(hold, old.finding); })) {
            held.push_back(std::move(old));
        } else if (!reported_by_another(job, old.finding)) {
            changes.cleared.push_back(std::move(old.finding));
        }
    }
    for (std::size_t i = 0; i < next.size(); ++i)
        if (!known[i] && !reported_by_another(job, next[i].finding))
            changes.opened.push_back(next[i].finding);
    std::move(held.begin(), held.end(), std::back_inserter(next));
    std::sort(next.begin(), next.end(), before);
    memory.findings = std::move(next);

    if (memory.samples)
        fill_in_unknown(report.samples, *memory.samples);
    else
        fill_in_unknown(report.samples, {});
    memory.samples = std::make_shared<const std::vector<Sample>>(std::move(report.samples));
    return changes;
}

void Ledger::keep_only(const std::set<JobKey>& jobs) {
    std::erase_if(jobs_, [&](const auto& entry) { return !jobs.contains(entry.first); });
}

std::vector<OpenFinding> Ledger::findings() const {
    std::map<std::tuple<std::string_view, std::string_view, std::string_view>,
             std::pair<OpenFinding, std::size_t>>
        all;
    for (const auto& [job, memory] : jobs_) {
        for (const auto& open : memory.findings) {
            const auto& finding = open.finding;
            const auto [entry, is_new] =
                all.try_emplace({finding.code, finding.subject, finding.object}, open, std::size_t{1});
            if (!is_new) merge(entry->second.first, open, entry->second.second);
        }
    }
    std::vector<OpenFinding> out;
    out.reserve(all.size());
    for (auto& [key, entry] : all)
        out.push_back(std::move(entry.first));
    std::stable_sort(out.begin(), out.end(), [](const OpenFinding& a, const OpenFinding& b) {
        return a.finding.severity > b.finding.severity;
    });
    return out;
}

std::shared_ptr<const std::vector<Sample>> Ledger::samples(const JobKey& job) const {
    static const auto none = std::make_shared<const std::vector<Sample>>();
    const auto found = jobs_.find(job);
    return found == jobs_.end() || !found->second.samples ? none : found->second.samples;
}

}  // namespace reputed
