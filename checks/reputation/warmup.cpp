#include "checks/reputation/warmup.hpp"

namespace reputed::warmup {
namespace {

constexpr std::uint64_t plan[] = {
    // clang-format off: one line a week
    50,     60,     80,     100,    120,    150,    190,    240,    300,    370,    470,     580,
    730,    910,    1'100,  1'400,  1'800,  2'200,  2'800,  3'500,  4'300,  5'400,  6'800,   8'500,
    11'000, 13'000, 17'000, 21'000, 26'000, 32'000, 40'000, 50'000, 63'000, 79'000, 100'000,
    // clang-format on
};

}  // namespace

std::span<const std::uint64_t> builtin_plan() {
    return plan;
}

std::optional<Stage> stage(const Sender& sender, Day day) {
    if (!sender.warmup) return {};
    const std::span<const std::uint64_t> days =
        sender.warmup_plan.empty() ? builtin_plan() : std::span(sender.warmup_plan);
    const std::int64_t number = (day - *sender.warmup).count() + 1;
    if (number < 1) return Stage{number, 0};
    if (static_cast<std::uint64_t>(number) > days.size()) return {};
    return Stage{number, days[static_cast<std::size_t>(number - 1)]};
}

bool is_over(std::uint64_t sent, std::uint64_t planned) {
    return sent >= planned + 20 && sent - planned > planned / 5;
}

}  // namespace reputed::warmup
