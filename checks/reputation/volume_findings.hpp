#pragma once

#include <cstdint>
#include <string>

#include "checks/check.hpp"
#include "checks/reputation/daily_volume.hpp"

namespace reputed::volume {

// What is judged as one: an address, or all addresses of a sender where nobody can tell them apart.
struct Whole {
    std::string name;             // of the finding: the address, the sender
    std::uint64_t addresses = 1;  // the plan counts for each of them
    DailyVolume sent;
};

// volume.over_plan and volume.sudden (subject the name). Of today, which may not be over, and of yesterday: what came
// shortly before midnight is told as well. `today` is a day in UTC.
void judge(const Whole& whole, const Sender& sender, const Traffic& traffic, Day today, Report& report);

// The same with the volume that the sender names, which nobody counts: volume.over_plan only.
void judge_given(const Sender& sender, Day today, Report& report);

// volume.over_plan of severity unknown: a warm-up of which nobody can tell how much was sent.
Finding untold(const Sender& sender, const std::string& why);

// 1,240
std::string grouped(std::uint64_t number);

}  // namespace reputed::volume
