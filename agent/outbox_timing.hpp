#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>

#include "agent/snapshot.hpp"
#include "config/alert_settings.hpp"

// When a notifier may be told something. Pure, except that quiet hours are in the local time of the process (TZ).
namespace reputed {

// By the clock on the wall: in the night in which an hour is repeated, the quiet hours that end in it end twice.
bool is_quiet(const QuietHours& hours, WallTime now);

// The first minute after `now` that is not quiet; `now` itself when it is not. Within a day and the shift of the clock.
WallTime quiet_end(const QuietHours& hours, WallTime now);

// Until the next attempt after so many failures, from 1: doubles from 10 s to 15 min, and is shortened by up to a
// quarter at random, so that many agents do not come back at once. What the receiver asked for counts where it is
// longer, up to a day.
std::chrono::milliseconds retry_delay(int failures, std::optional<std::chrono::seconds> retry_after,
                                      std::uint64_t random);
inline constexpr std::chrono::hours longest_retry_delay{24};

// The time of a wait of `length` that began at `begun`. A clock that was set back to before its beginning ends it, since
// it would last too long: then `now`.
WallTime end_of_wait(WallTime begun, std::chrono::milliseconds length, WallTime now);

// Counts what happened within the last hour.
class RateWindow {
  public:
    void add(WallTime now);
    // When less than `limit` have happened within the hour before; `now` when that is so already.
    WallTime free_at(int limit, WallTime now) const;

  private:
    std::deque<WallTime> times_;  // as they happened, at most `most_remembered`
};

}  // namespace reputed
