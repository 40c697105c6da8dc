#include <bit>
#include <charconv>

#include "config/catalogue.hpp"

namespace reputed {
namespace {

// A decimal number without sign or leading zero.
std::optional<std::uint8_t> parse_octet(std::string_view text) {
    std::uint8_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = error == std::errc() && end == text.data() + text.size();
    if (!whole || (text.size() > 1 && text[0] == '0')) return {};
    return value;
}

// "7", "*" or "[5-7]".
bool parse_octet_range(std::string_view text, std::uint8_t& low, std::uint8_t& high) {
    if (text == "*") {
        low = 0;
        high = 255;
        return true;
    }
    auto first = text;
    auto last = text;
    if (text.size() > 2 && text.front() == '[' && text.back() == ']') {
        const auto inner = text.substr(1, text.size() - 2);
        const auto dash = inner.find('-');
        if (dash == std::string_view::npos) return false;
        first = inner.substr(0, dash);
        last = inner.substr(dash + 1);
    }
    const auto low_value = parse_octet(first);
    const auto high_value = parse_octet(last);
    if (!low_value || !high_value || *low_value > *high_value) return false;
    low = *low_value;
    high = *high_value;
    return true;
}

std::optional<CodePattern> parse_box(std::string_view text) {
    CodePattern pattern;
    for (std::size_t i = 0; i < 4; ++i) {
        const auto dot = text.find('.');
        if ((i < 3) == (dot == std::string_view::npos)) return {};
        if (!parse_octet_range(text.substr(0, dot), pattern.low[i], pattern.high[i])) return {};
        text.remove_prefix(i < 3 ? dot + 1 : text.size());
    }
    if (pattern.low[0] != 127 || pattern.high[0] != 127) return {};
    return pattern;
}

std::optional<CodePattern> parse_bit(std::string_view digits) {
    const auto value = parse_octet(digits);
    if (!value || !std::has_single_bit(*value)) return {};
    CodePattern pattern;
    pattern.bit = *value;
    return pattern;
}

// The dash between two addresses, not one inside brackets.
std::size_t range_dash(std::string_view text) {
    const auto dash = text.find('-');
    return text.find('[') == std::string_view::npos ? dash : std::string_view::npos;
}

}  // namespace

std::optional<CodePattern> CodePattern::parse(std::string_view text) {
    if (text.starts_with("bit")) return parse_bit(text.substr(3));
    const auto dash = range_dash(text);
    auto first = parse_box(text.substr(0, dash));
    if (dash == std::string_view::npos || !first) return first;
    const auto last = parse_box(text.substr(dash + 1));
    if (!last || first->low != first->high || last->low != last->high) return {};
    for (std::size_t i = 0; i < 4; ++i)
        if (first->low[i] > last->low[i]) return {};
    first->high = last->low;
    return first;
}

bool CodePattern::matches(std::uint32_t address) const {
    if (bit != 0) return address >> 8 == 0x7f0000 && (address & bit) != 0;
    for (std::size_t i = 0; i < 4; ++i) {
        const auto octet = (address >> (24 - 8 * i)) & 0xff;
        if (octet < low[i] || octet > high[i]) return false;
    }
    return true;
}

std::string CodePattern::to_string() const {
    if (bit != 0) return "bit" + std::to_string(bit);
    std::string text;
    for (std::size_t i = 0; i < 4; ++i) {
        if (i > 0) text += '.';
        if (low[i] == high[i])
            text += std::to_string(low[i]);
        else if (low[i] == 0 && high[i] == 255)
            text += '*';
        else
            text += '[' + std::to_string(low[i]) + '-' + std::to_string(high[i]) + ']';
    }
    return text;
}

}  // namespace reputed
