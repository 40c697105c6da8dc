#pragma once

#include <string>
#include <vector>

#include "config/severity.hpp"

namespace reputed {

// How a number is judged. The levels stand from best to worst; a level reaches to its bound, the last one to infinity.
struct LevelScale {
    struct Level {
        std::string name;  // "good"
        Severity severity = Severity::ok;
        double bound = 0;  // the number that still belongs to it; of the last level it is not looked at
        // Points, 0 to 100, that the level takes off the reputation of the address that the number is about.
        double takes = 0;
    };
    std::string code;  // of the finding that a level worse than ok is: "dnsbl.score"
    std::string what;  // the noun of its sentence: "sender score"
    bool higher_is_better = true;
    std::vector<Level> levels;  // each with a worse severity than the one before
    double hysteresis = 0;  // how far past a bound the number must come back before the better level counts
    std::string unit{};     // behind the number: " %"
};

}  // namespace reputed
