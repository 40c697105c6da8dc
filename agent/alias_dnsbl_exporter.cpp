#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <unordered_map>

#include "agent/alias_metrics.hpp"

namespace reputed {
namespace {

const MetricInfo blacklisted{
    "luzilla_rbls_ips_blacklisted", SampleType::gauge, "Blacklisted IPs", {"rbl", "ip", "hostname"}};
const MetricInfo errors{"luzilla_rbls_errors",
                        SampleType::gauge,
                        "Whether an error occurred while testing this target against the RBL (1) or not (0)",
                        {"rbl", "ip", "hostname"}};
const MetricInfo listed{
    "luzilla_rbls_listed", SampleType::gauge, "The number of listings in RBLs (this is bad)", {"rbl"}};
const MetricInfo used{"luzilla_rbls_used", SampleType::gauge, "The number of RBLs to check IPs against", {}};
const MetricInfo targets{
    "luzilla_rbls_targets", SampleType::gauge, "The number of targets that are being probed", {}};
const MetricInfo duration{"luzilla_rbls_duration",
                          SampleType::gauge,
                          "Duration of the last round, the longest among the lists (in seconds)",
                          {}};

bool is_blocklist(ListKind kind) {
    return kind == ListKind::ip_blocklist || kind == ListKind::domain_blocklist;
}

// What one list's last round came to.
class Round {
  public:
    Round(const JobState& job, const ProbeIndex& probes) : broke_off_(job.last_success < job.last_run) {
        // An answer has the time at which its round began, in whole seconds.
        begin_ = std::floor(std::chrono::duration<double>(job.last_run.time_since_epoch()).count());
        for (const auto& sample : *job.samples) {
            const auto name = sample.metric->name;
            if (name == "reputed_dnsbl_targets")
                failed_ = failed_ || (sample.value > 0 && is_failure(sample.values[1]));
            else if (probes.hides(sample))
                continue;
            else if (name == "reputed_listed" || name == "reputed_domain_listed")
                values_[sample.values[0]] = sample.value;
            else if (name == "reputed_dnsbl_last_answer_timestamp_seconds" ||
                     name == "reputed_dnsbl_domain_last_answer_timestamp_seconds")
                answered_.emplace_back(sample.values[0], sample.value);
        }
    }

    const std::vector<std::pair<std::string, double>>& subjects() const { return answered_; }

    // What the list said about it this time; nullptr: it could not be told.
    const double* told(const std::string& subject, double answered) const {
        if (broke_off_ || (failed_ && answered < begin_)) return nullptr;
        const auto found = values_.find(subject);
        return found == values_.end() ? nullptr : &found->second;
    }

  private:
    static bool is_failure(std::string_view state) {
        return state != "clean" && state != "listed" && state != "allowed" && state != "score";
    }

    double begin_ = 0;  // of the round
    bool broke_off_ = false;
    bool failed_ = false;  // it could not tell of every subject
    std::unordered_map<std::string_view, double> values_;
    std::vector<std::pair<std::string, double>> answered_;  // subject, time of its last good answer
};

// The name that the exporter was given for an address: here the sender's, or the address itself.
std::unordered_map<std::string, std::string> host_names(const Settings& settings) {
    std::unordered_map<std::string, std::string> names;
    for (const auto& sender : settings.senders)
        for (const auto& address : sender.addresses()) {
            auto text = address.to_string();
            names.emplace(text, sender.hostname.empty() ? text : sender.hostname);
        }
    return names;
}

}  // namespace

void add_dnsbl_exporter(const Snapshot& snapshot, const ProbeIndex& probes, AliasSeries& out) {
    if (!snapshot.lists) return;
    std::map<std::string_view, ListKind> kinds;
    for (const auto& list : snapshot.lists->lists)
        if (is_blocklist(list.kind)) kinds.emplace(list.name, list.kind);
    const auto names = host_names(*snapshot.settings);
    std::set<std::string> subjects;
    double longest = 0;
    for (const auto& job : snapshot.jobs) {
        if (job.check != "dnsbl" || !job.samples) continue;
        const auto kind = kinds.find(job.subject);
        if (kind == kinds.end()) continue;
        longest = std::max(longest, job.last_duration.count());
        const Round round(job, probes);
        std::size_t listings = 0;
        bool any = false;
        for (const auto& [subject, answered] : round.subjects()) {
            subjects.insert(subject);
            const bool domain = kind->second == ListKind::domain_blocklist;
            const auto name = names.find(subject);
            const std::vector<std::string> labels = {job.subject, domain ? "" : subject,
                                                     name == names.end() ? subject : name->second};
            const auto* value = round.told(subject, answered);
            out.samples.push_back({&errors, labels, value == nullptr ? 1.0 : 0.0});
            if (value == nullptr) continue;
            out.samples.push_back({&blacklisted, labels, *value});
            any = true;
            if (*value > 0) ++listings;
        }
        if (any) out.samples.push_back({&listed, {job.subject}, static_cast<double>(listings)});
    }
    out.samples.push_back({&used, {}, static_cast<double>(kinds.size())});
    out.samples.push_back({&targets, {}, static_cast<double>(subjects.size())});
    out.samples.push_back({&duration, {}, longest});
}

}  // namespace reputed
