#include "config/web_config_reader.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

#include "config/text.hpp"

namespace reputed::web_config {

namespace {

std::string hint(std::string_view word, const std::vector<std::string_view>& names) {
    const auto meant = nearest(word, names);
    return meant.empty() ? "" : ": did you mean " + in_quotes(meant) + "?";
}

}  // namespace

void Reader::problem(const YamlNode& node, std::string message) {
    problems_.push_back({file_, node.line, node.column, std::move(message)});
}

bool Reader::pairs(const YamlNode& node, std::string_view name,
                   const std::function<void(const YamlNode&, const YamlNode&)>& read) {
    if (node.kind == YamlNode::Kind::null) return false;
    if (node.kind != YamlNode::Kind::map) {
        problem(node, (name.empty() ? "the file" : std::string(name)) + " must have keys and values");
        return false;
    }
    std::set<std::string_view> seen;
    for (std::size_t i = 0; i + 1 < node.items.size(); i += 2) {
        const auto& key = node.items[i];
        if (key.kind != YamlNode::Kind::scalar)
            problem(key, "a key must be a word");
        else if (!seen.insert(key.text).second)
            problem(key, in_quotes(key.text) + " is there twice");
        else
            read(key, node.items[i + 1]);
    }
    return !node.items.empty();
}

bool Reader::table(const YamlNode& node, std::string_view name, std::span<const Row> rows) {
    return pairs(node, name, [&](const YamlNode& key, const YamlNode& value) {
        const auto row =
            std::find_if(rows.begin(), rows.end(), [&](const Row& one) { return one.key == key.text; });
        if (row != rows.end()) return row->read(value);
        std::vector<std::string_view> known;
        for (const auto& one : rows)
            known.push_back(one.key);
        problem(key, "unknown key " + in_quotes(key.text) + (name.empty() ? "" : " in " + std::string(name)) +
                         hint(key.text, known));
    });
}

std::vector<const YamlNode*> Reader::list(const YamlNode& node) {
    std::vector<const YamlNode*> items;
    if (node.kind == YamlNode::Kind::null) return items;
    if (node.kind != YamlNode::Kind::list) {
        problem(node, "must be a list");
        return items;
    }
    for (const auto& item : node.items)
        items.push_back(&item);
    return items;
}

std::string Reader::text(const YamlNode& node) {
    if (node.kind != YamlNode::Kind::scalar && node.kind != YamlNode::Kind::null)
        problem(node, "must be one value, no list and no keys");
    return node.text;
}

std::string Reader::file_name(const YamlNode& node) {
    const std::string name = text(node);
    if (name.empty() || name.find('\0') != std::string::npos) {
        problem(node, "must be the name of a file");
        return "";
    }
    if (name.front() == '/') return name;
    return (std::filesystem::path(file_).parent_path() / name).string();
}

bool Reader::boolean(const YamlNode& node) {
    const auto word = lower(text(node));
    for (const auto* yes : {"true", "yes", "on", "y"})
        if (word == yes) return true;
    for (const auto* no : {"false", "no", "off", "n"})
        if (word == no) return false;
    problem(node, "must be true or false");
    return false;
}

std::optional<std::size_t> Reader::one_of(const YamlNode& node, std::string_view what,
                                          const std::vector<std::string_view>& names) {
    const auto word = text(node);
    const auto found = std::find(names.begin(), names.end(), word);
    if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
    problem(node,
            in_quotes(word) + " is no " + std::string(what) + " that is known here" + hint(word, names));
    return {};
}

}  // namespace reputed::web_config
