#include "config/level_scale_toml.hpp"

#include <algorithm>
#include <cstdio>

namespace reputed {
namespace {

constexpr std::int64_t largest_number = 1'000'000;

std::string number_text(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%g", value);
    return text;
}

std::optional<Severity> parse_level_severity(std::string_view text) {
    const auto severity = parse_severity(text);
    return severity == Severity::unknown ? std::nullopt : severity;
}

void check_name(const TableReader& level, const LevelScale::Level& read, const LevelScale& scale) {
    if (!level.has("name")) return;
    if (read.name.empty()) level.problem_at("name", "\"name\" is empty");
    if (std::any_of(scale.levels.begin(), scale.levels.end(),
                    [&](const auto& other) { return other.name == read.name; }))
        level.problem_at("name", "\"name\" is that of another level: " + in_quotes(read.name));
}

// A finding that is open is known by its severity, so each level has one of its own.
void check_severity(const TableReader& level, const LevelScale::Level& read, const LevelScale& scale) {
    if (scale.levels.empty()) {
        if (read.severity != Severity::ok)
            level.problem_at("severity", "\"severity\" of the first level must be \"ok\"");
    } else if (read.severity <= scale.levels.back().severity) {
        level.problem_at("severity", "\"severity\" must be worse than " +
                                         in_quotes(to_string(scale.levels.back().severity)) +
                                         ", that of the level before");
    }
}

void check_bound(const TableReader& level, double bound, const LevelScale& scale) {
    if (scale.levels.empty()) return;
    const double before = scale.levels.back().bound;
    if (scale.higher_is_better ? bound < before : bound > before) return;
    level.problem_at("to", std::string("\"to\" must be ") + (scale.higher_is_better ? "below " : "above ") +
                               number_text(before) + ", that of the level before");
}

void read_level(const TableReader& level, bool is_last, LevelScale& scale) {
    constexpr std::string_view severities[] = {"ok", "info", "warning", "critical"};
    level.only({"name", "severity", "to", "takes"});
    level.require("name");
    level.require("severity");
    LevelScale::Level read;
    level.text("name", read.name);
    level.word("severity", read.severity, severities, parse_level_severity);
    if (is_last && level.has("to"))
        level.problem_at("to", "\"to\" is not for the last level, which has no end");
    if (!is_last) level.require("to");
    const auto bound = level.number("to", -largest_number, largest_number);
    read.takes = level.number("takes", 0, 100).value_or(0);
    if (!level.ok()) return;
    check_name(level, read, scale);
    check_severity(level, read, scale);
    if (bound) check_bound(level, *bound, scale);
    if (!scale.levels.empty() && read.takes < scale.levels.back().takes)
        level.problem_at("takes", "\"takes\" must not be less than " +
                                      number_text(scale.levels.back().takes) + ", that of the level before");
    read.bound = bound.value_or(0);
    if (level.ok()) scale.levels.push_back(std::move(read));
}

}  // namespace

std::shared_ptr<const LevelScale> read_scale(const TableReader& reader, std::string code) {
    if (!reader.has("levels")) {
        for (const std::string_view key : {"higher_is_better", "hysteresis", "score_name"})
            if (reader.has(key)) reader.problem_at(key, in_quotes(key) + " says nothing without \"levels\"");
        return nullptr;
    }
    LevelScale scale;
    scale.code = std::move(code);
    scale.what = "score";
    if (reader.text("score_name", scale.what) && scale.what.empty())
        reader.problem_at("score_name", "\"score_name\" is empty");
    reader.flag("higher_is_better", scale.higher_is_better);
    scale.hysteresis = reader.number("hysteresis", 0, largest_number).value_or(0);
    std::vector<const toml::table*> levels;
    reader.each<toml::table>("levels", "tables", [&](const toml::table& level) { levels.push_back(&level); });
    if (reader.ok() && levels.size() < 2)
        reader.problem_at("levels", "\"levels\" must hold two levels or more, from best to worst");
    // What follows a level that is wrong cannot be held against it.
    for (std::size_t i = 0; i < levels.size() && reader.ok(); ++i)
        read_level(reader.inner(*levels[i]), i + 1 == levels.size(), scale);
    if (!reader.ok()) return nullptr;
    return std::make_shared<const LevelScale>(std::move(scale));
}

}  // namespace reputed
