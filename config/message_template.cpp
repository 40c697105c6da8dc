#include "config/message_template.hpp"

#include <algorithm>

#include "config/text.hpp"

namespace reputed {

namespace {

constexpr std::size_t largest = 65'536;
constexpr std::size_t most_placeholders = 500;

constexpr std::string_view names[] = {
    "title",    "text",   "key",   "notifier", "instance", "page",    "severity", "kind",
    "count",    "digest", "drill", "code",     "check",    "subject", "object",   "message",
    "evidence", "remedy", "link",  "note",     "senders",  "since",   "time",     "payload",
};

Problem problem_at(std::string_view file, std::string_view before, std::string message) {
    const auto newline = before.rfind('\n');
    const auto column = newline == std::string_view::npos ? before.size() : before.size() - newline - 1;
    return {std::string(file), static_cast<unsigned>(std::count(before.begin(), before.end(), '\n') + 1),
            static_cast<unsigned>(column + 1), std::move(message)};
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// The placeholder between the braces, or what is wrong with it.
std::string read_placeholder(std::string_view inside, TemplatePart& part) {
    auto words = trimmed(inside);
    part.form = TemplatePart::Form::inside_json_string;
    for (const auto& [word, form] : {std::pair{std::string_view("json "), TemplatePart::Form::json},
                                     std::pair{std::string_view("raw "), TemplatePart::Form::raw}})
        if (words.starts_with(word)) {
            part.form = form;
            words = trimmed(words.substr(word.size()));
            break;
        }
    part.text = words;
    if (std::find(std::begin(names), std::end(names), words) != std::end(names)) return "";
    std::string message = "unknown placeholder " + in_quotes(words);
    const auto meant = nearest(words, {std::begin(names), std::end(names)});
    if (!meant.empty()) return message + ": did you mean " + in_quotes(meant) + '?';
    message += ": there are";
    for (const auto name : names)
        message += (name == names[0] ? " " : ", ") + std::string(name);
    return message;
}

}  // namespace

std::span<const std::string_view> template_names() {
    return names;
}

std::vector<TemplatePart> parse_template(std::string_view text, std::string_view file, Problems& problems) {
    std::vector<TemplatePart> parts;
    if (text.size() > largest) {
        problems.push_back({std::string(file), 0, 0, "is larger than 64 KiB"});
        return parts;
    }
    std::size_t at = 0;
    while (at < text.size()) {
        const auto open = std::min(text.find("{{", at), text.size());
        if (open > at) parts.push_back({TemplatePart::Form::text, std::string(text.substr(at, open - at))});
        if (open == text.size()) break;
        const auto close = text.find("}}", open);
        const auto line_end = text.find('\n', open);
        if (close == std::string_view::npos || line_end < close) {
            problems.push_back(problem_at(file, text.substr(0, open), "\"{{\" without its \"}}\""));
            return parts;
        }
        TemplatePart part;
        if (auto fault = read_placeholder(text.substr(open + 2, close - open - 2), part); !fault.empty())
            problems.push_back(problem_at(file, text.substr(0, open), std::move(fault)));
        parts.push_back(std::move(part));
        if (parts.size() > 2 * most_placeholders) {
            problems.push_back(problem_at(file, text.substr(0, open), "more than 500 placeholders"));
            return parts;
        }
        at = close + 2;
    }
    return parts;
}

}  // namespace reputed
