#include "agent/outbox_timing.hpp"

#include <algorithm>
#include <vector>

#include <time.h>

namespace reputed {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr milliseconds first_retry_delay = 10s;
constexpr milliseconds retry_delay_limit = 15min;
constexpr auto rate_window = 1h;
constexpr std::size_t most_remembered = 10'000;

std::chrono::minutes local_time_of_day(WallTime time) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
    std::tm parts{};
    localtime_r(&seconds, &parts);
    return std::chrono::minutes(parts.tm_hour * 60 + parts.tm_min);
}

}  // namespace

bool is_quiet(const QuietHours& hours, WallTime now) {
    if (!hours.is_set()) return false;
    const auto time = local_time_of_day(now);
    if (hours.begin < hours.end) return hours.begin <= time && time < hours.end;
    return hours.begin <= time || time < hours.end;
}

// Minute by minute, since the clock may leap anywhere in between: at most some 1,500 looks.
WallTime quiet_end(const QuietHours& hours, WallTime now) {
    if (!is_quiet(hours, now)) return now;
    WallTime end = std::chrono::floor<std::chrono::minutes>(now) + 1min;
    const WallTime limit = now + 26h;
    while (end < limit && is_quiet(hours, end))
        end += 1min;
    return end;
}

milliseconds retry_delay(int failures, std::optional<std::chrono::seconds> retry_after,
                         std::uint64_t random) {
    milliseconds delay = first_retry_delay;
    for (int i = 1; i < failures && delay < retry_delay_limit; ++i)
        delay *= 2;
    delay = std::min(delay, retry_delay_limit);
    delay -= milliseconds(random % static_cast<std::uint64_t>(delay.count() / 4 + 1));
    if (retry_after)
        delay = std::max<milliseconds>(delay, std::min<milliseconds>(*retry_after, longest_retry_delay));
    return delay;
}

WallTime end_of_wait(WallTime begun, milliseconds length, WallTime now) {
    return now < begun ? now : begun + length;
}

void RateWindow::add(WallTime now) {
    // What lies ahead is of a clock that was set back since: it counts no more.
    std::erase_if(times_, [&](WallTime time) { return time > now || now - time >= rate_window; });
    times_.push_back(now);
    if (times_.size() > most_remembered) times_.pop_front();
}

WallTime RateWindow::free_at(int limit, WallTime now) const {
    std::vector<WallTime> recent;
    for (const auto time : times_)
        if (time <= now && now - time < rate_window) recent.push_back(time);
    if (recent.size() < static_cast<std::size_t>(std::max(limit, 1))) return now;
    // Once this one is an hour old, one less than the limit are left.
    return recent[recent.size() - static_cast<std::size_t>(std::max(limit, 1))] + rate_window;
}

}  // namespace reputed
