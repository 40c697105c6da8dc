#include "agent/page_facts.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace reputed::page {
namespace {

using Index = std::unordered_map<std::string_view, std::size_t>;

std::string_view label(const Sample& sample, std::string_view name) {
    const auto& labels = sample.metric->labels;
    const auto at = static_cast<std::size_t>(std::find(labels.begin(), labels.end(), name) - labels.begin());
    return at < labels.size() && at < sample.values.size() ? std::string_view(sample.values[at]) : "";
}

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
        switch (family.meaning) {
            case CellFamily::listed:
                if (const auto* known = matrix(family.domain).lists[list].list;
                    known != nullptr && known->weight == 0)
                    cell.severity = Severity::info;
                cell.state = sample.value != 0 ? CellState::listed : CellState::clean;
                break;
            case CellFamily::allowed:
                cell.state = sample.value != 0 ? CellState::allowed : CellState::not_allowed;
                break;
            case CellFamily::score:
                cell.state = CellState::score;
                cell.score = sample.value;
                break;
            case CellFamily::answered: {
                cell.answered = whole_seconds(sample.value);
                // An answer of the last run is not older than its start; a second is lost by rounding.
                const auto start =
                    std::chrono::duration<double>(job.last_run.time_since_epoch()) - job.last_duration;
                cell.held =
                    job.last_run == WallTime{} || static_cast<double>(cell.answered) + 1 < start.count();
                break;
            }
        }
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

}  // namespace

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
