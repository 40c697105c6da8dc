#pragma once

#include <string>
#include <string_view>
#include <vector>

// CSV as RFC 4180 has it, with cells that a spreadsheet shows and does not run.
namespace reputed {

// Foreign text as one cell: made plain, quoted where it must be. What begins like a formula (= + - @, a tab or a
// carriage return) gets an apostrophe in front, unless it is a number.
std::string csv_cell(std::string_view text);

// The cells with commas between and CRLF behind (RFC 4180 section 2).
std::string csv_row(const std::vector<std::string>& cells);

}  // namespace reputed
