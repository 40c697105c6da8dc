#include "config/text.hpp"

#include <cstddef>
#include <cstdint>

namespace reputed {

namespace {

constexpr std::size_t shown_bytes = 80;

// One UTF-8 sequence at the start of `text`: its length and code point, or length 1 and a code point that is not
// printable where it is malformed.
struct CodePoint {
    std::size_t length = 1;
    std::uint32_t value = 0;
};

CodePoint code_point(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    const std::uint8_t head = byte(0);
    if (head < 0x80) return {1, head};
    const std::size_t length = head >= 0xf0 ? 4 : head >= 0xe0 ? 3 : head >= 0xc2 ? 2 : 0;
    if (length == 0 || length > text.size()) return {};
    std::uint32_t value = head & (0xffU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0) != 0x80) return {};
        value = value << 6 | (byte(i) & 0x3fU);
    }
    return {length, value};
}

// Characters that move the cursor, reorder the line or cannot be seen.
bool is_visible(std::uint32_t c) {
    if (c < 0x20 || (c >= 0x7f && c < 0xa0)) return false;
    if (c == 0xad || c == 0xfeff || (c >= 0x200b && c <= 0x200f)) return false;
    return !(c >= 0x2028 && c <= 0x202e) && !(c >= 0x2060 && c <= 0x206f);
}

void append_hex(std::string& out, std::string_view bytes) {
    constexpr char digits[] = "0123456789abcdef";
    for (const char c : bytes) {
        const auto byte = static_cast<std::uint8_t>(c);
        out += "\\x";
        out += digits[byte >> 4];
        out += digits[byte & 15];
    }
}

}  // namespace

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (std::size_t at = 0; at < text.size();) {
        const CodePoint next = code_point(text.substr(at));
        if (at + next.length > shown_bytes) {
            out += "...";
            break;
        }
        const auto bytes = text.substr(at, next.length);
        if (is_visible(next.value))
            out += bytes;
        else
            append_hex(out, bytes);
        at += next.length;
    }
    return out + '"';
}

std::string toml_quoted(std::string_view text) {
    constexpr char digits[] = "0123456789abcdef";
    std::string out = "\"";
    for (const char c : text) {
        const auto byte = static_cast<std::uint8_t>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (byte < 0x20 || byte == 0x7f) {
            out += "\\u00";
            out += digits[byte >> 4];
            out += digits[byte & 15];
        } else {
            out += c;
        }
    }
    return out + '"';
}

}  // namespace reputed
