#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/check.hpp"

// One number for each address: 100 less what every open finding about it takes off. What a finding takes follows from
// its code and severity and from the list that it names, and from nothing that happened before. Pure.
namespace reputed::reputation {

enum class Part : std::uint8_t { lists, scores, feedback, delivery, neighbourhood };
inline constexpr std::string_view part_names[] = {"lists", "scores", "feedback", "delivery", "neighbourhood"};
inline constexpr std::size_t part_count = std::size(part_names);
std::string_view to_string(Part part);

struct Deduction {
    Part part = Part::lists;
    int points = 0;  // 1 to 100
    // Of several with the same cause only the one that takes most counts: a provider's reputation for five domains is
    // one opinion. "dnsbl.listed bl.spamcop.net"
    std::string cause;
    std::string words;  // "listed on bl.spamcop.net"

    bool operator==(const Deduction&) const = default;
};

// Whether a finding with this code can take anything.
bool counts(std::string_view code);

// What an open finding takes off the reputation of each address that it concerns; nothing where that is no point.
// What could not be told takes nothing.
std::optional<Deduction> deduction_of(const Finding& finding, const ActiveLists& lists,
                                      const Settings& settings);

// The worst for each cause, those that take most first.
std::vector<Deduction> counted(std::vector<Deduction> deductions);

int score_of(const std::vector<Deduction>& counted);  // 0 to 100

// good from 80, fair from 60, poor from 30, else bad.
const LevelScale& scale();

}  // namespace reputed::reputation
