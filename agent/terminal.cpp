#include "agent/terminal.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iostream>

#include <sys/ioctl.h>
#include <unistd.h>

#include "agent/plain_text.hpp"

namespace reputed {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr std::size_t longest_cell = 200;

bool is_coloured() {
    static const bool coloured = [] {
        const char* no_color = std::getenv("NO_COLOR");  // counts unless it is empty
        return isatty(STDOUT_FILENO) == 1 && (no_color == nullptr || *no_color == '\0');
    }();
    return coloured;
}

const char* escape_of(Colour colour) {
    switch (colour) {
        case Colour::none:
            return "";
        case Colour::green:
            return "\033[32m";
        case Colour::yellow:
            return "\033[33m";
        case Colour::red:
            return "\033[31m";
        case Colour::blue:
            return "\033[34m";
        case Colour::grey:
            return "\033[90m";
        case Colour::bold:
            return "\033[1m";
    }
    return "";
}

// Code points, not bytes: UTF-8 continuation bytes take no room.
std::size_t shown_width(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

}  // namespace

std::string coloured(std::string_view text, Colour colour) {
    if (colour == Colour::none || text.empty() || !is_coloured()) return std::string(text);
    return escape_of(colour) + std::string(text) + "\033[0m";
}

Colour colour_of(Severity severity) {
    switch (severity) {
        case Severity::ok:
            return Colour::green;
        case Severity::info:
            return Colour::blue;
        case Severity::unknown:
            return Colour::grey;
        case Severity::warning:
            return Colour::yellow;
        case Severity::critical:
            return Colour::red;
    }
    return Colour::none;
}

std::size_t terminal_width() {
    winsize size{};
    if (isatty(STDOUT_FILENO) != 1 || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return 100;
    return std::clamp<std::size_t>(size.ws_col, 40, 120);
}

std::string wrapped(std::string_view text, std::size_t width, std::size_t indent) {
    std::string out;
    std::size_t column = indent;
    for (std::size_t begin = 0; (begin = text.find_first_not_of(' ', begin)) != std::string_view::npos;) {
        const auto end = std::min(text.find(' ', begin), text.size());
        const auto word = text.substr(begin, end - begin);
        const auto letters = shown_width(word);
        if (out.empty()) {
            column += letters;
        } else if (column + 1 + letters <= width) {
            out += ' ';
            column += 1 + letters;
        } else {
            out += '\n' + std::string(indent, ' ');
            column = indent + letters;
        }
        out += word;
        begin = end;
    }
    return out;
}

void Table::add(std::vector<Cell> row) {
    for (auto& cell : row)
        cell.text = one_line(cell.text, longest_cell);
    rows_.push_back(std::move(row));
}

std::string Table::to_string() const {
    std::vector<std::size_t> widths;
    for (const auto& cell : header_)
        widths.push_back(shown_width(cell));
    for (const auto& row : rows_)
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], shown_width(row[i].text));

    std::string out;
    const auto put = [&](const std::string& text, Colour colour, std::size_t column) {
        if (column > 0) out += "  ";
        out += coloured(text, colour);
        if (column + 1 < header_.size()) out.append(widths[column] - shown_width(text), ' ');
    };
    for (std::size_t i = 0; i < header_.size(); ++i)
        put(header_[i], Colour::bold, i);
    out += '\n';
    for (const auto& row : rows_) {
        for (std::size_t i = 0; i < row.size(); ++i)
            put(row[i].text, row[i].colour, i);
        out += '\n';
    }
    return out;
}

ProgressBar::ProgressBar(std::string label)
    : label_(std::move(label)), enabled_(isatty(STDERR_FILENO) == 1), next_(Clock::now() + 500ms) {}

ProgressBar::~ProgressBar() {
    if (drawn_) std::cerr << "\r\033[K" << std::flush;
}

void ProgressBar::update(std::uint64_t done, std::uint64_t total) {
    if (!enabled_ || total == 0 || (++calls_ & 15U) != 0) return;
    const auto now = Clock::now();
    if (now < next_) return;
    next_ = now + 100ms;
    drawn_ = true;
    static constexpr std::uint64_t cells = 30;
    const auto full = std::min(cells, done * cells / total);
    std::cerr << '\r' << label_ << " [" << std::string(full, '#') << std::string(cells - full, '.') << "] "
              << done << '/' << total << "\033[K" << std::flush;
}

}  // namespace reputed
