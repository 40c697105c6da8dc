#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "agent/ledger_entry.hpp"
#include "agent/snapshot.hpp"
#include "agent/transition.hpp"

namespace reputed {

// The memory of findings. A check tells what it sees now; the ledger decides when that opens, changes or clears a
// finding, and keeps what a run could not tell. Pure: it is told the time. Not thread-safe: the agent owns the lock.
//
// A job that sees a finding so often in a row as [alerts] confirm says confirms it; one that does not see it so often
// as `clear` says takes that back; one that could not tell changes nothing. The finding is open while any job confirms
// it. What could not be told has to last for `unknown_after`, and opens nothing while a finding that blinds is there.
class Ledger {
  public:
    struct Changes {
        std::vector<Transition> transitions;
        std::vector<LedgerEntry> entries;    // those that are to be written
        std::vector<std::uint64_t> dropped;  // ids of entries that are no more
        bool unsettled = false;              // something waits to be confirmed: the job should soon run again
    };

    explicit Ledger(std::shared_ptr<const Settings> settings);

    // What was known at the last end: `jobs` are those that have run before.
    void restore(std::vector<LedgerEntry> entries, const std::vector<JobKey>& jobs, std::uint64_t next_entry,
                 std::uint64_t next_transition);
    void use(std::shared_ptr<const Settings> settings);

    Changes record(const JobKey& job, Report&& report, WallTime now);
    // Drops every job that is not in `jobs`; what only they confirmed clears.
    Changes keep_only(const std::set<JobKey>& jobs, WallTime now);
    // What the time alone decides: flapping findings that stayed away, mutes that ended.
    Changes tick(WallTime now);

    // The open ones, worst first, then by code, subject, object. While one of them blinds, those of other checks' business
    // that could not be told are left out. Where several jobs say the same, it is one: the worst severity, the
    // earliest `since`, the evidence of all.
    std::vector<OpenFinding> findings(WallTime now) const;
    std::vector<OpenFinding> unconfirmed(WallTime now) const;  // seen, but not yet so often that it is open

    std::vector<LedgerEntry> entries() const;  // all, by id
    // Which findings are open, and how severe each is by the last transition, stays the same while this does.
    std::uint64_t revision() const { return next_transition_; }
    // The open ones, drills too, in no order.
    template <typename Visit>
    void visit_open(Visit visit) const {
        for (const auto& [id, entry] : entries_)
            if (entry.episode != 0) visit(entry);
    }
    bool knows(const JobKey& job) const { return jobs_.contains(job); }

  private:
    struct Settling {  // of an open entry whose severity is another than last told
        Severity severity = Severity::ok;
        int rounds = 0;
    };

    LedgerEntry& entry_of(const Finding& finding);
    void judge_ratings(const JobKey& job, Report& report);
    void hear_last_words(const JobKey& job, Finding&& finding);
    // True when there is more to write than that it was seen once more.
    bool see(LedgerEntry& entry, const JobKey& job, Finding&& finding, bool first_run, WallTime now);
    void confirm(LedgerEntry& entry, const JobKey& job, bool blind, WallTime now);
    std::optional<Observation> miss(LedgerEntry& entry, const JobKey& job, bool held, WallTime now);
    // `removed`: the observation that the run or reload took away. `note`: why it clears, other than being gone.
    // `ran`: a job has just looked, it is not only time that went by.
    void decide(LedgerEntry& entry, const Observation* removed, const std::string& note, bool ran,
                WallTime now, Changes& changes);
    void open(LedgerEntry& entry, WallTime now, Changes& changes);
    void follow_severity(LedgerEntry& entry, bool ran, WallTime now, Changes& changes);
    void clear(LedgerEntry& entry, const Observation* removed, const std::string& note, WallTime now,
               Changes& changes);
    void keep_unconfirmed(LedgerEntry& entry, const Observation& removed);
    Transition& tell(TransitionKind kind, const LedgerEntry& entry, OpenFinding&& shown, WallTime now,
                     Changes& changes);
    void settle(std::uint64_t id, Changes& changes);
    bool is_blind() const;

    std::shared_ptr<const Settings> settings_;
    std::map<std::uint64_t, LedgerEntry> entries_;
    std::unordered_map<std::string, std::uint64_t> ids_;    // by identity
    std::map<JobKey, std::set<std::uint64_t>> jobs_;        // those that have run, with what they observe
    std::unordered_map<std::uint64_t, Settling> settling_;  // by entry
    std::unordered_map<std::uint64_t, WallTime>
        written_;  // by entry: when it was last given out to be written
    std::uint64_t next_entry_ = 1;
    std::uint64_t next_transition_ = 1;
};

}  // namespace reputed
