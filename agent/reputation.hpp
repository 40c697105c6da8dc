#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "checks/reputation/weighting.hpp"

namespace reputed {

// What is thought of one address now.
struct Reputation {
    int score = 100;                           // 0 to 100
    std::size_t level = 0;                     // into reputation::scale().levels
    std::vector<reputation::Deduction> parts;  // those that take most first

    const LevelScale::Level& judged() const { return reputation::scale().levels[level]; }
};

// By address; those that nothing could be told about are not there.
using Reputations = std::map<std::string, Reputation, std::less<>>;

// "listed on bl.spamcop.net -20, SNDS yellow -11"; past `most`, "and 3 more -12". "" where nothing is taken off.
std::string parts_text(const std::vector<reputation::Deduction>& parts, std::size_t most);

}  // namespace reputed
