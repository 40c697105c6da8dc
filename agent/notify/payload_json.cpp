#include "agent/json_text.hpp"
#include "agent/notify/payload.hpp"
#include "agent/plain_text.hpp"

namespace reputed::notify {

namespace {

constexpr std::size_t most_transitions = 1000;
constexpr std::size_t longest_text = 2000;

std::string text(const std::string& foreign) {
    return plain_text(foreign, longest_text);
}

Json transition_json(const Transition& transition) {
    const Finding& finding = transition.finding;
    const bool cleared = transition.kind == TransitionKind::cleared;
    Json senders = Json::array();
    for (const auto& sender : transition.senders)
        senders.push_back(text(sender));
    Json lasted;
    if (cleared)
        lasted = std::chrono::floor<std::chrono::seconds>(transition.time - transition.since).count();
    return {{"id", transition.id},
            {"episode", transition.episode},
            {"kind", to_string(transition.kind)},
            {"time", iso_text(transition.time)},
            {"since", iso_text(transition.since)},
            {"lasted_seconds", lasted},
            {"check", transition.check},
            {"code", finding.code},
            {"subject", text(finding.subject)},
            {"object", text(finding.object)},
            {"severity", to_string(finding.severity)},
            {"severity_before", to_string(transition.before)},
            {"message", text(finding.message)},
            {"evidence", text(finding.evidence)},
            {"remedy", text(finding.remedy)},
            {"link", safe_link(finding.link)},
            {"note", text(transition.note)},
            {"senders", std::move(senders)},
            {"drill", finding.drill}};
}

}  // namespace

std::string json_body(const Message& message, const Context& context) {
    const Text composed = compose(message, context);
    Json transitions = Json::array();
    for (const auto& transition : message.transitions) {
        if (transitions.size() == most_transitions) break;
        transitions.push_back(transition_json(transition));
    }
    const auto omitted = message.transitions.size() - transitions.size();
    const Json body = {{"version", 1},
                       {"key", message.key},
                       {"notifier", message.notifier},
                       {"instance", text(context.instance)},
                       {"page", safe_link(context.page)},
                       {"digest", message.digest},
                       {"drill", composed.drill},
                       {"severity", to_string(composed.severity)},
                       {"title", composed.title},
                       {"text", plain(composed)},
                       {"transitions", std::move(transitions)},
                       {"omitted", omitted}};
    return json_text(body);
}

Payload payload_for(const NotifierSettings& notifier, const Message& message, const Context& context) {
    if (notifier.format == "template") return template_payload(notifier, message, context);
    if (notifier.format == "json") return {"application/json", json_body(message, context)};
    return chat_payload(notifier, message, context);
}

}  // namespace reputed::notify
