#include "agent/finding_json.hpp"

#include "agent/plain_text.hpp"
#include "config/utc.hpp"

namespace reputed {

Json finding_json(const OpenFinding& open) {
    const auto& finding = open.finding;
    return {{"code", finding.code},
            {"check", open.check},
            {"subject", plain_text(finding.subject)},
            {"object", plain_text(finding.object)},
            {"severity", to_string(finding.severity)},
            {"message", plain_text(finding.message)},
            {"evidence", plain_text(finding.evidence)},
            {"remedy", plain_text(finding.remedy)},
            {"link", plain_text(finding.link)},
            {"since", rfc3339(open.since)}};
}

Json reputation_json(const Reputation& reputation) {
    Json parts = Json::array();
    for (const auto& part : reputation.parts)
        parts.push_back(
            {{"part", to_string(part.part)}, {"what", plain_text(part.words)}, {"takes", part.points}});
    return {{"score", reputation.score}, {"level", reputation.judged().name}, {"parts", std::move(parts)}};
}

}  // namespace reputed
