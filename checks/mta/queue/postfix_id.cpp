#include "checks/mta/queue/postfix_id.hpp"

#include <array>

namespace reputed::mta {
namespace {

constexpr std::string_view digits = "0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz";
static_assert(digits.size() == 52);

constexpr auto digit_values = [] {
    std::array<std::int8_t, 256> values{};
    for (auto& value : values)
        value = -1;
    for (std::size_t i = 0; i < digits.size(); ++i)
        values[static_cast<unsigned char>(digits[i])] = static_cast<std::int8_t>(i);
    return values;
}();

constexpr auto allowed = [] {
    std::array<bool, 256> values{};
    for (unsigned char c = '0'; c <= '9'; ++c)
        values[c] = true;
    for (unsigned char c = 'A'; c <= 'Z'; ++c)
        values[c] = true;
    for (unsigned char c = 'a'; c <= 'z'; ++c)
        values[c] = true;
    return values;
}();

constexpr std::size_t seconds_width = 6;
constexpr std::size_t microseconds_width = 4;
constexpr std::int64_t earliest = 946'684'800;  // 2000-01-01
constexpr std::int64_t latest = 7'258'118'400;  // 2200-01-01

}  // namespace

bool is_postfix_queue_id(std::string_view name) {
    if (name.size() < 6 || name.size() > 100) return false;
    for (const char c : name)
        if (!allowed[static_cast<unsigned char>(c)]) return false;
    return true;
}

std::optional<std::int64_t> postfix_id_time(std::string_view id) {
    const auto separator = id.rfind('z');
    if (separator == std::string_view::npos || separator < seconds_width + microseconds_width) return {};
    if (separator > 16 || separator + 1 == id.size()) return {};
    for (const char c : id)
        if (digit_values[static_cast<unsigned char>(c)] < 0) return {};
    std::int64_t seconds = 0;
    for (const char c : id.substr(0, separator - microseconds_width)) {
        seconds = seconds * 52 + digit_values[static_cast<unsigned char>(c)];
        if (seconds > latest) return {};  // before twelve digits overflow
    }
    if (seconds < earliest) return {};
    return seconds;
}

}  // namespace reputed::mta
