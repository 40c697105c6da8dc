#include "agent/ledger.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string_view>
#include <tuple>
#include <unordered_set>
#include <utility>

namespace reputed {
namespace {

constexpr std::size_t most_evidence_lines = 12;  // of one finding that many jobs agree on

auto identity(const Finding& finding) {
    return std::tie(finding.code, finding.subject, finding.object);
}

bool is_before(const OpenFinding& a, const OpenFinding& b) {
    return identity(a.finding) < identity(b.finding);
}

bool is_same(const OpenFinding& a, const OpenFinding& b) {
    return identity(a.finding) == identity(b.finding);
}

// Lengths in front, so that no text can make two keys one.
void append_part(std::string& key, std::string_view part) {
    key += std::to_string(part.size());
    key += ':';
    key += part;
}

std::string key_of(std::string_view code, std::string_view subject, std::string_view object) {
    std::string key;
    for (const auto part : {code, subject, object})
        append_part(key, part);
    return key;
}

std::string key_of(const Finding& finding) {
    return key_of(finding.code, finding.subject, finding.object);
}

std::string series_key(const Sample& sample) {
    std::string key(sample.metric->name);
    for (const auto& value : sample.values)
        append_part(key, value);
    return key;
}

// A list that half fails holds thousands of its subjects, so that they are looked up and not gone through.
class Holds {
  public:
    explicit Holds(const std::vector<Hold>& holds) {
        for (const auto& hold : holds)
            keys_.insert(key_of(hold.code, hold.subject, hold.object));
    }

    bool cover(const Finding& finding) const {
        if (keys_.empty()) return false;
        for (const std::string_view code : {std::string_view(finding.code), std::string_view()})
            for (const std::string_view subject : {std::string_view(finding.subject), std::string_view()})
                for (const std::string_view object : {std::string_view(finding.object), std::string_view()})
                    if (keys_.contains(key_of(code, subject, object))) return true;
        return false;
    }

  private:
    std::unordered_set<std::string> keys_;
};

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

// What a report says, by identity, each once.
std::vector<OpenFinding> to_open(std::vector<Finding>&& findings, const std::string& check, WallTime now) {
    std::vector<OpenFinding> open;
    open.reserve(findings.size());
    for (auto& finding : findings)
        open.push_back({std::move(finding), check, now, now});
    std::stable_sort(open.begin(), open.end(), is_before);
    open.erase(std::unique(open.begin(), open.end(), is_same), open.end());
    return open;
}

bool has_line(const std::string& text, const std::string& line) {
    return ('\n' + text + '\n').find('\n' + line + '\n') != std::string::npos;
}

void merge(OpenFinding& into, const OpenFinding& other, std::size_t& evidence_lines) {
    if (other.finding.severity > into.finding.severity) {
        into.finding.severity = other.finding.severity;
        into.finding.message = other.finding.message;
        into.finding.remedy = other.finding.remedy;
        into.finding.link = other.finding.link;
    }
    into.since = std::min(into.since, other.since);
    into.last_seen = std::max(into.last_seen, other.last_seen);
    const auto& evidence = other.finding.evidence;
    if (evidence.empty() || has_line(into.finding.evidence, evidence)) return;
    if (into.finding.evidence.empty())
        into.finding.evidence = evidence;
    else if (++evidence_lines <= most_evidence_lines)
        into.finding.evidence += '\n' + evidence;
    else if (evidence_lines == most_evidence_lines + 1)
        into.finding.evidence += "\n...";
}

}  // namespace

bool Ledger::drop_reporter(const Finding& finding) {
    const auto found = reporters_.find(key_of(finding));
    if (found == reporters_.end() || --found->second > 0) return false;
    reporters_.erase(found);
    return true;
}

Ledger::Changes Ledger::record(const JobKey& job, Report&& report, WallTime now) {
    Memory& memory = jobs_[job];
    const Holds holds(report.holds);
    std::vector<OpenFinding> next = to_open(std::move(report.findings), job.check, now);

    Changes changes;
    std::vector<OpenFinding> held;
    std::vector<bool> known(next.size(), false);
    for (auto& old : memory.findings) {
        const auto same = std::lower_bound(next.begin(), next.end(), old, is_before);
        if (same != next.end() && is_same(*same, old)) {
            same->since = std::min(old.since, now);  // the clock may have been set back
            known[static_cast<std::size_t>(same - next.begin())] = true;
        } else if (holds.cover(old.finding)) {
            held.push_back(std::move(old));
        } else if (drop_reporter(old.finding)) {
            changes.cleared.push_back(std::move(old.finding));
        }
    }
    for (std::size_t i = 0; i < next.size(); ++i)
        if (!known[i] && ++reporters_[key_of(next[i].finding)] == 1)
            changes.opened.push_back(next[i].finding);
    std::move(held.begin(), held.end(), std::back_inserter(next));
    std::sort(next.begin(), next.end(), is_before);
    memory.findings = std::move(next);

    if (memory.samples)
        fill_in_unknown(report.samples, *memory.samples);
    else
        fill_in_unknown(report.samples, {});
    memory.samples = std::make_shared<const std::vector<Sample>>(std::move(report.samples));
    return changes;
}

void Ledger::keep_only(const std::set<JobKey>& jobs) {
    std::erase_if(jobs_, [&](const auto& entry) {
        if (jobs.contains(entry.first)) return false;
        for (const auto& open : entry.second.findings)
            drop_reporter(open.finding);
        return true;
    });
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
