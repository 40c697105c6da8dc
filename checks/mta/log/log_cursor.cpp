#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "checks/mta/log/log_source.hpp"

namespace reputed::mta {
namespace {

using namespace std::literals;

constexpr auto file_mark = "file1"sv;  // the number is the form's version
constexpr auto journal_mark = "journal1 "sv;
constexpr std::size_t longest_path = 4096;
constexpr std::size_t longest_journal = 1024;

bool plain(char c) {
    return c > ' ' && c < '\x7f' && c != '%';
}

constexpr auto digits = "0123456789ABCDEF"sv;

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (plain(c)) {
            out += c;
            continue;
        }
        const auto octet = static_cast<unsigned char>(c);
        out += '%';
        out += digits[octet >> 4];
        out += digits[octet & 0xf];
    }
    return out;
}

// Only what escaped() writes: one text for each value.
std::optional<std::string> unescaped(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        if (text.front() != '%') {
            if (!plain(text.front())) return {};
            out += text.front();
            text.remove_prefix(1);
            continue;
        }
        if (text.size() < 3) return {};
        const auto high = digits.find(text[1]);
        const auto low = digits.find(text[2]);
        if (high == digits.npos || low == digits.npos) return {};
        const char c = static_cast<char>(high << 4 | low);
        if (plain(c) || c == '\0') return {};
        out += c;
        text.remove_prefix(3);
    }
    return out;
}

bool is_journal_cursor(std::string_view text) {
    return !text.empty() && text.size() <= longest_journal && std::all_of(text.begin(), text.end(), plain);
}

// " NUMBER" at the front, without leading zeros.
std::optional<std::uint64_t> take_number(std::string_view& text, std::uint64_t most) {
    if (!text.starts_with(' ')) return {};
    text.remove_prefix(1);
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const auto size = static_cast<std::size_t>(end - text.data());
    if (error != std::errc() || value > most || (text.front() == '0' && size > 1)) return {};
    text.remove_prefix(size);
    return value;
}

}  // namespace

// FNV-1a: stable over versions and machines, which std::hash is not.
std::uint64_t LogCursor::hash_of(std::string_view head) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char c : head)
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    return hash;
}

std::string LogCursor::to_text() const {
    if (!journal.empty()) return is_journal_cursor(journal) ? std::string(journal_mark) + journal : "";
    if (path.empty()) return {};
    std::string out(file_mark);
    for (const auto value : {device, inode, offset, std::uint64_t{head_size}, head_hash})
        (out += ' ') += std::to_string(value);
    return (out += ' ') += escaped(path);
}

std::optional<LogCursor> LogCursor::parse(std::string_view text) {
    LogCursor cursor;
    if (text.starts_with(journal_mark)) {
        text.remove_prefix(journal_mark.size());
        if (!is_journal_cursor(text)) return {};
        cursor.journal = text;
        return cursor;
    }
    if (!text.starts_with(file_mark)) return {};
    text.remove_prefix(file_mark.size());
    constexpr auto any = std::numeric_limits<std::uint64_t>::max();
    constexpr auto largest_file = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    const std::array<std::uint64_t, 5> most{any, any, largest_file, longest_head, any};
    std::array<std::uint64_t, 5> values{};
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto value = take_number(text, most[i]);
        if (!value) return {};
        values[i] = *value;
    }
    if (!text.starts_with(' ')) return {};
    auto path = unescaped(text.substr(1));
    if (!path || path->empty() || path->size() > longest_path) return {};
    cursor.path = std::move(*path);
    cursor.device = values[0];
    cursor.inode = values[1];
    cursor.offset = values[2];
    cursor.head_size = static_cast<std::uint32_t>(values[3]);
    cursor.head_hash = values[4];
    return cursor;
}

}  // namespace reputed::mta
