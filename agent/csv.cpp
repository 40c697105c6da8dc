#include "agent/csv.hpp"

#include <algorithm>

#include "agent/plain_text.hpp"

namespace reputed {
namespace {

// A sign, digits and at most one point: harmless, and of use as a number.
bool is_number(std::string_view text) {
    if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    return std::any_of(text.begin(), text.end(), is_digit) &&
           std::count(text.begin(), text.end(), '.') <= 1 &&
           std::all_of(text.begin(), text.end(), [&](char c) { return c == '.' || is_digit(c); });
}

}  // namespace

std::string csv_cell(std::string_view text) {
    constexpr std::string_view formula_starts = "=+-@\t\r";
    std::string cell;
    if (!text.empty() && formula_starts.find(text.front()) != std::string_view::npos && !is_number(text))
        cell = "'";
    cell += plain_text(text);
    if (cell.find_first_of(",\"\r\n") == std::string::npos) return cell;
    std::string quoted = "\"";
    for (const char c : cell) {
        if (c == '"') quoted += '"';
        quoted += c;
    }
    return quoted + '"';
}

std::string csv_row(const std::vector<std::string>& cells) {
    std::string row;
    for (const auto& cell : cells) {
        if (&cell != &cells.front()) row += ',';
        row += csv_cell(cell);
    }
    return row + "\r\n";
}

}  // namespace reputed
