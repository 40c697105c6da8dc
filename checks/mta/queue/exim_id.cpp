#include "checks/mta/queue/exim_id.hpp"

namespace reputed::mta {
namespace {

constexpr std::int64_t earliest = 946'684'800;  // 2000-01-01
constexpr std::int64_t latest = 7'258'118'400;  // 2200-01-01

int digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'Z') return c - 'A' + 10;
    if (c >= 'a' && c <= 'z') return c - 'a' + 36;
    return -1;
}

}  // namespace

bool is_exim_id(std::string_view text) {
    const std::size_t second = text.size() == 16 ? 13 : 18;  // the second hyphen
    if (text.size() != 16 && text.size() != 23) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool hyphen = i == 6 || i == second;
        if (hyphen ? text[i] != '-' : digit(text[i]) < 0) return false;
    }
    return true;
}

std::optional<std::int64_t> exim_id_time(std::string_view id) {
    if (!is_exim_id(id)) return {};
    std::int64_t seconds = 0;
    for (const char c : id.substr(0, 6))
        seconds = seconds * 62 + digit(c);
    if (seconds < earliest || seconds > latest) return {};
    return seconds;
}

}  // namespace reputed::mta
