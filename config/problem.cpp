#include "config/problem.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "config/text.hpp"

namespace reputed {

namespace {

constexpr std::size_t longest_word = 64;

// The optimal string alignment distance (insert, delete, replace, swap neighbours), or limit + 1 when it is greater.
std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit) {
    if (a.size() > longest_word || b.size() > longest_word) return limit + 1;
    if ((a.size() > b.size() ? a.size() - b.size() : b.size() - a.size()) > limit) return limit + 1;
    using Row = std::array<std::size_t, longest_word + 1>;
    Row before{};
    Row above{};
    Row row{};
    for (std::size_t j = 0; j <= b.size(); ++j) above[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({above[j] + 1, row[j - 1] + 1, replaced});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before[j - 2] + 1);
        }
        before = above;
        above = row;
    }
    return std::min(above[b.size()], limit + 1);
}

// One slip in three letters is a slip; more is another word.
std::size_t slips_allowed(std::size_t length) { return std::clamp<std::size_t>(length / 3, 1, 3); }

}  // namespace

std::string Problem::to_string() const {
    if (line == 0) return file.empty() ? message : file + ": " + message;
    return file + ':' + std::to_string(line) + ':' + std::to_string(column) + ": " + message;
}

std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates) {
    const std::string lowered = lower(word);
    std::string_view best;
    std::size_t best_distance = 0;
    for (const auto candidate : candidates) {
        const std::string other = lower(candidate);
        const std::size_t limit = slips_allowed(std::max(lowered.size(), other.size()));
        std::size_t distance = edit_distance(lowered, other, limit);
        // A word cut short is meant, but less surely than a slip of the keyboard.
        if (distance > limit && lowered.size() >= 3 && other.starts_with(lowered)) distance = limit;
        if (distance > limit || (!best.empty() && distance >= best_distance)) continue;
        best = candidate;
        best_distance = distance;
    }
    return best;
}

}  // namespace reputed
