#include <algorithm>
#include <cmath>

#include "config/budget_owner.hpp"
#include "config/settings_keys.hpp"
#include "config/text.hpp"

// [budgets]: one key for each operator of lists, or service.
namespace reputed::schema {

namespace {

constexpr std::int64_t most_per_day = 1'000'000'000'000;
constexpr std::int64_t most_per_second = 1'000'000;

void read_per_day(const toml::node& node, std::string_view name, BudgetLimit& budget, Reader& reader) {
    const auto* value = reader.integer(node, name);
    if (!value) return;
    if (*value < 0 || *value > most_per_day)
        return reader.problem(node.source(), in_quotes(name) + " must be 0 to " +
                                                 std::to_string(most_per_day) + ", not " +
                                                 std::to_string(*value));
    budget.per_day = static_cast<std::uint64_t>(*value);
}

void read_per_second(const toml::node& node, std::string_view name, BudgetLimit& budget, Reader& reader) {
    const auto value = node.value<double>();
    if (!node.is_number() || !value) return reader.wrong_type(node, name, "a number");
    if (!std::isfinite(*value) || *value < 0 || *value > most_per_second)
        return reader.problem(node.source(),
                              in_quotes(name) + " must be 0 to " + std::to_string(most_per_second));
    budget.per_second = *value;
}

std::string show_per_day(const BudgetLimit& budget) {
    return budget.per_day ? std::to_string(*budget.per_day) : "";
}

std::string show_per_second(const BudgetLimit& budget) {
    if (!budget.per_second) return "";
    auto text = std::to_string(*budget.per_second);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
    return text;
}

constexpr Key<BudgetLimit> rows[] = {
    {"per_day", "Questions within any 24 hours; 0 is no limit.", {}, read_per_day, show_per_day},
    {"per_second", "Questions a second; 0 is no limit.", {}, read_per_second, show_per_second},
};

const std::string* same_name(const std::vector<std::string>& names, const std::string& name) {
    const auto found = std::find_if(names.begin(), names.end(),
                                    [&](const std::string& other) { return lower(other) == lower(name); });
    return found == names.end() ? nullptr : &*found;
}

// A slip of the keyboard, or a part of the name.
std::string_view meant(const std::vector<std::string>& owners, const std::string& name) {
    if (const auto found = nearest(name, {owners.begin(), owners.end()}); !found.empty()) return found;
    for (const auto& owner : owners)
        if (name.size() >= 3 && lower(owner).find(lower(name)) != std::string::npos) return owner;
    return {};
}

}  // namespace

std::span<const Key<BudgetLimit>> budget_keys() {
    return rows;
}

void read_budgets(const toml::table& table, std::vector<BudgetLimit>& budgets, Reader& reader) {
    for (const auto& [key, value] : table) {
        BudgetLimit budget;
        budget.owner = key.str();
        const auto* limits = value.as_table();
        if (!limits) {
            reader.wrong_type(value, budget.owner, "a table such as { per_day = 100000, per_second = 10 }");
            continue;
        }
        std::vector<std::string> names;
        for (const auto& other : budgets)
            names.push_back(other.owner);
        if (const auto* other = same_name(names, budget.owner)) {
            reader.problem(key.source(), in_quotes(budget.owner) + " and " + in_quotes(*other) +
                                             " under [budgets] are the same: keep one");
            continue;
        }
        read_table(*limits, "[budgets]", budget_keys(), budget, reader);
        if (limits->empty())
            reader.problem(value.source(), in_quotes(budget.owner) +
                                               " under [budgets] says nothing: write per_day "
                                               "or per_second");
        budgets.push_back(std::move(budget));
    }
}

void settle_budgets(Settings& settings) {
    const auto owners = budget_owners(settings);
    for (auto& budget : settings.budgets) {
        if (const auto* owner = same_name(owners, budget.owner)) {
            budget.owner = *owner;
            continue;
        }
        std::string remark =
            in_quotes(budget.owner) + " under [budgets] is no operator of lists that is known";
        const auto near = meant(owners, budget.owner);
        remark += near.empty() ? ", so that it limits nothing: `reputed lists --format json` names them"
                               : ": did you mean " + in_quotes(near) + '?';
        settings.remarks.push_back(std::move(remark));
    }
}

std::string show_budgets(const Settings& settings) {
    std::string out;
    for (const auto& budget : settings.budgets) {
        std::string values;
        for (const auto& key : budget_keys())
            if (const auto shown = key.show(budget); !shown.empty())
                values += (values.empty() ? "" : ", ") + std::string(key.name) + " = " + shown;
        out += toml_quoted(budget.owner) + " = { " + values + " }\n";
    }
    return out.empty() ? out : "\n[budgets]\n" + out;
}

std::string sample_budgets() {
    return "\n" +
           marked(
               "# ",
               "How many questions the operator of a list allows, where you agreed on something else than "
               "the "
               "catalogue knows:\nper_day within any 24 hours, per_second; 0 is no limit. Lists are asked "
               "less "
               "often where their questions do not\nfit, and `reputed config check` says so. The name is the "
               "operator's in `reputed lists --format json`, or that of\na [[feedback]].") +
           "#[budgets]\n#\"The Spamhaus Project\" = { per_day = 1000000, per_second = 50 }\n";
}

}  // namespace reputed::schema
