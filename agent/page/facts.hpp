#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/snapshot.hpp"

// A snapshot's samples, sorted into what the page shows. Views point into the snapshot.
namespace reputed::page {

enum class CellState : std::uint8_t {
    not_asked,  // the list does not know this address family
    unknown,    // no good answer yet
    clean,
    listed,
    not_allowed,  // not on an allowlist, which is nothing bad
    allowed,
    score,
    no_score,  // the score list has no entry, which is nothing bad
};

// What one list says of one target.
struct Cell {
    CellState state = CellState::unknown;
    bool held = true;  // the last run could not tell: the state is that of the last good answer
    double score = 0;
    std::int64_t answered = 0;  // Unix time of the last good answer; 0 = never
    Severity severity =
        Severity::warning;  // of a listing: what its finding says; without one info where it never alarms

    bool is_known() const { return state != CellState::unknown && state != CellState::not_asked; }
    bool is_good() const {
        return state == CellState::not_asked || (is_known() && !held && state != CellState::listed);
    }
};

struct ListFacts {
    std::string_view name;
    const List* list = nullptr;  // null when only samples know it
    std::string_view health;     // usable, refused, broken, silent, servfail; "" before the first round
    std::map<std::string_view, std::uint64_t> targets_by_state;
};

// Targets (addresses or domains) against lists.
class Matrix {
  public:
    std::vector<std::string> targets;
    std::vector<ListFacts> lists;

    Cell& at(std::size_t target, std::size_t list) { return cells_[target * lists.size() + list]; }
    const Cell& at(std::size_t target, std::size_t list) const {
        return cells_[target * lists.size() + list];
    }
    void allocate() { cells_.resize(targets.size() * lists.size()); }  // after the last target and list

  private:
    std::vector<Cell> cells_;
};

struct Queue {
    double messages = 0;
    double bytes = 0;
    std::int64_t oldest_arrival = 0;  // Unix time; 0 = empty or not told
};

struct Facts {
    Matrix addresses;
    Matrix domains;
    std::map<std::string_view, Severity> ptr;                               // by IP
    std::map<std::string_view, std::map<std::string_view, Severity>> spf;   // by IP, then domain
    std::map<std::string_view, Severity> queue_verdicts;                    // by MTA
    std::map<std::pair<std::string_view, std::string_view>, Queue> queues;  // by MTA and queue
};

Facts gather(const Snapshot& snapshot);

// What one list says of one target, without gathering everything.
struct Word {
    const JobState* job = nullptr;  // of the list
    std::string_view list;
    const List* known = nullptr;  // null: the list is not asked any more
    std::string_view health;      // "" before the first round
    Cell cell;
};
// Of every list that is asked about this kind of target.
std::vector<Word> words_about(const Snapshot& snapshot, std::string_view target, bool is_domain);

// Every target of one list that its job speaks of, in the job's order.
struct TargetWord {
    std::string_view target;
    Cell cell;
};
std::vector<TargetWord> words_of(const Snapshot& snapshot, const List& list);
ListFacts state_of(const Snapshot& snapshot, const List& list);

// The jobs of a check: by check, then subject, as in every snapshot. Null: there is none.
const JobState* find_job(const Snapshot& snapshot, std::string_view check, std::string_view subject);
std::span<const JobState> jobs_of(const Snapshot& snapshot, std::string_view check);

std::string_view label(const Sample& sample, std::string_view name);

// The value of a ..._verdict metric: 0 ok, 1 info, 2 warning, 3 critical; everything else is unknown.
Severity verdict_of(double value);

}  // namespace reputed::page
