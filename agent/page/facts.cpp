#include "agent/page/facts.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <type_traits>
#include <unordered_map>

namespace reputed::page {
namespace {

using Index = std::unordered_map<std::string_view, std::size_t>;

std::int64_t whole_seconds(double value) {
    return std::isfinite(value) && value > 0 && value < 1e11 ? static_cast<std::int64_t>(value) : 0;
}

// Which matrix a per-list family belongs to, and what its value means there.
struct CellFamily {
    std::string_view name;
    bool domain;
    enum Meaning : std::uint8_t { listed, allowed, score, answered } meaning;
};
constexpr CellFamily cell_families[] = {
    {"reputed_listed", false, CellFamily::listed},
    {"reputed_allowed", false, CellFamily::allowed},
    {"reputed_score", false, CellFamily::score},
    {"reputed_dnsbl_last_answer_timestamp_seconds", false, CellFamily::answered},
    {"reputed_domain_listed", true, CellFamily::listed},
    {"reputed_domain_allowed", true, CellFamily::allowed},
    {"reputed_dnsbl_domain_last_answer_timestamp_seconds", true, CellFamily::answered},
};

const CellFamily* find_cell_family(const Sample& sample) {
    for (const auto& family : cell_families)
        if (family.name == sample.metric->name) return &family;
    return nullptr;
}

void apply(Cell& cell, CellFamily::Meaning meaning, double value, const List* list, const JobState& job) {
    switch (meaning) {
        case CellFamily::listed:
            if (list != nullptr && list->weight == 0) cell.severity = Severity::info;
            cell.state = value != 0 ? CellState::listed : CellState::clean;
            break;
        case CellFamily::allowed:
            cell.state = value != 0 ? CellState::allowed : CellState::not_allowed;
            break;
        case CellFamily::score:
            cell.state = CellState::score;
            cell.score = value;
            break;
        case CellFamily::answered: {
            cell.answered = whole_seconds(value);
            // An answer of the last run is not older than its start; a second is lost by rounding.
            const auto start =
                std::chrono::duration<double>(job.last_run.time_since_epoch()) - job.last_duration;
            cell.held = job.last_run == WallTime{} || static_cast<double>(cell.answered) + 1 < start.count();
            // A score list answers without a score where it has no entry.
            if (cell.state == CellState::unknown && cell.answered > 0 && list != nullptr &&
                list->kind == ListKind::ip_score)
                cell.state = CellState::no_score;
            break;
        }
    }
}

class Gatherer {
  public:
    explicit Gatherer(const Snapshot& snapshot) : snapshot_(snapshot) {}

    Facts gather() {
        add_configured();
        for_each_sample([this](const Sample& sample, const JobState&) { add_targets_and_lists(sample); });
        facts_.addresses.allocate();
        facts_.domains.allocate();
        mark_not_asked();
        for_each_sample([this](const Sample& sample, const JobState& job) { add_values(sample, job); });
        for (const auto& open : snapshot_.findings)
            add_severity(open.finding);
        return std::move(facts_);
    }

  private:
    template <typename Visit>
    void for_each_sample(Visit visit) const {
        for (const auto& job : snapshot_.jobs) {
            if (!job.samples) continue;
            for (const auto& sample : *job.samples)
                if (!std::isnan(sample.value)) visit(sample, job);
        }
    }

    void add_configured() {
        if (snapshot_.settings)
            for (const auto& sender : snapshot_.settings->senders)
                for (const auto& address : sender.addresses())
                    add_target(false, address.to_string());
        if (snapshot_.lists)
            for (const auto& list : snapshot_.lists->lists)
                add_list(is_domain_list(list.kind), list.name, &list);
    }

    Matrix& matrix(bool domain) { return domain ? facts_.domains : facts_.addresses; }

    void add_target(bool domain, std::string name) {
        auto& known = targets_[domain];
        if (known.emplace(name, matrix(domain).targets.size()).second)
            matrix(domain).targets.push_back(std::move(name));
    }

    void add_list(bool domain, std::string_view name, const List* list) {
        auto& known = lists_[domain];
        if (known.emplace(name, matrix(domain).lists.size()).second)
            matrix(domain).lists.push_back({name, list, "", {}});
    }

    void add_targets_and_lists(const Sample& sample) {
        const auto* family = find_cell_family(sample);
        if (family == nullptr) return;
        add_target(family->domain, std::string(label(sample, family->domain ? "domain" : "ip")));
        add_list(family->domain, label(sample, "list"), nullptr);
    }

    void mark_not_asked() {
        auto& addresses = facts_.addresses;
        for (std::size_t target = 0; target < addresses.targets.size(); ++target) {
            const auto address = IpAddress::parse(addresses.targets[target]);
            for (std::size_t i = 0; address && i < addresses.lists.size(); ++i) {
                const auto* list = addresses.lists[i].list;
                if (list != nullptr && !(address->family() == Family::v4 ? list->ipv4 : list->ipv6))
                    addresses.at(target, i).state = CellState::not_asked;
            }
        }
    }

    void add_severity(const Finding& finding) {
        for (const bool domain : {false, true}) {
            const auto target = targets_[domain].find(finding.subject);
            const auto list = lists_[domain].find(finding.object);
            if (target != targets_[domain].end() && list != lists_[domain].end())
                matrix(domain).at(target->second, list->second).severity = finding.severity;
        }
    }

    void add_values(const Sample& sample, const JobState& job) {
        if (const auto* family = find_cell_family(sample)) return add_cell(*family, sample, job);
        const auto name = sample.metric->name;
        if (name == "reputed_list_health" || name == "reputed_dnsbl_targets") return add_list_state(sample);
        if (name == "reputed_ptr_verdict")
            facts_.ptr[label(sample, "ip")] = verdict_of(sample.value);
        else if (name == "reputed_spf_verdict")
            facts_.spf[label(sample, "ip")][label(sample, "domain")] = verdict_of(sample.value);
        else if (name == "reputed_queue_verdict")
            facts_.queue_verdicts[label(sample, "mta")] = verdict_of(sample.value);
        else if (name == "reputed_queue_messages" || name == "reputed_queue_bytes" ||
                 name == "reputed_queue_oldest_arrival_timestamp_seconds")
            add_queue(sample);
    }

    void add_cell(const CellFamily& family, const Sample& sample, const JobState& job) {
        const auto target =
            targets_[family.domain].at(std::string(label(sample, family.domain ? "domain" : "ip")));
        const auto list = lists_[family.domain].at(label(sample, "list"));
        auto& cell = matrix(family.domain).at(target, list);
        apply(cell, family.meaning, sample.value, matrix(family.domain).lists[list].list, job);
    }

    void add_list_state(const Sample& sample) {
        const auto name = label(sample, "list");
        for (const bool domain : {false, true}) {
            const auto found = lists_[domain].find(name);
            if (found == lists_[domain].end()) continue;
            auto& list = matrix(domain).lists[found->second];
            if (sample.metric->name == "reputed_dnsbl_targets")
                list.targets_by_state[label(sample, "state")] =
                    static_cast<std::uint64_t>(whole_seconds(sample.value));
            else if (sample.value == 1)
                list.health = label(sample, "health");
        }
    }

    void add_queue(const Sample& sample) {
        auto& queue = facts_.queues[{label(sample, "mta"), label(sample, "queue")}];
        if (sample.metric->name == "reputed_queue_messages") queue.messages = sample.value;
        if (sample.metric->name == "reputed_queue_bytes") queue.bytes = sample.value;
        if (sample.metric->name == "reputed_queue_oldest_arrival_timestamp_seconds")
            queue.oldest_arrival = whole_seconds(sample.value);
    }

    const Snapshot& snapshot_;
    Facts facts_;
    std::unordered_map<std::string, std::size_t> targets_[2];  // [domain]
    Index lists_[2];
};

// About which target the sample at `at` is; "" for none.
std::string_view target_of(const std::vector<Sample>& samples, std::size_t at, bool domain) {
    const auto* family = find_cell_family(samples[at]);
    if (family == nullptr || family->domain != domain) return "";
    return label(samples[at], domain ? "domain" : "ip");
}

// The first sample about the target, and near `hint` at best: lists speak of the same targets in the same order.
std::optional<std::size_t> find_target(const std::vector<Sample>& samples, std::string_view target,
                                       bool domain, std::size_t hint) {
    constexpr std::size_t near = 64;
    const auto from = std::min(hint, samples.size()) - std::min({hint, samples.size(), near});
    const auto search = [&](std::size_t first, std::size_t last) -> std::optional<std::size_t> {
        for (auto at = first; at < std::min(last, samples.size()); ++at)
            if (target_of(samples, at, domain) == target) return at;
        return {};
    };
    if (const auto found = search(from, hint + near)) return found;
    return search(0, samples.size());
}

void read_state(ListFacts& facts, const Sample& sample) {
    if (sample.metric->name == "reputed_dnsbl_targets")
        facts.targets_by_state[label(sample, "state")] =
            static_cast<std::uint64_t>(whole_seconds(sample.value));
    else if (sample.metric->name == "reputed_list_health" && sample.value == 1)
        facts.health = label(sample, "health");
}

bool is_asked(const List& list, std::string_view target, bool domain) {
    if (is_domain_list(list.kind) != domain) return false;
    if (domain) return true;
    const auto address = IpAddress::parse(target);
    return address && (address->family() == Family::v4 ? list.ipv4 : list.ipv6);
}

Severity severity_of(const Snapshot& snapshot, std::string_view target, std::string_view list,
                     Severity otherwise) {
    for (const auto& open : snapshot.findings)
        if (open.finding.subject == target && open.finding.object == list) return open.finding.severity;
    return otherwise;
}

}  // namespace

std::span<const JobState> jobs_of(const Snapshot& snapshot, std::string_view check) {
    const auto [first, last] =
        std::equal_range(snapshot.jobs.begin(), snapshot.jobs.end(), check, [](const auto& a, const auto& b) {
            if constexpr (std::is_same_v<std::decay_t<decltype(a)>, JobState>)
                return a.check < b;
            else
                return a < b.check;
        });
    return {first, last};
}

const JobState* find_job(const Snapshot& snapshot, std::string_view check, std::string_view subject) {
    const auto jobs = jobs_of(snapshot, check);
    const auto found =
        std::lower_bound(jobs.begin(), jobs.end(), subject,
                         [](const JobState& job, std::string_view name) { return job.subject < name; });
    return found == jobs.end() || found->subject != subject ? nullptr : &*found;
}

std::vector<Word> words_about(const Snapshot& snapshot, std::string_view target, bool is_domain) {
    std::vector<Word> words;
    if (!snapshot.lists) return words;
    std::size_t hint = 0;
    for (const auto& list : snapshot.lists->lists) {
        if (!is_asked(list, target, is_domain)) continue;
        auto& word = words.emplace_back();
        word.known = &list;
        word.list = list.name;
        word.job = find_job(snapshot, "dnsbl", list.name);
        if (word.job == nullptr || !word.job->samples) continue;
        const auto& samples = *word.job->samples;
        if (const auto found = find_target(samples, target, is_domain, hint)) {
            hint = *found;
            for (auto at = *found; at < samples.size() && target_of(samples, at, is_domain) == target; ++at)
                apply(word.cell, find_cell_family(samples[at])->meaning, samples[at].value, &list, *word.job);
        }
        word.cell.severity = severity_of(snapshot, target, list.name, word.cell.severity);
        // The health stands behind the targets, or before them.
        ListFacts facts;
        const auto is_about_target = [](const Sample& sample) { return find_cell_family(sample) != nullptr; };
        const auto last = std::find_if(samples.rbegin(), samples.rend(), is_about_target).base();
        const auto first = std::find_if(samples.begin(), last, is_about_target);
        for (auto sample = samples.begin(); sample != first; ++sample)
            read_state(facts, *sample);
        for (auto sample = last; sample != samples.end(); ++sample)
            read_state(facts, *sample);
        word.health = facts.health;
    }
    return words;
}

std::vector<TargetWord> words_of(const Snapshot& snapshot, const List& list) {
    std::vector<TargetWord> words;
    const auto* job = find_job(snapshot, "dnsbl", list.name);
    if (job == nullptr || !job->samples) return words;
    const bool domain = is_domain_list(list.kind);
    for (std::size_t at = 0; at < job->samples->size(); ++at) {
        const auto target = target_of(*job->samples, at, domain);
        if (target.empty()) continue;
        if (words.empty() || words.back().target != target) words.push_back({target, {}});
        const auto& sample = (*job->samples)[at];
        apply(words.back().cell, find_cell_family(sample)->meaning, sample.value, &list, *job);
    }
    std::unordered_map<std::string_view, Severity> severities;
    for (const auto& open : snapshot.findings)
        if (open.finding.object == list.name) severities[open.finding.subject] = open.finding.severity;
    for (auto& word : words)
        if (const auto found = severities.find(word.target); found != severities.end())
            word.cell.severity = found->second;
    return words;
}

ListFacts state_of(const Snapshot& snapshot, const List& list) {
    ListFacts facts;
    facts.name = list.name;
    facts.list = &list;
    if (const auto* job = find_job(snapshot, "dnsbl", list.name); job != nullptr && job->samples)
        for (const auto& sample : *job->samples)
            read_state(facts, sample);
    return facts;
}

std::string_view label(const Sample& sample, std::string_view name) {
    const auto& labels = sample.metric->labels;
    const auto at = static_cast<std::size_t>(std::find(labels.begin(), labels.end(), name) - labels.begin());
    return at < labels.size() && at < sample.values.size() ? std::string_view(sample.values[at]) : "";
}

Severity verdict_of(double value) {
    if (value == 0) return Severity::ok;
    if (value == 1) return Severity::info;
    if (value == 2) return Severity::warning;
    if (value == 3) return Severity::critical;
    return Severity::unknown;
}

Facts gather(const Snapshot& snapshot) {
    return Gatherer(snapshot).gather();
}

}  // namespace reputed::page
