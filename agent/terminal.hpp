#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/severity.hpp"

// What a person sees: colour and a progress bar on a terminal only, plain text everywhere else.
namespace reputed {

enum class Colour { none, green, yellow, red, blue, grey, bold };

// `text` in colour when standard output is a terminal and NO_COLOR is not set or empty.
std::string coloured(std::string_view text, Colour colour);
Colour colour_of(Severity severity);

// Columns of the terminal behind standard output, 40 to 120; 100 where it is none.
std::size_t terminal_width();

// Words in lines of at most `width` characters, each but the first behind `indent` blanks, which count; a longer word
// stands alone. No line end behind the last.
std::string wrapped(std::string_view text, std::size_t width, std::size_t indent);

// Left-aligned columns, two blanks apart; the last column is not padded. Cells are made fit to be shown here: one line,
// at most 200 bytes. A row has at most as many cells as the header.
class Table {
  public:
    struct Cell {
        std::string text;
        Colour colour = Colour::none;
    };

    explicit Table(std::vector<std::string> header) : header_(std::move(header)) {}
    void add(std::vector<Cell> row);
    bool empty() const { return rows_.empty(); }
    std::string to_string() const;

  private:
    std::vector<std::string> header_;
    std::vector<std::vector<Cell>> rows_;
};

// A bar on standard error, drawn at most ten times a second, only on a terminal and only when the work takes longer
// than half a second. It is wiped at the end.
class ProgressBar {
  public:
    explicit ProgressBar(std::string label);
    ~ProgressBar();
    ProgressBar(const ProgressBar&) = delete;
    ProgressBar& operator=(const ProgressBar&) = delete;

    void update(std::uint64_t done, std::uint64_t total);

  private:
    std::string label_;
    bool enabled_;
    bool drawn_ = false;
    std::uint64_t calls_ = 0;
    std::chrono::steady_clock::time_point next_;
};

}  // namespace reputed
