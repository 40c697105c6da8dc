#include "agent/store.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/sqlite.hpp"
#include "agent/store_files.hpp"
#include "agent/store_maintenance.hpp"
#include "agent/store_rows.hpp"
#include "agent/store_schema.hpp"

namespace reputed {
namespace {

using sqlite::Database;
using sqlite::Statement;
using namespace std::chrono_literals;

constexpr auto check_limit = 5s;  // a file that takes longer to be looked through is used unchecked

struct FileId {
    dev_t device = 0;
    ino_t inode = 0;
    auto operator<=>(const FileId&) const = default;

    static FileId of(const std::string& path) {
        struct stat status {};
        if (stat(path.c_str(), &status) != 0) return {};
        return {status.st_dev, status.st_ino};
    }
};

// What lasts longer than a transaction; asked in this order by SQLite.
void set_up(Database& database) {
    if (database.number("SELECT count(*) FROM sqlite_schema") == 0)
        database.run("PRAGMA auto_vacuum = INCREMENTAL");
    database.run("PRAGMA journal_mode = WAL");
    database.run("PRAGMA synchronous = FULL");
    database.run("PRAGMA foreign_keys = ON");
    database.run("PRAGMA journal_size_limit = 4194304");
    database.run("PRAGMA secure_delete = OFF");
    database.run("PRAGMA temp_store = MEMORY");
}

void check_integrity(Database& database) {
    const sqlite::TimeLimit limit(database, check_limit);
    try {
        Statement row(database, "PRAGMA quick_check(1)");
        if (!row.step()) return;
        const auto verdict = row.text();
        if (verdict != "ok") throw StoreError(StoreError::Kind::corrupt, database.path() + ": " + verdict);
    } catch (const StoreError&) {
        if (!limit.expired()) throw;
    }
}

// What a batch writes replaces what it drops, so the drops come first.
void write(Database& database, store_rows::Writer& rows, const Batch& batch) {
    if (batch.whole) {
        database.run("DELETE FROM entries");
        database.run("DELETE FROM jobs");
        database.run("DELETE FROM outbox");
        database.run("DELETE FROM parts");
    }
    for (const auto id : batch.dropped_entries)
        rows.drop_entry(id);
    for (const auto& key : batch.dropped_jobs)
        rows.drop_job(key);
    for (const auto id : batch.delivered)
        rows.drop_outbox(id);
    for (const auto& entry : batch.entries)
        rows.write(entry);
    for (const auto& job : batch.jobs)
        rows.write(job);
    for (const auto& transition : batch.transitions)
        rows.write(transition);
    for (const auto& entry : batch.outbox)
        rows.write(entry);
    for (const auto& part : batch.parts)
        rows.write(part);
}

template <class Rows>
std::uint64_t after_last(const Rows& rows, std::uint64_t next) {
    for (const auto& row : rows)
        next = std::max(next, row.id + 1);
    return next;
}

}  // namespace

// The order of the members is the order in which they are let go, backwards: the lock last.
struct Store::Handle {
    explicit Handle(const std::string& path)
        : lock(path), database(made(path), Database::Mode::write), file(FileId::of(path)) {
        check_owner(database);
        set_up(database);
        migrate_store(database);
        check_integrity(database);
        rows.emplace(database);
        log = FileId::of(path + "-wal");
    }
    ~Handle() {
        rows.reset();
        // SQLite leaves the log of a file that was taken away; it must not meet the next file of that name.
        if (!is_in_place() && log == FileId::of(database.path() + "-wal"))
            for (const auto* companion : {"-wal", "-shm"})
                unlink((database.path() + companion).c_str());
    }
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;

    static const std::string& made(const std::string& path) {
        make_store_file(path);
        return path;
    }
    bool is_in_place() const { return file == FileId::of(database.path()); }
    void require_in_place() {
        const auto log_now = FileId::of(database.path() + "-wal");
        if (log == FileId{}) log = log_now;
        if (!is_in_place() || log != log_now)
            throw StoreError(StoreError::Kind::missing,
                             database.path() + ": was deleted or replaced while in use");
    }
    std::uint64_t next_id(std::string_view name, std::string_view table) {
        Statement row(database, "SELECT value FROM meta WHERE name = ?");
        row.bind(name);
        const std::uint64_t kept = row.step() ? row.id() : 1;
        const auto last = database.number(("SELECT coalesce(max(id), 0) FROM " + std::string(table)).c_str());
        return std::max<std::uint64_t>(
            {kept, static_cast<std::uint64_t>(std::max<std::int64_t>(last, 0)) + 1, 1});
    }
    void keep_next(std::string_view name, std::uint64_t next) {
        Statement(database,
                  "INSERT INTO meta(name, value) VALUES(?, ?) ON CONFLICT(name) DO UPDATE SET value = "
                  "max(value, excluded.value)")
            .bind(name)
            .bind(next)
            .run();
    }

    StoreLock lock;
    Database database;
    FileId file;
    FileId log;  // once there is one
    std::optional<store_rows::Writer> rows;
    std::uint64_t next_entry = 1;
    std::uint64_t next_transition = 1;
    std::uint64_t next_outbox = 1;
};

Store::Store(const std::string& path) : handle_(std::make_unique<Handle>(path)) {}

Store::~Store() = default;

StoredState Store::load() {
    auto& database = handle_->database;
    StoredState state;
    state.entries = store_rows::read_entries(database);
    state.jobs = store_rows::read_jobs(database);
    state.outbox = store_rows::read_outbox(database);
    state.parts = store_rows::read_parts(database);
    Statement row(
        database,
        "SELECT " + std::string(store_rows::transition_columns) +
            " FROM transitions AS t WHERE t.id IN (SELECT transition_id FROM outbox) OR t.id IN (SELECT "
            "(SELECT max(id) FROM transitions WHERE episode = entries.episode AND silent = 0) FROM "
            "entries WHERE episode > 0) ORDER BY t.id");
    store_rows::SenderReader senders(database);
    while (row.step()) {
        auto transition = store_rows::read_transition(row);
        transition.senders = senders.names(transition.id);
        state.transitions.push_back(std::move(transition));
    }
    state.next_entry = handle_->next_id("next_entry", "entries");
    state.next_transition = handle_->next_id("next_transition", "transitions");
    state.next_outbox = handle_->next_id("next_outbox", "outbox");
    return state;
}

void Store::reserve(std::uint64_t next_entry, std::uint64_t next_transition, std::uint64_t next_outbox) {
    handle_->next_entry = std::max(handle_->next_entry, next_entry);
    handle_->next_transition = std::max(handle_->next_transition, next_transition);
    handle_->next_outbox = std::max(handle_->next_outbox, next_outbox);
}

void Store::commit(const Batch& batch) {
    auto& handle = *handle_;
    handle.require_in_place();
    reserve(after_last(batch.entries, 1), after_last(batch.transitions, 1), after_last(batch.outbox, 1));
    sqlite::Transaction transaction(handle.database);
    write(handle.database, *handle.rows, batch);
    handle.keep_next("next_entry", handle.next_entry);
    handle.keep_next("next_transition", handle.next_transition);
    handle.keep_next("next_outbox", handle.next_outbox);
    transaction.commit();
}

void Store::maintain(const StoreSettings& settings, WallTime now) {
    handle_->require_in_place();
    maintain_store(handle_->database, settings, now);
}

std::uint64_t Store::size_bytes() const {
    auto& database = handle_->database;
    struct stat log {};
    const auto log_size =
        stat((database.path() + "-wal").c_str(), &log) == 0 ? static_cast<std::uint64_t>(log.st_size) : 0;
    return static_cast<std::uint64_t>(database.number("PRAGMA page_count") *
                                      database.number("PRAGMA page_size")) +
           log_size;
}

}  // namespace reputed
