#include "agent/history_json.hpp"

#include "config/utc.hpp"

namespace reputed {
namespace {

void add_finding(Json& json, const Finding& finding) {
    json["code"] = plain_text(finding.code);
    json["subject"] = plain_text(finding.subject);
    json["object"] = plain_text(finding.object);
    json["severity"] = to_string(finding.severity);
    json["message"] = plain_text(finding.message);
    json["evidence"] = plain_text(finding.evidence);
    json["remedy"] = plain_text(finding.remedy);
    json["link"] = plain_text(finding.link);
    json["drill"] = finding.drill;
}

Json names_json(const std::vector<std::string>& names) {
    Json json = Json::array();
    for (const auto& name : names)
        json.push_back(plain_text(name));
    return json;
}

}  // namespace

Json episode_json(const Episode& episode, WallTime now) {
    const auto duration = episode.duration(now);
    Json json = {{"id", episode.id},
                 {"check", plain_text(episode.check)},
                 {"opened", rfc3339(episode.opened)},
                 {"cleared", episode.end == Episode::End::cleared ? Json(rfc3339(episode.cleared)) : Json()},
                 {"open", episode.end == Episode::End::open},
                 {"seconds", duration ? Json(duration->count()) : Json()},
                 {"since", rfc3339(episode.since)}};
    add_finding(json, episode.finding);
    json["note"] = plain_text(episode.note);
    json["senders"] = names_json(episode.senders);
    json["silent"] = episode.silent;
    return json;
}

Json transition_json(const Transition& transition) {
    Json json = {{"id", transition.id},
                 {"episode", transition.episode},
                 {"kind", to_string(transition.kind)},
                 {"time", rfc3339(transition.time)},
                 {"check", plain_text(transition.check)}};
    add_finding(json, transition.finding);
    json["since"] = rfc3339(transition.since);
    json["before"] = to_string(transition.before);
    json["note"] = plain_text(transition.note);
    json["senders"] = names_json(transition.senders);
    json["silent"] = transition.silent;
    return json;
}

}  // namespace reputed
