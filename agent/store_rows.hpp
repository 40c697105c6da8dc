#pragma once

#include "agent/sqlite.hpp"

// Rows of the store's tables and the values that they hold: what is written here is read here.
namespace reputed::store_rows {

// Each replaces the row with the same id or key.
class Writer {
  public:
    explicit Writer(sqlite::Database& database);
    void write(const LedgerEntry& entry);
    void write(const StoredJob& job);
    void write(const Transition& transition);
    void write(const OutboxEntry& entry);
    void write(const StoredPart& part);
    void drop_entry(std::uint64_t id);
    void drop_job(const JobKey& key);
    void drop_outbox(std::uint64_t id);

  private:
    sqlite::Statement entry_, observation_, no_observations_, job_, transition_, sender_, no_senders_,
        outbox_;
    sqlite::Statement drop_entry_, drop_job_, drop_outbox_;
    sqlite::Statement part_, drop_part_;
};

// All of a table, by id. Throws StoreError (corrupt) at the first value that no agent writes.
std::vector<LedgerEntry> read_entries(sqlite::Database& database);
std::vector<StoredJob> read_jobs(sqlite::Database& database);
// Of one transition, or of all of them: 0.
std::vector<OutboxEntry> read_outbox(sqlite::Database& database, std::uint64_t transition = 0);
std::vector<StoredPart> read_parts(sqlite::Database& database);

// The columns that read_transition() reads, of a table or subquery named t.
inline constexpr std::string_view transition_columns =
    "t.id, t.episode, t.kind, t.time, t.job_check, t.code, t.subject, t.object, t.drill, t.severity, "
    "t.message, "
    "t.evidence, t.remedy, t.link, t.since, t.before, t.note, t.silent";
Transition read_transition(sqlite::Statement& row);  // without its senders

// Names of those whom a transition concerns, at most 10,000.
class SenderReader {
  public:
    explicit SenderReader(sqlite::Database& database);
    std::vector<std::string> names(std::uint64_t transition);

  private:
    sqlite::Statement select_;
};

}  // namespace reputed::store_rows
