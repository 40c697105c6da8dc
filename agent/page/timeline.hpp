#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/page/parts.hpp"
#include "agent/watched_days.hpp"

// What happened in the last 90 days, one cell a day (UTC). A day on which nobody looked is said to be that, never fine.
namespace reputed::page {

// Something that was found, from its opening to its end. Points into the snapshot or the chronicle.
struct Happening {
    Severity severity = Severity::warning;
    std::string_view code;
    std::string_view subject;
    std::string_view object;
    std::string_view message;
    WallTime opened;
    WallTime ended;     // of an open one: when the snapshot was made
    bool open = false;  // still
    bool known = true;  // when it ended
};

// Those about this name, as the store has them and as they are open now; latest first.
std::vector<Happening> happenings_about(const View& view, std::string_view name);

// A resolver that is gone hides whatever may be there, of everybody.
bool hides_all(std::string_view code);

struct Day {
    DayNumber day = 0;
    bool watched = false;  // or something was found
    Severity worst = Severity::ok;
    std::string words;  // "critical: dnsbl.listed bl.test"; foreign text in it
};

enum class Watch : std::uint8_t { no, partly, yes };

// `own` is what the cells are about and need not name.
std::vector<Day> days_of(const View& view, const std::vector<Happening>& happenings,
                         const std::function<Watch(DayNumber)>& watch, std::string_view own);

// The cells as a picture with a text in their place, and beneath it what they come to. `label`: what it is about.
std::string day_strip(const std::vector<Day>& days, std::string_view label);

// The same as a section, with a table of the days on which something was.
std::string timeline_section(const View& view, std::string_view name,
                             const std::function<Watch(DayNumber)>& watch);
// What happened to it, each from its opening to its end.
std::string past_section(const View& view, std::string_view name);

// Why there may be less than 90 days; "" where there is not.
std::string history_remark(const View& view);

// Of everything together, and of each sender, the worst first.
std::string timelines_section(const View& view);

}  // namespace reputed::page
