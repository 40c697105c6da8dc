#include "config/schema.hpp"

#include <algorithm>
#include <set>

#include "config/duration.hpp"
#include "config/text.hpp"

namespace reputed::schema {

namespace {

std::string_view type_name(toml::node_type type) {
    switch (type) {
        case toml::node_type::string:
            return "a string";
        case toml::node_type::integer:
            return "an integer";
        case toml::node_type::floating_point:
            return "a decimal number";
        case toml::node_type::boolean:
            return "a boolean";
        case toml::node_type::date:
            return "a date";
        case toml::node_type::time:
            return "a time";
        case toml::node_type::date_time:
            return "a date and time";
        case toml::node_type::array:
            return "a list";
        case toml::node_type::table:
            return "a table";
        case toml::node_type::none:
            break;
    }
    return "nothing";
}

template <class Value>
const Value* value_of(const toml::node& node) {
    const auto* value = node.as<Value>();
    return value ? &value->get() : nullptr;
}

constexpr std::string_view duration_form = R"(a duration such as "500ms", "30s", "15m", "1h" or "7d")";

}  // namespace

void Reader::problem(const toml::source_region& where, std::string message) {
    problems_.push_back({file_, where.begin.line, where.begin.column, std::move(message)});
}

void Reader::wrong_type(const toml::node& node, std::string_view key, std::string_view expected) {
    problem(node.source(), in_quotes(key) + " must be " + std::string(expected) + ", not " +
                               std::string(type_name(node.type())));
}

const std::string* Reader::text(const toml::node& node, std::string_view key) {
    const auto* value = value_of<std::string>(node);
    if (!value) wrong_type(node, key, "a string");
    return value;
}

const std::string* Reader::element(const toml::node& node, std::string_view key) {
    const auto* value = value_of<std::string>(node);
    if (!value)
        problem(node.source(),
                in_quotes(key) + " must hold strings, not " + std::string(type_name(node.type())));
    return value;
}

const std::int64_t* Reader::integer(const toml::node& node, std::string_view key) {
    const auto* value = value_of<std::int64_t>(node);
    if (!value) wrong_type(node, key, "an integer");
    return value;
}

const std::int64_t* Reader::integer_element(const toml::node& node, std::string_view key) {
    const auto* value = value_of<std::int64_t>(node);
    if (!value)
        problem(node.source(),
                in_quotes(key) + " must hold integers, not " + std::string(type_name(node.type())));
    return value;
}

const toml::array* Reader::list(const toml::node& node, std::string_view key) {
    if (!node.is_array()) wrong_type(node, key, "a list");
    return node.as_array();
}

const toml::table* Reader::table(const toml::node& node, std::string_view key) {
    if (!node.is_table()) wrong_type(node, key, "a table");
    return node.as_table();
}

void Reader::unknown_keys(const toml::table& table, std::string_view header,
                          const std::vector<std::string_view>& names) {
    for (const auto& [key, value] : table) {
        if (std::find(names.begin(), names.end(), key.str()) != names.end()) continue;
        std::string message = "unknown key " + in_quotes(key.str()) + " in " + std::string(header);
        const auto meant = nearest(key.str(), names);
        if (!meant.empty()) {
            message += ": did you mean " + in_quotes(meant) + '?';
        } else {
            message += ": it has";
            for (const auto name : names)
                message += (name == names.front() ? " " : ", ") + std::string(name);
        }
        problem(key.source(), std::move(message));
    }
}

void read_text(const toml::node& node, std::string_view name, TextRule rule, std::string& value,
               Reader& reader) {
    const auto* text = reader.text(node, name);
    if (!text) return;
    value = *text;
    if (auto fault = rule(value); !fault.empty()) reader.problem(node.source(), std::move(fault));
}

void read_texts(const toml::node& node, std::string_view name, TextRule rule,
                std::vector<std::string>& values, Reader& reader) {
    const auto* list = reader.list(node, name);
    if (!list) return;
    values.clear();
    std::set<std::string> seen;
    for (const auto& item : *list) {
        const auto* text = reader.element(item, name);
        if (!text) continue;
        std::string value = *text;
        if (auto fault = rule(value); !fault.empty())
            reader.problem(item.source(), std::move(fault));
        else if (!seen.insert(value).second)
            reader.problem(item.source(), in_quotes(value) + " stands twice in " + in_quotes(name));
        else
            values.push_back(std::move(value));
    }
}

void read_integer(const toml::node& node, std::string_view name, int low, int high, int& value,
                  Reader& reader) {
    const auto* number = reader.integer(node, name);
    if (!number) return;
    if (*number < low || *number > high) {
        reader.problem(node.source(), in_quotes(name) + " must be between " + std::to_string(low) + " and " +
                                          std::to_string(high) + ", not " + std::to_string(*number));
        return;
    }
    value = static_cast<int>(*number);
}

std::optional<std::chrono::milliseconds> read_duration(const toml::node& node, std::string_view name,
                                                       std::chrono::milliseconds low,
                                                       std::chrono::milliseconds high, Reader& reader) {
    const auto* text = value_of<std::string>(node);
    if (!text) {
        reader.wrong_type(node, name, duration_form);
        return {};
    }
    const auto value = parse_duration(*text);
    if (!value) {
        reader.problem(node.source(), in_quotes(name) + " must be " + std::string(duration_form) + ", not " +
                                          in_quotes(*text));
        return {};
    }
    // Intervals count whole seconds; a bound of whole seconds says so.
    const bool whole = low.count() % 1000 != 0 || value->count() % 1000 == 0;
    if (*value < low || *value > high || !whole) {
        reader.problem(node.source(), in_quotes(name) + " must be between " + format_duration(low) + " and " +
                                          format_duration(high) + (whole ? "" : " in whole seconds") +
                                          ", not " + format_duration(*value));
        return {};
    }
    return value;
}

std::string show_texts(const std::vector<std::string>& values) {
    std::string out = "[";
    for (const auto& value : values)
        out += (out.size() > 1 ? ", " : "") + toml_quoted(value);
    return out + ']';
}

std::string show_text(const std::string& value) {
    return toml_quoted(value);
}

std::string show_duration(std::chrono::milliseconds value) {
    return toml_quoted(format_duration(value));
}

std::string one_of(const std::string& text, std::string_view noun,
                   const std::vector<std::string_view>& words) {
    if (std::find(words.begin(), words.end(), text) != words.end()) return "";
    std::string message = in_quotes(text) + " is no " + std::string(noun) + ": ";
    const auto meant = nearest(text, words);
    if (!meant.empty()) return message + "did you mean " + in_quotes(meant) + '?';
    message += "write ";
    for (std::size_t i = 0; i < words.size(); ++i)
        message += (i == 0 ? "" : i + 1 == words.size() ? " or " : ", ") + std::string(words[i]);
    return message;
}

std::string marked(std::string_view mark, std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        out += std::string(mark) + std::string(text.substr(0, end)) + '\n';
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

}  // namespace reputed::schema
