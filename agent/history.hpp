#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/store.hpp"

// What the store remembers, read beside a running agent or without one. Nothing is written.
namespace reputed {

// An empty field matches everything.
struct HistoryQuery {
    // Episodes that were open at some time from `since` on, and before `until`; transitions of that time.
    std::optional<WallTime> since;
    std::optional<WallTime> until;
    std::string target;  // an IP, network or domain: the finding's subject or object
    std::string list;    // the same of a list
    std::string code;
    std::string check;
    std::string sender;
    std::optional<Severity> min_severity;
    std::optional<bool> drill;
    bool open_only = false;    // episodes
    std::uint64_t before = 0;  // ids below this only; 0 = all
    std::size_t limit = 1000;
};

// From an opening to its clearing.
struct Episode {
    enum class End : std::uint8_t {
        open,  // not yet
        cleared,
        unknown,  // no longer open, and the clearing was not kept
    };
    std::uint64_t id = 0;  // of the opening
    std::string check;
    Finding finding;  // as it opened; the severity is the worst that it had
    WallTime opened;
    WallTime since;  // first seen
    End end = End::open;
    WallTime cleared;  // of `cleared`
    std::string note;  // of the clearing, else of the opening
    std::vector<std::string> senders;
    bool silent = false;

    // To its clearing, or to now while it is open; nothing where the end is not known.
    std::optional<std::chrono::seconds> duration(WallTime now) const;
};

// An episode without what its sentences say.
struct EpisodeOutline {
    std::uint64_t id = 0;
    std::string code;
    std::string subject;
    std::string object;
    Severity severity = Severity::warning;  // the worst that it had
    std::string message;                    // as it opened, at most 300 characters
    WallTime opened;
    Episode::End end = Episode::End::open;
    WallTime cleared;  // of `cleared`
};

// What happened on one day with all findings together, drills left out.
struct DayFigures {
    std::int64_t day = 0;  // since 1970-01-01, UTC
    std::uint64_t opened = 0;
    std::uint64_t cleared = 0;
    std::uint64_t open_seconds = 0;  // summed over the findings
};

class History {
  public:
    // Throws StoreError: missing where there is no file. With a `limit`, questions that take longer fail.
    explicit History(const std::string& path);
    ~History();
    History(const History&) = delete;
    History& operator=(const History&) = delete;

    // Latest first.
    std::vector<Episode> episodes(const HistoryQuery& query);
    std::vector<Transition> transitions(const HistoryQuery& query);

    // Those that were open at some time from `since` on, without drills; latest first.
    std::vector<EpisodeOutline> outlines(WallTime since, std::size_t limit);
    std::vector<DayFigures> days(
        std::int64_t since);  // rising; days that are over, and only those with figures

    // What notifiers have still to be told of the transition (0: of all of them), or were told while its episode is
    // open; by id.
    std::vector<OutboxEntry> outbox(std::uint64_t transition);

    void limit_time(std::chrono::milliseconds limit);  // of each question; then StoreError (other)

  private:
    struct Handle;
    std::unique_ptr<Handle> handle_;
};

}  // namespace reputed
