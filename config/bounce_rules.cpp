#include "config/bounce_rules.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include <toml++/toml.h>

#include "config/catalogue.hpp"
#include "config/embedded.hpp"
#include "config/table_reader.hpp"
#include "config/text.hpp"

namespace reputed {
namespace {

constexpr std::size_t longest_expression = 4000;

// RFC 5321 section 4.2: "5", "55" or "550".
bool is_reply_code(std::string_view text) {
    return !text.empty() && text.size() <= 3 && text.front() >= '2' && text.front() <= '5' &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

void read_class(const TableReader& reader, BounceRule& rule) {
    std::string name;
    reader.require("class");
    if (!reader.text("class", name)) return;
    if (const auto parsed = parse_reply_class(name)) {
        rule.reply_class = *parsed;
        return;
    }
    const auto names = reply_class_names();
    const auto meant = nearest(name, {names.begin(), names.end()});
    std::string message = in_quotes(name) + " is no class";
    if (meant.empty()) {
        message += ": there are";
        for (const auto known : names)
            message.append(known == names.front() ? " " : ", ").append(known);
    } else {
        message += ": did you mean " + in_quotes(meant) + '?';
    }
    reader.problem_at("class", std::move(message));
}

template <class Check>
void read_texts(const TableReader& reader, std::string_view key, std::string_view kind,
                std::vector<std::string>& out, Check good) {
    reader.each<toml::value<std::string>>(key, "strings", [&](const auto& value) {
        if (good(std::string_view(*value)))
            out.push_back(*value);
        else
            reader.problem(value, in_quotes(*value) + " is no " + std::string(kind));
    });
    if (reader.has(key) && out.empty() && reader.ok())
        reader.problem_at(key, in_quotes(key) + " is empty: leave it out");
}

// One expression, or a list of which any may be found.
void read_expression(const toml::table& table, const TableReader& reader, std::string& out) {
    const auto* const found = table.get("text");
    if (found != nullptr && found->is_array()) {
        reader.each<toml::value<std::string>>("text", "strings", [&](const auto& value) {
            if (value->empty()) return reader.problem(value, "\"text\" holds an empty expression");
            out.append(out.empty() ? "" : "|").append(*value);
        });
        if (out.empty() && reader.ok()) reader.problem_at("text", "\"text\" is empty: leave it out");
    } else if (reader.text("text", out) && out.empty()) {
        reader.problem_at("text", "\"text\" is empty: leave it out");
    }
    if (out.size() > longest_expression)
        reader.problem_at("text", "\"text\" is longer than 4000 bytes: write several rules");
}

int line_of(const toml::table& table) {
    return static_cast<int>(table.source().begin.line);
}

std::optional<BounceRule> read_rule(const toml::table& table, const TableReader& reader) {
    reader.only({"class", "hard", "provider", "smtp", "dsn", "text", "example", "example_provider"});
    BounceRule rule;
    rule.line = line_of(table);
    read_class(reader, rule);
    if (bool hard = false; reader.flag("hard", hard)) rule.hard = hard;
    read_texts(reader, "provider", "name of a provider", rule.provider,
               [](std::string_view name) { return !name.empty(); });
    read_texts(reader, "smtp", "reply code such as \"550\" nor the beginning of one", rule.smtp,
               is_reply_code);
    read_texts(reader, "dsn", "enhanced code such as \"5.7.26\", \"5.7\" or \".7.26\"", rule.dsn,
               [](std::string_view text) { return DsnPattern::parse(text).has_value(); });
    read_expression(table, reader, rule.text);
    reader.require("example");
    if (reader.text("example", rule.example) && rule.example.empty())
        reader.problem_at("example", "\"example\" is empty: write a reply that this rule decides");
    reader.text("example_provider", rule.example_provider);
    if (rule.smtp.empty() && rule.dsn.empty() && rule.text.empty() && reader.ok())
        reader.problem_at("class",
                          "a rule needs \"smtp\", \"dsn\" or \"text\", or it would decide everything");
    if (!reader.ok()) return {};
    return rule;
}

std::optional<ListWords> read_list_words(const toml::table& table, const TableReader& reader) {
    reader.only({"name", "text"});
    ListWords words;
    words.line = line_of(table);
    for (const auto* key : {"name", "text"})
        reader.require(key);
    read_expression(table, reader, words.text);
    const auto& catalogue = Catalogue::builtin();
    if (reader.text("name", words.name) && catalogue.find(words.name) == nullptr &&
        catalogue.find_dead(words.name) == nullptr)
        reader.problem_at("name", in_quotes(words.name) + " is no list of the catalogue: see reputed lists");
    if (!reader.ok()) return {};
    return words;
}

// Takes "7" of "7.26" and the dot behind it. False: no number of at most three digits stands there.
bool take_number(std::string_view& text, int& out) {
    const auto* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, out);
    if (error != std::errc() || out < 0 || rest - text.data() > 3) return false;
    text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
    if (text.empty()) return true;
    if (text.front() != '.') return false;
    text.remove_prefix(1);
    return !text.empty();
}

}  // namespace

std::optional<DsnPattern> DsnPattern::parse(std::string_view text) {
    DsnPattern out;
    if (text.starts_with('.')) {
        text.remove_prefix(1);
    } else {
        if (!take_number(text, out.code_class)) return {};
        if (out.code_class != 2 && out.code_class != 4 && out.code_class != 5) return {};
        if (text.empty()) return out;
    }
    if (!take_number(text, out.subject)) return {};
    if (text.empty()) return out;
    if (!take_number(text, out.detail) || !text.empty()) return {};
    return out;
}

BounceRules parse_bounces(std::string_view toml_text, std::string_view file, Problems& problems) {
    BounceRules out;
    const auto root = read_toml(toml_text, file, problems);
    if (!root) return out;
    const TableReader reader(*root, file, problems);
    reader.only({"rule", "list"});
    reader.each<toml::table>("rule", "tables", [&](const toml::table& table) {
        if (auto rule = read_rule(table, reader.inner(table))) out.rules.push_back(std::move(*rule));
    });
    reader.each<toml::table>("list", "tables", [&](const toml::table& table) {
        if (auto words = read_list_words(table, reader.inner(table))) out.lists.push_back(std::move(*words));
    });
    return out;
}

const BounceRules& builtin_bounces() {
    static const auto bounces = [] {
        Problems problems;
        auto parsed = parse_bounces(embedded_bounces_toml(), "bounces.toml", problems);
        if (!problems.empty()) throw std::logic_error(problems.front().to_string());
        return parsed;
    }();
    return bounces;
}

BounceRules merge_bounces(BounceRules own, const BounceRules& others) {
    own.rules.insert(own.rules.end(), others.rules.begin(), others.rules.end());
    own.lists.insert(own.lists.end(), others.lists.begin(), others.lists.end());
    return own;
}

}  // namespace reputed
