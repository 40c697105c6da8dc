#include "config/import/ini.hpp"

#include <algorithm>
#include <cstring>

#include <ini.h>

#include "config/text.hpp"

namespace reputed::imports {
namespace {

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\f\v";
    const auto begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

// inih asks for line after line; which one it is at, and whether it took the last, is known here only.
struct Lines {
    std::string_view rest;
    unsigned line = 0;
    bool taken = true;  // the line handed out last
    IniText out;

    void settle() {
        if (!taken) out.not_taken.push_back(line);
        taken = true;
    }
};

// One line a call, without blanks in front, for inih would take an indented line for a continuation.
char* next_line(char* buffer, int size, void* stream) {
    auto& lines = *static_cast<Lines*>(stream);
    const auto room = static_cast<std::size_t>(size) - 2;  // line feed and NUL
    lines.settle();
    while (!lines.rest.empty()) {
        const auto end = std::min(lines.rest.find('\n'), lines.rest.size());
        auto text = lines.rest.substr(0, end);
        lines.rest.remove_prefix(std::min(end + 1, lines.rest.size()));
        ++lines.line;
        if (lines.line == 1 && text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
        const bool comment = trimmed(text).starts_with(';') || trimmed(text).starts_with('#');
        text = trimmed(text.substr(0, text.find_first_of(";#")));
        if (comment || text.empty()) continue;
        lines.taken = text.front() == '[' && text.find(']') != std::string_view::npos;
        if (text.size() > room || text.find('\0') != std::string_view::npos) {
            lines.taken = false;
            lines.settle();
            continue;
        }
        std::memcpy(buffer, text.data(), text.size());
        buffer[text.size()] = '\n';
        buffer[text.size() + 1] = '\0';
        return buffer;
    }
    return nullptr;
}

int take(void* user, const char* section, const char* key, const char* value) {
    auto& lines = *static_cast<Lines*>(user);
    std::string_view text = value == nullptr ? "" : value;
    if (text.size() >= 2 && (text.front() == '"' || text.front() == '\'') && text.back() == text.front())
        text = text.substr(1, text.size() - 2);
    lines.taken = true;
    lines.out.entries.push_back(
        {lower(trimmed(section)), lower(key), std::string(trimmed(text)), lines.line});
    return 1;
}

}  // namespace

IniText read_ini(std::string_view text) {
    Lines lines;
    lines.rest = text;
    ini_parse_stream(next_line, &lines, take, &lines);
    lines.settle();
    return std::move(lines.out);
}

}  // namespace reputed::imports
