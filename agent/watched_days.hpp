#pragma once

#include <cstdint>
#include <functional>
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

// On which days each configured network was watched: at some moment of the day, enough was known of every address in
// it to judge it. And on which days each list was asked, and about which domains. A day that is not among them tells
// nothing, whatever was not found on it.
class WatchedDays {
  public:
    bool watched(const IpAddress& address, DayNumber day) const;
    bool watched(const IpNetwork& network, DayNumber day) const;  // as it is configured
    bool watched(std::string_view name, DayNumber day) const;     // a list or domain

    // Marks the day for each network of the senders that is known throughout. Days that are too old to be shown go. What
    // changed, as parts for the store; most often nothing.
    std::vector<StoredPart> mark(const Settings& settings, const Reputations& known, DayNumber today);
    // The same for lists that were asked, or domains that they were asked about.
    std::vector<StoredPart> mark(const std::vector<std::string>& names, DayNumber today);

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
    static bool add(Ranges& ranges, DayNumber today);  // false: nothing was to be added
    static Ranges read(std::string_view text);

    std::map<IpNetwork, Ranges> networks_;
    std::map<std::string, Ranges, std::less<>> names_;
};

}  // namespace reputed
