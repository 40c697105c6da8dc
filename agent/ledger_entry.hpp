#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "agent/snapshot.hpp"

// What the ledger remembers of a finding, as it is kept in memory and in the store.
namespace reputed {

// Names a job: one check on one subject.
struct JobKey {
    std::string check;
    std::string subject;

    auto operator<=>(const JobKey&) const = default;
};

// What one job says about a finding.
struct Observation {
    JobKey job;
    Finding finding;           // as last seen
    WallTime since;            // first seen, without a gap that cleared it
    WallTime last_seen;        // the last run that saw it
    WallTime last_good;        // the last run that could tell whether it is there
    std::uint64_t rounds = 0;  // runs that saw it
    int absent = 0;            // runs in a row that did not see it; held runs do not count
    bool confirmed = false;    // seen often enough; stays until absent often enough
    bool initial = false;      // seen by the first run of its job
};

// A finding by its identity: code, subject, object, and whether it was planted by a drill.
struct LedgerEntry {
    std::uint64_t id = 0;  // of the row in the store; from 1, never used again
    std::string code;
    std::string subject;
    std::string object;
    bool drill = false;
    std::vector<Observation> observations;  // one a job that says it; empty: only remembered for `openings`
    std::uint64_t episode = 0;              // the id of the transition that opened it; 0 = not open
    WallTime opened;                        // when what is open now was first seen
    Severity severity = Severity::ok;       // as last told; of an open one
    bool told = false;                      // its opening went to the notifiers: only then its clearing does
    std::vector<WallTime> openings;         // within the flap window, oldest first
    bool flapping = false;
    WallTime calm_since;  // flapping, and no job confirms it any more: since then; else epoch
};

}  // namespace reputed
