#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "agent/snapshot.hpp"

namespace reputed {

enum class TransitionKind : std::uint8_t {
    opened,   // confirmed
    changed,  // open, and of another severity than last told
    cleared,  // confirmed to be gone, given up, or no longer watched
};
std::string_view to_string(TransitionKind kind);

// What the ledger decided; the only thing that notifies.
struct Transition {
    std::uint64_t id = 0;       // from 1, rising, never used again
    std::uint64_t episode = 0;  // the id of the opening that it belongs to; an opening's own
    TransitionKind kind = TransitionKind::opened;
    WallTime time;
    std::string check;
    Finding finding;                 // as it was then
    WallTime since;                  // when this episode was first seen
    Severity before = Severity::ok;  // `changed`: as told until then; ok where nobody was told
    std::string note;                // what else is to be known: "flapping: ...", "given up: ..."; else ""
    std::vector<std::string>
        senders;          // names of those that it concerns; empty: the agent or its surroundings
    bool silent = false;  // nobody is told: seen by a first run, or muted
};

}  // namespace reputed
