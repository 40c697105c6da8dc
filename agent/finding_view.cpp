#include "agent/finding_view.hpp"

#include <algorithm>
#include <string_view>

namespace reputed {
namespace {

constexpr std::size_t most_evidence_lines = 12;  // of one finding that many jobs agree on

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
    into.last_good = std::max(into.last_good, other.last_good);
    into.rounds = std::max(into.rounds, other.rounds);
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

std::string identity_of(const std::string& code, const std::string& subject, const std::string& object,
                        bool drill) {
    std::string key = drill ? "!" : "";
    for (const std::string* part : {&code, &subject, &object}) {
        key += std::to_string(part->size());
        key += ':';
        key += *part;
    }
    return key;
}

std::string identity_of(const Finding& finding) {
    return identity_of(finding.code, finding.subject, finding.object, finding.drill);
}

OpenFinding view_of(const Observation& observation) {
    return {observation.finding,
            observation.job.check,
            observation.since,
            observation.last_seen,
            observation.last_good,
            observation.rounds,
            false,
            false};
}

std::optional<OpenFinding> merged(const LedgerEntry& entry, bool confirmed) {
    std::optional<OpenFinding> out;
    std::size_t evidence_lines = 1;
    for (const auto& observation : entry.observations) {
        if (observation.confirmed != confirmed) continue;
        if (out)
            merge(*out, view_of(observation), evidence_lines);
        else
            out = view_of(observation);
    }
    if (out) out->flapping = entry.flapping;
    return out;
}

}  // namespace reputed
