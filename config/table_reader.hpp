#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <toml++/toml.h>

#include "config/problem.hpp"
#include "config/text.hpp"

// Internal to config/: includes toml++, which is heavy.
namespace reputed {

// Text that is no TOML becomes a problem at its place. For files of ours and rules without secrets: the parser quotes what
// it stumbles over.
std::optional<toml::table> read_toml(std::string_view text, std::string_view file, Problems& problems);

// Takes the values out of one TOML table. What does not fit becomes a problem at its place, and the value
// keeps its default; a key that is not there is no problem unless required.
class TableReader {
  public:
    TableReader(const toml::table& table, std::string_view file, Problems& problems)
        : table_(table), file_(file), problems_(problems), problems_before_(problems.size()) {}

    bool ok() const { return problems_.size() == problems_before_; }  // nothing wrong since construction
    bool has(std::string_view key) const { return table_.get(key) != nullptr; }
    TableReader inner(const toml::table& table) const { return {table, file_, problems_}; }

    void problem(const toml::node& where, std::string message) const {
        add(where.source(), std::move(message));
    }
    // At the key's value where it is there, else at the table.
    void problem_at(std::string_view key, std::string message) const;

    // Every other key is a problem that names the nearest of these.
    void only(const std::vector<std::string_view>& keys) const;
    void require(std::string_view key) const;

    // True when the value was there and of the type.
    bool text(std::string_view key, std::string& out) const;
    bool flag(std::string_view key, bool& out) const;
    // Whole or not; low..high are whole.
    std::optional<double> number(std::string_view key, std::int64_t low, std::int64_t high) const;

    template <typename Number>
    void whole_number(std::string_view key, Number& out, std::int64_t low, std::int64_t high) const {
        const auto* const value = typed<std::int64_t>(key, "an integer");
        if (value == nullptr) return;
        if (**value >= low && **value <= high)
            out = static_cast<Number>(**value);
        else
            problem(*value, in_quotes(key) + " must be " + std::to_string(low) + " to " +
                                std::to_string(high) + ", not " + std::to_string(**value));
    }

    // One word of a closed set, whose members `names` lists for the message.
    template <typename Enum, std::size_t N>
    void word(std::string_view key, Enum& out, const std::string_view (&names)[N],
              std::optional<Enum> (*parse)(std::string_view)) const {
        const auto* const value = typed<std::string>(key, "a string");
        if (value == nullptr) return;
        if (const auto parsed = parse(**value)) {
            out = *parsed;
            return;
        }
        std::string known;
        for (const auto name : names)
            known.append(known.empty() ? "" : ", ").append(name);
        problem(*value, in_quotes(key) + " must be one of " + known + ", not " + in_quotes(**value));
    }

    // Calls `use` for each element of an array: toml::table or toml::value<std::string>.
    template <typename Element, typename Use>
    void each(std::string_view key, std::string_view expected, Use use) const {
        const auto* const values = typed<toml::array>(key, "a list");
        if (values == nullptr) return;
        for (const auto& value : *values) {
            if (const auto* const element = value.template as<Element>())
                use(*element);
            else
                problem(value, in_quotes(key) + " must hold " + std::string(expected) + ", not " +
                                   std::string(type_name(value.type())));
        }
    }

  private:
    static std::string_view type_name(toml::node_type type);  // "a string", "a number", ... for messages

    template <typename T>
    auto typed(std::string_view key, std::string_view expected) const
        -> decltype(std::declval<const toml::node&>().as<T>()) {
        const auto* const found = table_.get(key);
        if (found == nullptr) return nullptr;
        const auto* const value = found->template as<T>();
        if (value == nullptr)
            problem(*found, in_quotes(key) + " must be " + std::string(expected) + ", not " +
                                std::string(type_name(found->type())));
        return value;
    }

    void add(const toml::source_region& where, std::string message) const {
        problems_.push_back({std::string(file_), where.begin.line, where.begin.column, std::move(message)});
    }

    const toml::table& table_;
    std::string_view file_;
    Problems& problems_;
    std::size_t problems_before_;
};

}  // namespace reputed
