#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "agent/snapshot.hpp"

namespace reputed::test {

// 2026-11-20 12:00:00 UTC, "now" in every snapshot here.
inline constexpr std::int64_t noon = 1795176000;
WallTime at(std::int64_t unix_seconds);

// A sample of the family `name` (of the contract between the checks and their readers) with these label
// values.
Sample sample(std::string_view name, std::vector<std::string> values, double value);

// A job that ran last at noon, and its samples.
JobState job(std::string check, std::string subject, std::vector<Sample> samples);

// Settings with one sender "main" (mail.example.com, for example.com) that has these addresses or networks.
std::shared_ptr<Settings> settings_with(const std::vector<std::string>& networks);

// Lists of this name and kind.
std::shared_ptr<ActiveLists> lists_of(const std::vector<std::pair<std::string, ListKind>>& lists);

// An agent in the middle of its life: two IPv4 and one IPv6 address on a handful of lists in every state,
// findings of every severity, a queue, a failing job.
Snapshot busy_snapshot();

// The same with a drill, one finding that flaps and one that is muted, one that is not confirmed, two notifiers of
// which one fails, and a store.
Snapshot lively_snapshot();

}  // namespace reputed::test
