#include <algorithm>

#include "agent/json_text.hpp"
#include "agent/notify/payload.hpp"
#include "agent/plain_text.hpp"

namespace reputed::notify {

namespace {

constexpr std::size_t longest_label = 253;
constexpr std::size_t longest_annotation = 2000;

Json labels_of(const Transition& transition, Severity severity, const Context& context) {
    const Finding& finding = transition.finding;
    Json labels = {{"alertname", alert_name(finding.code)},
                   {"code", finding.code},
                   {"check", transition.check},
                   {"severity", to_string(severity)},
                   {"subject", one_line(finding.subject, longest_label)}};
    if (!finding.object.empty()) labels["object"] = one_line(finding.object, longest_label);
    std::string senders;
    for (const auto& sender : transition.senders)
        senders += (senders.empty() ? "" : ",") + one_line(sender, 100);
    if (!senders.empty()) labels["sender"] = one_line(senders, longest_label);
    const auto is_shared = [&](const std::string& sender) {
        return std::find(context.shared_senders.begin(), context.shared_senders.end(), sender) !=
               context.shared_senders.end();
    };
    // Alertmanager takes alerts with the same labels for one.
    const bool shared = !transition.senders.empty() &&
                        std::all_of(transition.senders.begin(), transition.senders.end(), is_shared);
    if (!context.instance.empty() && !shared) labels["instance"] = one_line(context.instance, longest_label);
    if (finding.drill) labels["drill"] = "true";
    return labels;
}

Json annotations_of(const Transition& transition) {
    const Finding& finding = transition.finding;
    const std::string mark = finding.drill ? "[DRILL] " : "";
    Json annotations = {{"summary", mark + one_line(finding.message, longest_annotation)}};
    const auto add = [&](const char* name, const std::string& text) {
        if (!text.empty()) annotations[name] = text;
    };
    add("description",
        mark + one_line(finding.message, longest_annotation) +
            (finding.remedy.empty() ? "" : " " + one_line(finding.remedy, longest_annotation)));
    add("evidence", one_line(finding.evidence, longest_annotation));
    add("remedy", one_line(finding.remedy, longest_annotation));
    add("link", safe_link(finding.link));
    add("note", one_line(transition.note, longest_annotation));
    return annotations;
}

Json alert(const Transition& transition, Severity severity, WallTime end, const Context& context) {
    Json one = {{"labels", labels_of(transition, severity, context)},
                {"annotations", annotations_of(transition)},
                {"startsAt", iso_text(transition.since)},
                // One that ended before it began would be refused, and all others of the request with it.
                {"endsAt", iso_text(std::max(end, transition.since + std::chrono::seconds(1)))}};
    if (const auto page = safe_link(context.page); !page.empty()) one["generatorURL"] = page;
    return one;
}

}  // namespace

std::string alert_name(const std::string& code) {
    std::string name = "Reputed";
    bool begins = true;
    for (const char c : code) {
        const bool separator = c == '.' || c == '_' || c == '-';
        if (!separator) name += begins && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        begins = separator;
    }
    return name;
}

std::string alerts_body(const std::vector<const Transition*>& transitions, const NotifierSettings& notifier,
                        const Context& context) {
    Json alerts = Json::array();
    for (const auto* transition : transitions) {
        const bool cleared = transition->kind == TransitionKind::cleared;
        if (transition->kind == TransitionKind::changed && transition->before != Severity::ok)
            alerts.push_back(alert(*transition, transition->before, context.now, context));
        alerts.push_back(alert(*transition, transition->finding.severity,
                               cleared ? context.now : context.now + 4 * notifier.resend, context));
    }
    return json_text(alerts);
}

}  // namespace reputed::notify
