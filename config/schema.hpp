#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <toml++/toml.h>

#include "config/problem.hpp"
#include "config/settings.hpp"

// The shape of a configuration table, declared once. A Key row says how a value is called, read, shown and
// documented; reader, `config show` and the documented sample are loops over rows. Only the settings_*.cpp
// files include this: it brings all of toml++ along.
namespace reputed::schema {

// What reading a value needs beside the value.
class Reader {
  public:
    Reader(std::string_view file, const Sources& sources, Problems& problems)
        : file_(file), sources_(sources), problems_(problems) {}

    void problem(const toml::source_region& where, std::string message);

    // The value, or nullptr after the problem `"tries" must be an integer, not a string`.
    const std::string* text(const toml::node& node, std::string_view key);
    const std::string* element(const toml::node& node, std::string_view key);  // of the list called `key`
    const std::int64_t* integer(const toml::node& node, std::string_view key);
    const std::int64_t* integer_element(const toml::node& node, std::string_view key);
    const toml::array* list(const toml::node& node, std::string_view key);
    const toml::table* table(const toml::node& node, std::string_view key);
    void wrong_type(const toml::node& node, std::string_view key, std::string_view expected);

    // Unknown keys of `table`, called `header` in messages, each with the nearest of `names`.
    void unknown_keys(const toml::table& table, std::string_view header,
                      const std::vector<std::string_view>& names);

    const std::string& file() const { return file_; }
    const Sources& sources() const { return sources_; }
    Problems& problems() { return problems_; }

  private:
    std::string file_;
    const Sources& sources_;
    Problems& problems_;
};

// Makes a text canonical in place. Returns what is wrong with it, or "".
using TextRule = std::string (*)(std::string& text);

template <class Section>
struct Key {
    std::string_view name;
    std::string_view help;  // lines of the sample's comment
    std::string_view
        example;  // TOML that the sample shows where the default is empty; a block: its whole text
    void (*read)(const toml::node& node, std::string_view name, Section& section, Reader& reader);
    std::string (*show)(const Section& section);  // TOML value, "" = leave it out; a block: with its header
    bool block = false;  // a table or a list of tables of its own, shown after the values
};

void read_text(const toml::node& node, std::string_view name, TextRule rule, std::string& value,
               Reader& reader);
void read_texts(const toml::node& node, std::string_view name, TextRule rule,
                std::vector<std::string>& values, Reader& reader);
void read_integer(const toml::node& node, std::string_view name, int low, int high, int& value,
                  Reader& reader);
std::optional<std::chrono::milliseconds> read_duration(const toml::node& node, std::string_view name,
                                                       std::chrono::milliseconds low,
                                                       std::chrono::milliseconds high, Reader& reader);
std::string show_texts(const std::vector<std::string>& values);
std::string show_text(const std::string& value);
std::string show_duration(std::chrono::milliseconds value);

// A complaint unless `text` is one of `words`: `"inf" is no log level: did you mean "info"?`
std::string one_of(const std::string& text, std::string_view noun,
                   const std::vector<std::string_view>& words);

template <class Member>
struct MemberOf;
template <class S, class V>
struct MemberOf<V S::*> {
    using Section = S;
    using Value = V;
};
template <auto Member>
using SectionOf = typename MemberOf<decltype(Member)>::Section;

template <auto Member, TextRule Rule>
constexpr Key<SectionOf<Member>> text_key(std::string_view name, std::string_view help,
                                          std::string_view example = {}) {
    using S = SectionOf<Member>;
    return {name, help, example,
            [](const toml::node& node, std::string_view key, S& section, Reader& reader) {
                read_text(node, key, Rule, section.*Member, reader);
            },
            [](const S& section) { return show_text(section.*Member); }};
}

// A text that is not there when it is empty.
template <auto Member, TextRule Rule>
constexpr Key<SectionOf<Member>> optional_text_key(std::string_view name, std::string_view help,
                                                   std::string_view example) {
    auto key = text_key<Member, Rule>(name, help, example);
    key.show = [](const SectionOf<Member>& section) {
        return (section.*Member).empty() ? std::string() : show_text(section.*Member);
    };
    return key;
}

template <auto Member, TextRule Rule>
constexpr Key<SectionOf<Member>> texts_key(std::string_view name, std::string_view help,
                                           std::string_view example = {}) {
    using S = SectionOf<Member>;
    return {name, help, example,
            [](const toml::node& node, std::string_view key, S& section, Reader& reader) {
                read_texts(node, key, Rule, section.*Member, reader);
            },
            [](const S& section) { return show_texts(section.*Member); }};
}

template <auto Member, int Low, int High>
constexpr Key<SectionOf<Member>> integer_key(std::string_view name, std::string_view help) {
    using S = SectionOf<Member>;
    return {name,
            help,
            {},
            [](const toml::node& node, std::string_view key, S& section, Reader& reader) {
                read_integer(node, key, Low, High, section.*Member, reader);
            },
            [](const S& section) { return std::to_string(section.*Member); }};
}

// Bounds in milliseconds.
template <auto Member, std::int64_t Low, std::int64_t High>
constexpr Key<SectionOf<Member>> duration_key(std::string_view name, std::string_view help) {
    using S = SectionOf<Member>;
    using Value = typename MemberOf<decltype(Member)>::Value;
    return {name,
            help,
            {},
            [](const toml::node& node, std::string_view key, S& section, Reader& reader) {
                const auto low = std::chrono::milliseconds(Low);
                const auto high = std::chrono::milliseconds(High);
                if (const auto value = read_duration(node, key, low, high, reader))
                    section.*Member = std::chrono::duration_cast<Value>(*value);
            },
            [](const S& section) { return show_duration(section.*Member); }};
}

template <auto Member>
constexpr Key<SectionOf<Member>> flag_key(std::string_view name, std::string_view help) {
    using S = SectionOf<Member>;
    return {name,
            help,
            {},
            [](const toml::node& node, std::string_view key, S& section, Reader& reader) {
                if (const auto* value = node.as_boolean())
                    section.*Member = value->get();
                else
                    reader.wrong_type(node, key, "true or false");
            },
            [](const S& section) { return std::string(section.*Member ? "true" : "false"); }};
}

template <class Section>
void read_table(const toml::table& table, std::string_view header, std::span<const Key<Section>> keys,
                Section& section, Reader& reader) {
    std::vector<std::string_view> names;
    for (const auto& key : keys) {
        names.push_back(key.name);
        if (const auto* node = table.get(key.name)) key.read(*node, key.name, section, reader);
    }
    reader.unknown_keys(table, header, names);
}

// A list of tables that have nothing to do with each other.
template <class Item, class Check>
void read_items(const toml::node& node, std::string_view name, std::span<const Key<Item>> keys,
                std::vector<Item>& items, Reader& reader, Check check) {
    const std::string header = "[[" + std::string(name) + "]]";
    const auto* tables = node.as_array();
    if (!tables) return reader.wrong_type(node, name, "a list of tables, written " + header);
    for (const auto& element : *tables) {
        const auto* table = element.as_table();
        if (!table) {
            reader.wrong_type(element, name, "a list of tables, written " + header);
            continue;
        }
        Item& item = items.emplace_back();
        read_table(*table, header, keys, item, reader);
        if (auto fault = check(*table); !fault.empty())
            reader.problem(table->source(), header + ' ' + std::move(fault));
    }
}

template <class Section>
std::string show_table(std::string_view header, std::span<const Key<Section>> keys, const Section& section) {
    std::string values;
    std::string blocks;
    for (const auto& key : keys) {
        const std::string shown = key.show(section);
        if (shown.empty()) continue;
        if (key.block)
            blocks += '\n' + shown;
        else
            values += std::string(key.name) + " = " + shown + '\n';
    }
    if (values.empty() && blocks.empty()) return "";
    return '\n' + std::string(header) + '\n' + values + blocks;
}

// Each line of `text` with `mark` before it.
std::string marked(std::string_view mark, std::string_view text);

// One table of the sample; a `header` that begins with '#' is an example as well. A comment has "# ", an
// example or default that may be uncommented has "#".
template <class Section>
std::string sample_table(std::string_view header, std::string_view help, std::span<const Key<Section>> keys,
                         const Section& defaults) {
    std::string out = '\n' + marked("# ", help) + std::string(header) + '\n';
    for (const auto& key : keys) {
        const std::string value = key.example.empty() ? key.show(defaults) : std::string(key.example);
        out += '\n' + marked("# ", key.help);
        out += key.block ? marked("#", value) : marked("#", std::string(key.name) + " = " + value);
    }
    return out;
}

}  // namespace reputed::schema
