#include "agent/notify/message_text.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <map>

#include "agent/plain_text.hpp"
#include "config/ip_address.hpp"
#include "config/text.hpp"
#include "config/utc.hpp"

namespace reputed::notify {

namespace {

using Form = Part::Form;

constexpr std::size_t longest_title = 150;
constexpr std::size_t longest_sentence = 600;
constexpr std::size_t longest_evidence = 1000;
constexpr std::size_t longest_line = 200;
constexpr std::string_view drill_mark = "[DRILL] ";

bool is_open(const Transition& transition) {
    return transition.kind != TransitionKind::cleared;
}

std::string_view weight_text(Severity severity) {
    switch (severity) {
        case Severity::ok:
            return "Nothing is wrong.";
        case Severity::info:
            return "Worth knowing; it hurts nobody by itself.";
        case Severity::unknown:
            return "It cannot be told whether mail is affected, and nobody may take it for ok.";
        case Severity::warning:
            return "Some receivers refuse or distrust your mail, or soon will.";
        case Severity::critical:
            return "Many receivers refuse your mail now.";
    }
    return "";
}

std::string sentence(std::string_view foreign) {
    return one_line(foreign, longest_sentence);
}

// What happened, before it is marked and cut.
std::string headline(const Transition& transition) {
    const Finding& finding = transition.finding;
    switch (transition.kind) {
        case TransitionKind::opened:
            return std::string(to_string(finding.severity)) + ": " + sentence(finding.message);
        case TransitionKind::changed:
            if (transition.before == Severity::ok)  // nobody was told of the opening
                return std::string(to_string(finding.severity)) + ": " + sentence(finding.message);
            return "now " + std::string(to_string(finding.severity)) + ", was " +
                   std::string(to_string(transition.before)) + ": " + sentence(finding.message);
        case TransitionKind::cleared:
            if (finding.code == "dnsbl.listed")
                return "cleared: " + sentence(finding.subject) + " is no longer listed on " +
                       sentence(finding.object);
            if (finding.code == "neighbourhood.listed")
                return "cleared: the network around " + sentence(finding.subject) +
                       " is no longer listed on " + sentence(finding.object);
            if (finding.code == "dnsbl.score")
                return "cleared: the score of " + sentence(finding.subject) + " at " +
                       sentence(finding.object) + " is no longer bad";
            return "cleared: " + sentence(finding.message);
    }
    return "";
}

std::string mark(bool drill) {
    return std::string(drill ? drill_mark : "");
}

std::string names(const std::vector<std::string>& senders) {
    constexpr std::size_t most = 5;
    std::string out;
    for (std::size_t i = 0; i < std::min(most, senders.size()); ++i)
        out += (i == 0 ? "" : ", ") + one_line(senders[i], 100);
    if (senders.size() > most) out += " and " + std::to_string(senders.size() - most) + " more";
    return out;
}

// The list that a finding names, or is about.
std::string list_of(const Finding& finding) {
    if (!finding.object.empty()) return finding.object;
    return finding.code.starts_with("dnsbl.") ? finding.subject : "";
}

std::string mute_snippet(const Transition& transition) {
    const Finding& finding = transition.finding;
    std::string out = "[[mute]]\ncode = " + toml_quoted(finding.code) + '\n';
    if (const auto list = list_of(finding); !list.empty())
        out += "list = " + toml_quoted(one_line(list, 253)) + '\n';
    if (transition.senders.size() == 1)
        out += "sender = " + toml_quoted(one_line(transition.senders[0], 100)) + '\n';
    return out;
}

std::string history_command(const Finding& finding) {
    return IpAddress::parse(finding.subject) ? "reputed history --ip " + finding.subject : "reputed history";
}

std::string where_text(const Transition& transition, const Context& context) {
    std::string out = one_line(transition.finding.subject, 253);
    if (!transition.finding.object.empty()) out += " at " + one_line(transition.finding.object, 253);
    if (!context.instance.empty()) out += ", seen by reputed on " + one_line(context.instance, 253);
    if (!transition.senders.empty())
        out += (transition.senders.size() == 1 ? ", sender " : ", senders ") + names(transition.senders);
    return out;
}

std::string since_text(const Transition& transition) {
    const auto lasted = std::chrono::floor<std::chrono::seconds>(transition.time - transition.since);
    if (!is_open(transition))
        return utc_text(transition.since) + " to " + utc_text(transition.time) + ", " + lasting_text(lasted);
    return utc_text(transition.since) + ", " + lasting_text(lasted) + " before this was written";
}

void add(std::vector<Part>& parts, Form form, std::string label, std::string text) {
    if (!text.empty()) parts.push_back({form, std::move(label), std::move(text)});
}

void tell(const Transition& transition, const Context& context, std::vector<Part>& parts) {
    const Finding& finding = transition.finding;
    const bool open = is_open(transition);
    add(parts, Form::words, open ? "What" : "What it was", sentence(finding.message));
    add(parts, Form::words, open ? "Since" : "Lasted", since_text(transition));
    add(parts, Form::words, "Where", where_text(transition, context));
    add(parts, Form::words, open ? "Seen" : "Last seen", one_line(finding.evidence, longest_evidence));
    add(parts, Form::words, "Note", sentence(transition.note));
    if (open) {
        add(parts, Form::words, "How much it matters",
            std::string(to_string(finding.severity)) + ". " + std::string(weight_text(finding.severity)));
        add(parts, Form::words, "What to do", sentence(finding.remedy));
        add(parts, Form::link, "Where to do it", safe_link(finding.link));
    }
    add(parts, Form::snippet, "History", history_command(finding));
    if (open) add(parts, Form::snippet, "To be told no more, in reputed.toml", mute_snippet(transition));
}

std::string counts(const Message& message) {
    std::map<Severity, std::size_t, std::greater<>> open;
    std::size_t cleared = 0;
    for (const auto& transition : message.transitions)
        is_open(transition) ? ++open[transition.finding.severity] : ++cleared;
    std::string out;
    for (const auto& [severity, count] : open)
        out += (out.empty() ? "" : ", ") + std::to_string(count) + ' ' + std::string(to_string(severity));
    if (cleared > 0) out += (out.empty() ? "" : ", ") + std::to_string(cleared) + " cleared";
    return out;
}

std::string kinds(const Message& message) {
    std::array<std::size_t, 3> count{};
    for (const auto& transition : message.transitions)
        ++count[static_cast<std::size_t>(transition.kind)];
    std::string out;
    for (const auto kind : {TransitionKind::opened, TransitionKind::changed, TransitionKind::cleared})
        if (const auto number = count[static_cast<std::size_t>(kind)]; number > 0)
            out += (out.empty() ? "" : ", ") + std::to_string(number) + ' ' + std::string(to_string(kind));
    return out;
}

// Worse first; what is open before what has cleared.
bool is_worse(const Transition& a, const Transition& b) {
    if (is_open(a) != is_open(b)) return is_open(a);
    return a.finding.severity > b.finding.severity;
}

void sum_up(const Message& message, std::size_t most_lines, std::vector<Part>& parts) {
    add(parts, Form::words, "In sum", counts(message) + "; " + kinds(message));
    std::vector<const Transition*> ordered;
    for (const auto& transition : message.transitions)
        ordered.push_back(&transition);
    std::stable_sort(ordered.begin(), ordered.end(),
                     [](const Transition* a, const Transition* b) { return is_worse(*a, *b); });
    for (std::size_t i = 0; i < std::min(most_lines, ordered.size()); ++i)
        add(parts, Form::words, "",
            one_line(
                utc_text(ordered[i]->time) + "  " + mark(ordered[i]->finding.drill) + headline(*ordered[i]),
                longest_line));
    if (ordered.size() > most_lines)
        add(parts, Form::words, "", "and " + std::to_string(ordered.size() - most_lines) + " more");
    add(parts, Form::snippet, "History", "reputed history");
}

std::string title_of(const Message& message, bool drill) {
    const auto total = message.transitions.size();
    std::string title = mark(drill);
    if (message.digest)
        title += std::to_string(total) + " events: " + counts(message);
    else
        title +=
            headline(foremost(message)) + (total > 1 ? " (and " + std::to_string(total - 1) + " more)" : "");
    return one_line(title, longest_title);
}

}  // namespace

const Transition& foremost(const Message& message) {
    return *std::min_element(message.transitions.begin(), message.transitions.end(), is_worse);
}

Text compose(const Message& message, const Context& context, bool brief, std::size_t most_lines) {
    Text text;
    const Transition& first = foremost(message);
    text.drill = std::all_of(message.transitions.begin(), message.transitions.end(),
                             [](const Transition& transition) { return transition.finding.drill; });
    text.severity = is_open(first) ? first.finding.severity : Severity::ok;
    text.title = title_of(message, text.drill);
    if (text.drill) add(text.parts, Form::words, "", "[DRILL] This is a drill: nothing of it has happened.");
    const auto total = message.transitions.size();
    if (brief || message.digest) {
        sum_up(message, most_lines, text.parts);
    } else {
        for (const auto& transition : message.transitions) {
            if (total > 1)
                add(text.parts, Form::heading, "",
                    one_line(mark(transition.finding.drill) + headline(transition), longest_sentence));
            tell(transition, context, text.parts);
        }
        if (is_open(first)) text.link = safe_link(first.finding.link);
    }
    const auto page = safe_link(context.page);
    add(text.parts, Form::link, "The agent's page", page);
    if (text.link.empty()) text.link = page;
    return text;
}

std::string plain(const Text& text) {
    std::string out;
    for (const auto& part : text.parts) {
        if (part.form == Form::heading) out += out.empty() ? "" : "\n";
        if (part.form == Form::snippet && part.text.find('\n') != std::string::npos) {
            out += part.label + ":\n\n" + part.text + '\n';
            continue;
        }
        out += (part.label.empty() ? "" : part.label + ": ") + part.text + '\n';
    }
    return out;
}

std::string utc_text(WallTime time) {
    return reputed::utc_text(time, "%Y-%m-%d %H:%M UTC");
}

std::string iso_text(WallTime time) {
    return rfc3339(time);
}

std::string lasting_text(std::chrono::seconds time) {
    struct Unit {
        long long seconds;
        std::string_view name;
    };
    constexpr Unit units[] = {{86'400, " d"}, {3'600, " h"}, {60, " min"}, {1, " s"}};
    long long left = std::max<long long>(time.count(), 0);
    for (std::size_t i = 0; i < std::size(units); ++i) {
        if (left < units[i].seconds && i + 1 < std::size(units)) continue;
        std::string out = std::to_string(left / units[i].seconds) + std::string(units[i].name);
        left %= units[i].seconds;
        if (i + 1 < std::size(units) && left / units[i + 1].seconds > 0)
            out += ' ' + std::to_string(left / units[i + 1].seconds) + std::string(units[i + 1].name);
        return out;
    }
    return "";
}

std::string safe_link(std::string_view link) {
    constexpr std::size_t longest = 500;
    const auto fits = [](char c) {
        return c > ' ' && c < '\x7f' && std::string_view("<>\"'`\\^{}|()*").find(c) == std::string_view::npos;
    };
    if (link.size() > longest || !(link.starts_with("https://") || link.starts_with("http://"))) return "";
    return std::all_of(link.begin(), link.end(), fits) ? std::string(link) : "";
}

}  // namespace reputed::notify
