#include <map>

#include "agent/json_text.hpp"
#include "agent/notify/payload.hpp"
#include "agent/plain_text.hpp"
#include "config/message_template.hpp"

namespace reputed::notify {

namespace {

constexpr std::size_t longest_text = 2000;

std::map<std::string, Json> values(const Message& message, const Context& context) {
    const Text text = compose(message, context);
    const Transition& first = foremost(message);
    const auto foreign = [](const std::string& value) { return plain_text(value, longest_text); };
    std::string senders;
    for (const auto& sender : first.senders)
        senders += (senders.empty() ? "" : ", ") + one_line(sender, 100);
    return {{"title", text.title},
            {"text", plain(text)},
            {"key", message.key},
            {"notifier", message.notifier},
            {"instance", foreign(context.instance)},
            {"page", safe_link(context.page)},
            {"severity", to_string(text.severity)},
            {"kind", to_string(first.kind)},
            {"count", message.transitions.size()},
            {"digest", message.digest},
            {"drill", text.drill},
            {"code", first.finding.code},
            {"check", first.check},
            {"subject", foreign(first.finding.subject)},
            {"object", foreign(first.finding.object)},
            {"message", foreign(first.finding.message)},
            {"evidence", foreign(first.finding.evidence)},
            {"remedy", foreign(first.finding.remedy)},
            {"link", text.link},
            {"note", foreign(first.note)},
            {"senders", foreign(senders)},
            {"since", iso_text(first.since)},
            {"time", iso_text(first.time)},
            {"payload", Json::parse(json_body(message, context))}};
}

std::string written(const Json& value, TemplatePart::Form form) {
    if (form == TemplatePart::Form::json) return json_text(value);
    const std::string raw = value.is_string() ? value.get<std::string>() : json_text(value);
    if (form == TemplatePart::Form::raw) return raw;
    const std::string quoted = json_text(raw);
    return quoted.substr(1, quoted.size() - 2);
}

}  // namespace

Payload template_payload(const NotifierSettings& notifier, const Message& message, const Context& context) {
    Problems problems;
    const auto known = values(message, context);
    std::string body;
    for (const auto& part : parse_template(notifier.template_text, notifier.template_file, problems)) {
        if (part.form == TemplatePart::Form::text)
            body += part.text;
        else if (const auto value = known.find(part.text); value != known.end())
            body += written(value->second, part.form);
    }
    const bool json = Json::accept(body);
    return {json ? "application/json" : "text/plain; charset=utf-8", std::move(body)};
}

}  // namespace reputed::notify
