#include "agent/plain_text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>

namespace reputed {
namespace {

struct Character {
    char32_t code = 0;
    std::size_t length = 1;  // bytes used
    bool valid = false;
};

// RFC 3629 section 4: no overlong forms, no surrogates, nothing above U+10FFFF.
Character decode(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned first = byte(0);
    if (first < 0x80) return {first, 1, true};
    const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || text.size() < length) return {};
    char32_t code = first & (0x7fU >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0U) != 0x80) return {};
        code = (code << 6) | (byte(i) & 0x3fU);
    }
    constexpr std::array<char32_t, 5> smallest = {0, 0, 0x80, 0x800, 0x10000};
    if (code < smallest[length] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return {};
    return {code, length, true};
}

bool is_deceptive(char32_t code) {
    struct Range {
        char32_t first, last;
    };
    static constexpr Range ranges[] = {
        {0x00, 0x08},       {0x0b, 0x1f},
        {0x7f, 0x9f},       {0xad, 0xad},  // controls, soft hyphen
        {0x034f, 0x034f},   {0x061c, 0x061c},
        {0x115f, 0x1160},   {0x17b4, 0x17b5},  // joiners, fillers
        {0x180b, 0x180f},   {0x200b, 0x200f},
        {0x2028, 0x202e},   {0x2060, 0x206f},  // zero width, direction
        {0x3164, 0x3164},   {0xfe00, 0xfe0f},
        {0xfeff, 0xfeff},   {0xffa0, 0xffa0},  // fillers, variation, BOM
        {0xfff0, 0xfffb},   {0xfdd0, 0xfdef},
        {0xfffe, 0xffff},   {0x1bca0, 0x1bca3},  // specials, noncharacters
        {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff},
    };
    for (const auto& range : ranges)
        if (code >= range.first && code <= range.last) return true;
    return false;
}

void append_number(std::string& out, char32_t code) {
    char number[16];
    const char* format = code < 0x100 ? "\\x%02x" : code < 0x10000 ? "\\u%04x" : "\\U%08x";
    const int length = std::snprintf(number, sizeof number, format, static_cast<unsigned>(code));
    out.append(number, static_cast<std::size_t>(length));
}

}  // namespace

std::string plain_text(std::string_view foreign, std::size_t max_bytes) {
    std::string out;
    out.reserve(std::min(foreign.size(), max_bytes));
    for (std::size_t at = 0; at < foreign.size();) {
        const auto character = decode(foreign.substr(at, 4));
        if (max_bytes - std::min(max_bytes, at) < character.length) {
            out += "\u2026";
            break;
        }
        if (!character.valid)
            out += "\ufffd";
        else if (is_deceptive(character.code))
            append_number(out, character.code);
        else
            out.append(foreign, at, character.length);
        at += character.length;
    }
    return out;
}

std::string one_line(std::string_view foreign, std::size_t max_bytes) {
    std::string line = plain_text(foreign, max_bytes);
    std::replace(line.begin(), line.end(), '\n', ' ');
    std::replace(line.begin(), line.end(), '\t', ' ');
    return line;
}

}  // namespace reputed
