#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "agent/ledger_entry.hpp"
#include "agent/outbox_entry.hpp"
#include "agent/transition.hpp"
#include "config/alert_settings.hpp"

// The agent's memory on disk: one SQLite file (WAL), written by one thread of the daemon, read by others meanwhile.
namespace reputed {

class StoreError : public std::runtime_error {
  public:
    enum class Kind : std::uint8_t {
        corrupt,    // not a database, or a damaged one: to be kept aside
        newer,      // written by a later version
        locked,     // another agent uses it
        full,       // no room
        read_only,  // or its folder is
        missing,    // deleted or replaced while in use
        other,
    };
    StoreError(Kind kind, const std::string& text) : std::runtime_error(text), kind_(kind) {}
    Kind kind() const { return kind_; }

  private:
    Kind kind_;
};

// A series' last value, so that /metrics is complete at once after a restart.
struct StoredSample {
    std::string metric;
    std::vector<std::string> values;  // of the labels
    double value = 0;
};

struct StoredJob {
    JobKey key;
    WallTime last_run;
    WallTime last_success;
    Severity verdict = Severity::unknown;
    std::vector<StoredSample> samples;
    // Where it is set, it is written instead of `samples`; nothing is copied for that. Never set by load().
    std::shared_ptr<const std::vector<Sample>> live{};
};

// A piece of what is kept beside findings and series: how far a log was read, what was asked of a list's operator. The
// store does not look into it; whoever reads it must expect any bytes.
struct StoredPart {
    std::string owner;  // "log/postfix", "budget"
    std::string name;   // "cursor /var/log/mail.log"
    // At most longest_part bytes; a longer one is not kept. Nothing: the row goes.
    std::optional<std::string> value;

    bool operator==(const StoredPart&) const = default;
};
inline constexpr std::size_t longest_part = 1024UL * 1024;

// All that the agent begins with.
struct StoredState {
    std::vector<LedgerEntry> entries;
    std::vector<StoredJob> jobs;
    std::vector<OutboxEntry> outbox;  // by id
    std::vector<Transition>
        transitions;  // those that the outbox names, and the last told one of each open episode; by id
    // By owner and name, every value set. At most 10,000 and 64 MiB of them; what a file holds beyond is left out.
    std::vector<StoredPart> parts;
    std::uint64_t next_entry = 1;
    std::uint64_t next_transition = 1;
    std::uint64_t next_outbox = 1;
};

// What is to be written in one transaction. An entry, job or outbox entry replaces the one with its id or key.
struct Batch {
    std::vector<LedgerEntry> entries;
    std::vector<std::uint64_t> dropped_entries;
    std::vector<StoredJob> jobs;
    std::vector<JobKey> dropped_jobs;
    std::vector<Transition> transitions;
    std::vector<OutboxEntry> outbox;
    std::vector<std::uint64_t> delivered;  // outbox entries that are done with
    // One with the same owner and name is replaced. What is counted belongs into the batch that says how far was read:
    // then no line is counted twice or left out, whenever the agent ends.
    std::vector<StoredPart> parts;
    // The batch is the whole state: entries, jobs, outbox entries and parts that it does not hold go.
    bool whole = false;

    bool empty() const;
    void append(Batch&& later);  // afterwards this one says what both said
};

class Store {
  public:
    // Opens or creates it, brings its tables up to date and checks them. Throws StoreError.
    explicit Store(const std::string& path);
    ~Store();
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;

    StoredState load();
    // Ids below these were used, though this file may not know it; kept with the next commit.
    void reserve(std::uint64_t next_entry, std::uint64_t next_transition, std::uint64_t next_outbox);
    // All of it or nothing; on disk when it returns. Throws StoreError.
    void commit(const Batch& batch);
    // Drops what is older than the retention, and the oldest beyond the size; writes daily figures. Not more often than
    // hourly. Throws StoreError.
    void maintain(const StoreSettings& settings, WallTime now);
    std::uint64_t size_bytes() const;

  private:
    struct Handle;
    std::unique_ptr<Handle> handle_;
};

}  // namespace reputed
