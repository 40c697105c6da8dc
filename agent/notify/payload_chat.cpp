#include <algorithm>

#include "agent/json_text.hpp"
#include "agent/notify/mail.hpp"
#include "agent/notify/payload.hpp"

// Slack, Discord, Teams, ntfy and Telegram. What they would read as markup is escaped, or the form of their messages
// is one that knows none.
namespace reputed::notify {

namespace {

// A rendering that stays within what the service takes: at length where that fits, else the sum with as many lines as
// fit.
template <class Render>
std::pair<Text, std::string> fit(const Message& message, const Context& context, std::size_t most,
                                 const Render& render) {
    Text text = compose(message, context);
    std::string out = render(text);
    for (const std::size_t lines : {50U, 30U, 20U, 10U, 5U, 1U, 0U}) {
        if (out.size() <= most) break;
        text = compose(message, context, true, lines);
        out = render(text);
    }
    return {std::move(text), plain_text(out, most)};
}

// Slack reads <...> as links and mentions, and & as the begin of an escape.
std::string slack_escaped(const std::string& text) {
    std::string out;
    for (const char c : text)
        out += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : std::string(1, c);
    return out;
}

// Discord takes any punctuation mark after a backslash for itself.
std::string discord_escaped(const std::string& text) {
    std::string out;
    for (const char c : text) {
        if (std::string_view("\\`*_~|<>[]()#-+:@!").find(c) != std::string_view::npos) out += '\\';
        out += c;
    }
    return out;
}

std::string discord_description(const Text& text) {
    std::string out;
    for (const auto& part : text.parts) {
        const std::string label = part.label.empty() ? "" : "**" + part.label + "**: ";
        switch (part.form) {
            case Part::Form::heading:
                out += "\n**" + discord_escaped(part.text) + "**\n";
                break;
            case Part::Form::words:
                out += label + discord_escaped(part.text) + '\n';
                break;
            case Part::Form::link:
                out += label + part.text + '\n';
                break;
            case Part::Form::snippet: {
                std::string code = part.text;
                std::replace(code.begin(), code.end(), '`', '\'');
                out.append(label)
                    .append("```\n")
                    .append(code)
                    .append(code.ends_with('\n') ? "" : "\n")
                    .append("```\n");
                break;
            }
        }
    }
    return out;
}

int discord_colour(Severity severity) {
    switch (severity) {
        case Severity::ok:
            return 0x2e7d32;
        case Severity::info:
            return 0x1565c0;
        case Severity::unknown:
            return 0x757575;
        case Severity::warning:
            return 0xf9a825;
        case Severity::critical:
            return 0xc62828;
    }
    return 0;
}

Payload slack(const Message& message, const Context& context) {
    const auto [text, body] = fit(
        message, context, 3800, [](const Text& one) { return slack_escaped(one.title + "\n" + plain(one)); });
    return {"application/json",
            json_text({{"text", body}, {"mrkdwn", false}, {"unfurl_links", false}, {"unfurl_media", false}})};
}

Payload discord(const Message& message, const Context& context) {
    const auto [text, body] = fit(message, context, 4000, discord_description);
    Json embed = {{"title", plain_text(discord_escaped(text.title), 250)},
                  {"description", body},
                  {"color", discord_colour(text.severity)}};
    if (!text.link.empty()) embed["url"] = text.link;
    return {"application/json",
            json_text({{"embeds", Json::array({embed})}, {"allowed_mentions", {{"parse", Json::array()}}}})};
}

// Rich text: its runs know no Markdown, which the plain text blocks of a card would obey.
Json teams_block(const std::string& label, const std::string& text, bool heading, bool code) {
    Json runs = Json::array();
    if (!label.empty()) runs.push_back({{"type", "TextRun"}, {"text", label + ": "}, {"weight", "Bolder"}});
    Json run = {{"type", "TextRun"}, {"text", text}};
    if (heading) run["weight"] = "Bolder";
    if (code) run["fontType"] = "Monospace";
    runs.push_back(std::move(run));
    return {{"type", "RichTextBlock"}, {"inlines", std::move(runs)}};
}

Payload teams(const Message& message, const Context& context) {
    const auto [text, body] = fit(message, context, 15'000, plain);
    Json blocks = Json::array({teams_block("", text.title, true, false)});
    for (const auto& part : text.parts)
        blocks.push_back(teams_block(part.label, part.text, part.form == Part::Form::heading,
                                     part.form == Part::Form::snippet));
    Json card = {{"$schema", "http://adaptivecards.io/schemas/adaptive-card.json"},
                 {"type", "AdaptiveCard"},
                 {"version", "1.4"},
                 {"msteams", {{"width", "Full"}}},
                 {"body", std::move(blocks)}};
    if (!text.link.empty())
        card["actions"] = Json::array({{{"type", "Action.OpenUrl"}, {"title", "Open"}, {"url", text.link}}});
    const Json attachment = {{"contentType", "application/vnd.microsoft.card.adaptive"},
                             {"contentUrl", nullptr},
                             {"content", std::move(card)}};
    return {"application/json", json_text({{"type", "message"}, {"attachments", Json::array({attachment})}})};
}

std::string ntfy_priority(Severity severity) {
    switch (severity) {
        case Severity::ok:
            return "3";
        case Severity::info:
            return "2";
        case Severity::unknown:
            return "3";
        case Severity::warning:
            return "4";
        case Severity::critical:
            return "5";
    }
    return "3";
}

std::string ntfy_tag(Severity severity) {
    switch (severity) {
        case Severity::ok:
            return "white_check_mark";
        case Severity::info:
            return "information_source";
        case Severity::unknown:
            return "grey_question";
        case Severity::warning:
            return "warning";
        case Severity::critical:
            return "rotating_light";
    }
    return "";
}

Payload ntfy(const Message& message, const Context& context) {
    const auto [text, body] = fit(message, context, 3900, plain);
    Payload payload{"text/plain; charset=utf-8", body};
    payload.headers = {{"Title", header_words(text.title, 10'000)},
                       {"Priority", ntfy_priority(text.severity)},
                       {"Tags", ntfy_tag(text.severity) + (text.drill ? ",drill" : "")}};
    if (!text.link.empty()) payload.headers.emplace_back("Click", text.link);
    return payload;
}

Payload telegram(const NotifierSettings& notifier, const Message& message, const Context& context) {
    const auto [text, body] =
        fit(message, context, 4000, [](const Text& one) { return one.title + "\n\n" + plain(one); });
    return {"application/json",
            json_text({{"chat_id", notifier.chat_id},
                       {"text", body},
                       {"link_preview_options", {{"is_disabled", true}}}}),
            {},
            "/sendMessage"};
}

}  // namespace

Payload chat_payload(const NotifierSettings& notifier, const Message& message, const Context& context) {
    if (notifier.format == "slack") return slack(message, context);
    if (notifier.format == "discord") return discord(message, context);
    if (notifier.format == "teams") return teams(message, context);
    if (notifier.format == "ntfy") return ntfy(message, context);
    return telegram(notifier, message, context);
}

}  // namespace reputed::notify
