#include "checks/mta/log/text_scan.hpp"

#include <algorithm>

#include "checks/mta/log/event.hpp"
#include "checks/mta/log/fields.hpp"

namespace reputed::mta {
namespace {

constexpr std::size_t longest_reply_looked_at = 4096;

// "5.7.26" at the beginning of `text`, with anything that is no part of it behind.
std::string_view code_at_front(std::string_view text) {
    auto code = text.substr(0, std::min<std::size_t>(text.size(), 9));
    code = code.substr(0, code.find_first_not_of("0123456789."));
    while (code.ends_with('.'))
        code.remove_suffix(1);
    return is_enhanced_code(code) ? code : std::string_view();
}

// "02:03:04": seconds; NaN for anything else.
float read_clock(std::string_view text) {
    float seconds = 0;
    for (int part = 0; part < 3; ++part) {
        const auto value = read_seconds(text.substr(0, text.find(':')));
        if (!(value >= 0)) return unknown_seconds;
        seconds = seconds * 60 + value;
        const auto colon = text.find(':');
        if ((colon == std::string_view::npos) != (part == 2)) return unknown_seconds;
        if (part < 2) text.remove_prefix(colon + 1);
    }
    return seconds;
}

float unit_seconds(char unit) {
    switch (unit) {
        case 's':
            return 1;
        case 'm':
            return 60;
        case 'h':
            return 3600;
        case 'd':
            return 86'400;
        case 'w':
            return 7 * 86'400;
        default:
            return unknown_seconds;
    }
}

}  // namespace

bool is_ip_text(std::string_view text) {
    if (text.size() < 2 || text.size() > 45) return false;
    return text.find_first_not_of("0123456789abcdefABCDEF.:") == std::string_view::npos &&
           text.find_first_of(".:") != std::string_view::npos;
}

float read_duration(std::string_view text) {
    if (text.empty() || text.size() > 40) return unknown_seconds;
    if (text.find(':') != std::string_view::npos) {
        const auto plus = text.find('+');
        if (plus == std::string_view::npos) return read_clock(text);
        return read_seconds(text.substr(0, plus)) * 86'400 + read_clock(text.substr(plus + 1));
    }
    float seconds = 0;
    while (!text.empty()) {
        const auto digits = text.find_first_not_of("0123456789.");
        if (digits == std::string_view::npos) return unknown_seconds;
        seconds += read_seconds(text.substr(0, digits)) * unit_seconds(text[digits]);
        text.remove_prefix(digits + 1);
    }
    return seconds;
}

std::string_view enhanced_code_in(std::string_view words) {
    if (const auto code = leading_enhanced_code(words); !code.empty()) return code;
    words = words.substr(0, longest_reply_looked_at);
    for (auto dot = words.find('.'); dot != std::string_view::npos; dot = words.find('.', dot + 1)) {
        if (dot < 2) continue;
        const char before = words[dot - 2];
        if (before == '#') {
            if (const auto code = code_at_front(words.substr(dot - 1)); !code.empty()) return code;
        } else if ((before == ' ' || before == '-') && dot >= 5 && is_digit(words[dot - 3]) &&
                   is_digit(words[dot - 4]) && is_digit(words[dot - 5]) &&
                   (dot == 5 || !is_digit(words[dot - 6]))) {
            if (const auto code = code_at_front(words.substr(dot - 1)); !code.empty()) return code;
        }
    }
    return {};
}

bool begins_with_any(std::string_view text, std::string_view list) {
    while (!list.empty()) {
        const auto word = list.substr(0, list.find('|'));
        if (text.starts_with(word)) return true;
        list.remove_prefix(std::min(list.size(), word.size() + 1));
    }
    return false;
}

bool contains_any(std::string_view text, std::string_view list) {
    while (!list.empty()) {
        const auto word = list.substr(0, list.find('|'));
        if (contains(text, word)) return true;
        list.remove_prefix(std::min(list.size(), word.size() + 1));
    }
    return false;
}

std::string_view front_until(std::string_view text, std::string_view ends) {
    return text.substr(0, text.find_first_of(ends));
}

}  // namespace reputed::mta
