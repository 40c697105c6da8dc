#include "config/table_reader.hpp"

namespace reputed {

std::optional<toml::table> read_toml(std::string_view text, std::string_view file, Problems& problems) {
    try {
        return toml::parse(text, file);
    } catch (const toml::parse_error& error) {
        const auto& at = error.source().begin;
        problems.push_back({std::string(file), at.line, at.column, std::string(error.description())});
        return {};
    }
}

std::string_view TableReader::type_name(toml::node_type type) {
    switch (type) {
        case toml::node_type::none:
            break;
        case toml::node_type::table:
            return "a table";
        case toml::node_type::array:
            return "a list";
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
    }
    return "nothing";
}

void TableReader::problem_at(std::string_view key, std::string message) const {
    const auto* const found = table_.get(key);
    add(found != nullptr ? found->source() : table_.source(), std::move(message));
}

void TableReader::only(const std::vector<std::string_view>& keys) const {
    for (const auto& [key, value] : table_) {
        if (std::find(keys.begin(), keys.end(), key.str()) != keys.end()) continue;
        const auto meant = nearest(key.str(), keys);
        auto message = "unknown key " + in_quotes(key.str());
        if (!meant.empty()) message += ": did you mean " + in_quotes(meant) + '?';
        add(key.source(), std::move(message));
    }
}

void TableReader::require(std::string_view key) const {
    if (!has(key)) add(table_.source(), in_quotes(key) + " is missing");
}

bool TableReader::text(std::string_view key, std::string& out) const {
    const auto* const value = typed<std::string>(key, "a string");
    if (value != nullptr) out = **value;
    return value != nullptr;
}

bool TableReader::flag(std::string_view key, bool& out) const {
    const auto* const value = typed<bool>(key, "true or false");
    if (value != nullptr) out = **value;
    return value != nullptr;
}

std::optional<double> TableReader::number(std::string_view key, std::int64_t low, std::int64_t high) const {
    const auto* const found = table_.get(key);
    if (found == nullptr) return {};
    // NaN is within no range.
    const auto value = found->is_number() ? found->value<double>() : std::nullopt;
    if (value && *value >= static_cast<double>(low) && *value <= static_cast<double>(high)) return value;
    problem(*found,
            in_quotes(key) + " must be a number, " + std::to_string(low) + " to " + std::to_string(high));
    return {};
}

}  // namespace reputed
