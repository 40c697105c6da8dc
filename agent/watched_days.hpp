#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agent/reputation.hpp"
#include "agent/store.hpp"
#include "config/settings.hpp"

namespace reputed {

// Days since 1970-01-01, UTC.
using DayNumber = std::int64_t;
DayNumber day_of(WallTime time);

// How far back the page looks, today included.
inline constexpr DayNumber days_shown = 90;

// On which days each configured network was watched: on some moment of the day, enough was known of every address in
// it to judge it. A day that is not among them tells nothing, whatever was not found on it.
class WatchedDays {
  public:
    bool watched(const IpAddress& address, DayNumber day) const;
    bool watched(const IpNetwork& network, DayNumber day) const;  // as it is configured

    // Of each network of the senders that is known throughout and not yet marked for this day. Days that are too old to
    // be shown go. What changed, as parts for the store; most often nothing.
    std::vector<StoredPart> mark(const Settings& settings, const Reputations& known, DayNumber today);

    // A part of the store; false: it is none of these. Whatever is no list of days is left out.
    bool restore(const StoredPart& part);
    std::vector<StoredPart> state() const;

  private:
    struct Range {
        DayNumber first = 0;
        DayNumber last = 0;
    };
    using Ranges = std::vector<Range>;  // rising, apart

    static std::string text_of(const Ranges& ranges);
    static bool contains(const Ranges& ranges, DayNumber day);

    std::map<IpNetwork, Ranges> networks_;
};

}  // namespace reputed
