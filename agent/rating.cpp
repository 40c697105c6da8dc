#include "agent/rating.hpp"

#include <cstdio>

namespace reputed {
namespace {

bool belongs(const LevelScale& scale, std::size_t level, double value, double margin) {
    if (level + 1 == scale.levels.size()) return true;
    const double bound = scale.levels[level].bound;
    return scale.higher_is_better ? value >= bound + margin : value <= bound - margin;
}

std::string number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.6g", value);
    return text;
}

}  // namespace

std::size_t level_of(const LevelScale& scale, double value, std::optional<std::size_t> before) {
    for (std::size_t level = 0; level < scale.levels.size(); ++level) {
        const bool better = before && level < *before;
        if (belongs(scale, level, value, better ? scale.hysteresis : 0)) return level;
    }
    return scale.levels.size() - 1;
}

std::optional<std::size_t> level_with(const LevelScale& scale, Severity severity) {
    for (std::size_t level = 0; level < scale.levels.size(); ++level)
        if (scale.levels[level].severity == severity) return level;
    return {};
}

Finding finding_of(const Rating& rating, std::size_t level) {
    const auto& judged = rating.scale->levels[level];
    Finding finding;
    finding.code = rating.scale->code;
    finding.subject = rating.subject;
    finding.object = rating.object;
    finding.severity = judged.severity;
    finding.message = "The " + rating.scale->what + " of " + rating.subject + " is " + number(rating.value) +
                      rating.scale->unit + (rating.object.empty() ? "" : " at " + rating.object) + ": " +
                      judged.name;
    finding.evidence = rating.evidence;
    finding.remedy = rating.remedy;
    finding.link = rating.link;
    return finding;
}

}  // namespace reputed
