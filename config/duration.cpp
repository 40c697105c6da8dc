#include "config/duration.hpp"

#include <charconv>
#include <cstdint>

namespace reputed {

namespace {

struct Unit {
    std::string_view name;
    std::int64_t milliseconds;
};

constexpr Unit units[] = {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}};
constexpr std::int64_t longest = 10'000 * units[0].milliseconds;

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
    std::uint32_t count = 0;
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, count);
    if (error != std::errc{}) return {};
    const std::string_view suffix(rest, static_cast<std::size_t>(end - rest));
    for (const auto& unit : units)
        if (suffix == unit.name) {
            const std::int64_t value = count * unit.milliseconds;
            if (value > longest) return {};
            return std::chrono::milliseconds(value);
        }
    return {};
}

std::string format_duration(std::chrono::milliseconds value) {
    if (value.count() == 0) return "0s";
    for (const auto& unit : units)
        if (value.count() % unit.milliseconds == 0)
            return std::to_string(value.count() / unit.milliseconds) + std::string(unit.name);
    return std::to_string(value.count()) + "ms";
}

}  // namespace reputed
