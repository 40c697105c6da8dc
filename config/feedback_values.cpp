#include "config/feedback_values.hpp"

#include <charconv>
#include <cmath>

#include "config/text.hpp"

namespace reputed::schema {
namespace {

constexpr std::size_t most_values = 50;
constexpr std::size_t longest_metric = 63;
constexpr std::size_t longest_pointer = 500;
constexpr std::string_view severities[] = {"ok", "info", "warning", "critical"};

// The number, or nothing after a problem.
std::optional<double> read_number(const toml::table& table, std::string_view key, double low, double high,
                                  Reader& reader) {
    const auto* node = table.get(key);
    if (!node) return {};
    const auto value = node->is_number() ? node->value<double>() : std::nullopt;
    if (!value) {
        reader.wrong_type(*node, key, "a number");
        return {};
    }
    if (std::isfinite(*value) && *value >= low && *value <= high) return value;
    reader.problem(node->source(), in_quotes(key) + " is out of bounds");
    return {};
}

std::string shown(double value) {
    char text[32];
    const auto end = std::to_chars(text, text + sizeof text, value).ptr;
    return {text, end};
}

bool is_metric(std::string_view text) {
    if (text.empty() || text.size() > longest_metric || text[0] < 'a' || text[0] > 'z') return false;
    return text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
}

void read_level(const toml::table& table, LevelScale& scale, Reader& reader) {
    reader.unknown_keys(table, "a level of \"levels\"", {"name", "severity", "to", "takes"});
    LevelScale::Level level;
    const auto* name = table.get("name");
    const auto* severity = table.get("severity");
    if (!name || !severity)
        return reader.problem(table.source(), R"(a level needs a "name" and a "severity")");
    const auto* name_text = reader.text(*name, "name");
    const auto* severity_text = reader.text(*severity, "severity");
    if (!name_text || !severity_text) return;
    level.name = *name_text;
    if (level.name.empty() || level.name.size() > longest_metric || level.name != printable(level.name, 100))
        reader.problem(name->source(), "the name of a level has 1 to 63 characters that can be seen");
    auto fault = one_of(*severity_text, "severity", {std::begin(severities), std::end(severities)});
    if (!fault.empty()) return reader.problem(severity->source(), std::move(fault));
    level.severity = *severity_text == "ok" ? Severity::ok : *parse_severity(*severity_text);
    level.bound = read_number(table, "to", -1e15, 1e15, reader).value_or(std::nan(""));
    level.takes = read_number(table, "takes", 0, 100, reader).value_or(0);
    scale.levels.push_back(std::move(level));
}

// What one level cannot see.
void check_levels(const toml::node& node, LevelScale& scale, Reader& reader) {
    auto& levels = scale.levels;
    if (levels.size() < 2)
        return reader.problem(node.source(), "\"levels\" needs at least two, from best to worst");
    for (std::size_t i = 0; i < levels.size(); ++i) {
        const bool is_last = i + 1 == levels.size();
        if (!is_last && std::isnan(levels[i].bound))
            return reader.problem(node.source(), "the level " + in_quotes(levels[i].name) +
                                                     " needs a \"to\": only the last one has no end");
        if (is_last && !std::isnan(levels[i].bound))
            return reader.problem(node.source(), "the level " + in_quotes(levels[i].name) +
                                                     " is the last one and has no \"to\"");
        if (i == 0) continue;
        if (levels[i].severity <= levels[i - 1].severity)
            return reader.problem(node.source(), "the level " + in_quotes(levels[i].name) +
                                                     " must be more severe than the one before");
        const bool worse = scale.higher_is_better ? levels[i].bound < levels[i - 1].bound
                                                  : levels[i].bound > levels[i - 1].bound;
        if (!is_last && !worse)
            return reader.problem(node.source(),
                                  "the bound of the level " + in_quotes(levels[i].name) + " must be " +
                                      (scale.higher_is_better ? "lower" : "higher") +
                                      " than that of the one before, since \"higher_is_better\" is " +
                                      (scale.higher_is_better ? "true" : "false"));
    }
    levels.back().bound = 0;
}

std::shared_ptr<const LevelScale> read_levels(const toml::table& table, const std::string& metric,
                                              Reader& reader) {
    const auto* node = table.get("levels");
    if (!node) {
        for (const auto key : {"higher_is_better", "hysteresis"})
            if (const auto found = table.find(key); found != table.end())
                reader.problem(found->first.source(), in_quotes(key) + " is of no use without \"levels\"");
        return {};
    }
    const auto* list = reader.list(*node, "levels");
    if (!list) return {};
    LevelScale scale;
    scale.what = metric;
    if (const auto* higher = table.get("higher_is_better")) {
        if (const auto* value = higher->as_boolean())
            scale.higher_is_better = value->get();
        else
            reader.wrong_type(*higher, "higher_is_better", "true or false");
    }
    scale.hysteresis = read_number(table, "hysteresis", 0, 1e15, reader).value_or(0);
    const auto problems = reader.problems().size();
    for (const auto& item : *list) {
        if (const auto* level = item.as_table())
            read_level(*level, scale, reader);
        else
            reader.wrong_type(item, "levels", "a list of tables");
    }
    if (reader.problems().size() == problems) check_levels(*node, scale, reader);
    return std::make_shared<const LevelScale>(std::move(scale));
}

void read_value(const toml::table& table, FeedbackSettings& settings, Reader& reader) {
    reader.unknown_keys(table, "an entry of \"values\"",
                        {"pointer", "metric", "factor", "levels", "higher_is_better", "hysteresis"});
    const auto* pointer = table.get("pointer");
    const auto* metric = table.get("metric");
    if (!pointer || !metric)
        return reader.problem(table.source(), R"(an entry of "values" needs a "pointer" and a "metric")");
    const auto* pointer_text = reader.text(*pointer, "pointer");
    const auto* metric_text = reader.text(*metric, "metric");
    if (!pointer_text || !metric_text) return;
    if (!is_json_pointer(*pointer_text)) reader.problem(pointer->source(), no_json_pointer(*pointer_text));
    if (!is_metric(*metric_text))
        reader.problem(metric->source(),
                       in_quotes(*metric_text) +
                           " is no name for a metric: write up to 63 of a to z, 0 to 9 and '_', "
                           "a letter first");
    for (const auto& other : settings.values)
        if (other.metric == *metric_text)
            reader.problem(metric->source(), in_quotes(*metric_text) + " stands twice in \"values\"");
    FeedbackValue value;
    value.metric = *metric_text;
    value.pointer = *pointer_text;
    value.factor = read_number(table, "factor", -1e15, 1e15, reader).value_or(1);
    if (value.factor == 0) reader.problem(table.get("factor")->source(), R"("factor" must not be 0)");
    value.scale = read_levels(table, value.metric, reader);
    settings.values.push_back(std::move(value));
}

std::string as_toml(const FeedbackValue& value) {
    std::string out = "  { pointer = " + toml_quoted(value.pointer) +
                      ", metric = " + toml_quoted(value.metric) + ", factor = " + shown(value.factor);
    if (value.scale) {
        out += std::string(", higher_is_better = ") + (value.scale->higher_is_better ? "true" : "false") +
               ", hysteresis = " + shown(value.scale->hysteresis) + ", levels = [";
        for (const auto& level : value.scale->levels) {
            const bool is_last = &level == &value.scale->levels.back();
            out += std::string(&level == &value.scale->levels.front() ? "" : ",") +
                   "\n    { name = " + toml_quoted(level.name) +
                   ", severity = " + toml_quoted(to_string(level.severity));
            if (!is_last) out += ", to = " + shown(level.bound);
            out += ", takes = " + shown(level.takes) + " }";
        }
        out += " ]";
    }
    return out + " },\n";
}

}  // namespace

bool is_json_pointer(std::string_view text) {
    if (text.size() > longest_pointer || (!text.empty() && text.front() != '/')) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (static_cast<unsigned char>(text[i]) < 0x20) return false;
        if (text[i] == '~' && (i + 1 == text.size() || (text[i + 1] != '0' && text[i + 1] != '1')))
            return false;
    }
    return true;
}

std::string no_json_pointer(std::string_view text) {
    return in_quotes(text) + R"( is no JSON pointer: write it like "/data/0/score")";
}

void read_feedback_values(const toml::node& node, std::string_view name, FeedbackSettings& settings,
                          Reader& reader) {
    const auto* list = reader.list(node, name);
    if (!list) return;
    if (list->empty() || list->size() > most_values)
        return reader.problem(node.source(), R"("values" needs 1 to 50 tables)");
    for (const auto& item : *list) {
        if (const auto* table = item.as_table())
            read_value(*table, settings, reader);
        else
            reader.wrong_type(item, name, "a list of tables");
    }
    settings.values_toml = "[\n";
    for (const auto& value : settings.values)
        settings.values_toml += as_toml(value);
    settings.values_toml += "]";
}

}  // namespace reputed::schema
