#include "checks/reputation/feedback/csv_rows.hpp"

#include <algorithm>

namespace reputed::feedback {
namespace {

constexpr std::size_t most_fields = 64;

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && is_blank(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back()))
        text.remove_suffix(1);
    return text;
}

}  // namespace

CsvReader::CsvReader(std::string_view text) : rest_(text) {
    constexpr std::string_view mark = "\xEF\xBB\xBF";
    if (rest_.starts_with(mark)) rest_.remove_prefix(mark.size());
}

// Up to the comma or the end of the line, which stays.
std::string CsvReader::field() {
    while (!rest_.empty() && is_blank(rest_.front()))
        rest_.remove_prefix(1);
    if (!rest_.starts_with('"')) {
        const auto text = rest_.substr(0, rest_.find_first_of(",\r\n"));
        rest_.remove_prefix(text.size());
        return std::string(trimmed(text));
    }
    rest_.remove_prefix(1);
    std::string text;
    while (!rest_.empty()) {
        const auto quote = rest_.find('"');
        const auto piece = rest_.substr(0, quote);
        text += piece;
        next_line_ += static_cast<std::size_t>(std::count(piece.begin(), piece.end(), '\n'));
        rest_.remove_prefix(std::min(rest_.size(), piece.size() + 1));
        if (!rest_.starts_with('"')) break;
        text += '"';
        rest_.remove_prefix(1);
    }
    // Behind the closing quote nothing but blanks belongs there.
    rest_.remove_prefix(std::min(rest_.find_first_of(",\r\n"), rest_.size()));
    return std::string(trimmed(text));
}

void CsvReader::end_of_line() {
    if (rest_.empty()) return;
    rest_.remove_prefix(rest_.starts_with("\r\n") ? 2 : 1);
    ++next_line_;
}

std::optional<std::vector<std::string>> CsvReader::next() {
    while (!rest_.empty()) {
        line_ = next_line_;
        std::vector<std::string> fields;
        while (true) {
            auto text = field();
            if (fields.size() < most_fields) fields.push_back(std::move(text));
            if (!rest_.starts_with(',')) break;
            rest_.remove_prefix(1);
        }
        end_of_line();
        if (fields.size() > 1 || !fields.front().empty()) return fields;
    }
    return {};
}

}  // namespace reputed::feedback
