#include "agent/store_schema.hpp"

#include <iterator>

namespace reputed {
namespace {

// Step N brings the tables from version N to N + 1. A step that was released is never changed.
//
// Times are nanoseconds since 1970 (UTC), severities and kinds the numbers of their enums. Names of jobs are
// (job_check, job_subject). A transition is kept when what it belongs to is gone, so nothing refers to it by key.
constexpr const char* steps[] = {
    R"sql(
CREATE TABLE meta(name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE entries(
    id INTEGER PRIMARY KEY CHECK(id > 0),
    code TEXT NOT NULL,
    subject TEXT NOT NULL,
    object TEXT NOT NULL,
    drill INTEGER NOT NULL CHECK(drill IN (0, 1)),
    episode INTEGER NOT NULL CHECK(episode >= 0),
    opened INTEGER NOT NULL,
    severity INTEGER NOT NULL CHECK(severity BETWEEN 0 AND 4),
    told INTEGER NOT NULL CHECK(told IN (0, 1)),
    openings BLOB NOT NULL,
    flapping INTEGER NOT NULL CHECK(flapping IN (0, 1)),
    calm_since INTEGER NOT NULL,
    UNIQUE(code, subject, object, drill)) STRICT;
CREATE INDEX entries_open ON entries(episode) WHERE episode > 0;

CREATE TABLE observations(
    entry INTEGER NOT NULL REFERENCES entries(id) ON DELETE CASCADE,
    position INTEGER NOT NULL CHECK(position >= 0),
    job_check TEXT NOT NULL,
    job_subject TEXT NOT NULL,
    severity INTEGER NOT NULL CHECK(severity BETWEEN 0 AND 4),
    message TEXT NOT NULL,
    evidence TEXT NOT NULL,
    remedy TEXT NOT NULL,
    link TEXT NOT NULL,
    since INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    last_good INTEGER NOT NULL,
    rounds INTEGER NOT NULL CHECK(rounds >= 0),
    absent INTEGER NOT NULL CHECK(absent >= 0),
    confirmed INTEGER NOT NULL CHECK(confirmed IN (0, 1)),
    initial INTEGER NOT NULL CHECK(initial IN (0, 1)),
    PRIMARY KEY(entry, position)) STRICT, WITHOUT ROWID;

CREATE TABLE transitions(
    id INTEGER PRIMARY KEY CHECK(id > 0),
    episode INTEGER NOT NULL CHECK(episode >= 0),
    kind INTEGER NOT NULL CHECK(kind BETWEEN 0 AND 2),
    time INTEGER NOT NULL,
    job_check TEXT NOT NULL,
    code TEXT NOT NULL,
    subject TEXT NOT NULL,
    object TEXT NOT NULL,
    drill INTEGER NOT NULL CHECK(drill IN (0, 1)),
    severity INTEGER NOT NULL CHECK(severity BETWEEN 0 AND 4),
    message TEXT NOT NULL,
    evidence TEXT NOT NULL,
    remedy TEXT NOT NULL,
    link TEXT NOT NULL,
    since INTEGER NOT NULL,
    before INTEGER NOT NULL CHECK(before BETWEEN 0 AND 4),
    note TEXT NOT NULL,
    silent INTEGER NOT NULL CHECK(silent IN (0, 1))) STRICT;
CREATE INDEX transitions_episode ON transitions(episode, kind);
CREATE INDEX transitions_time ON transitions(time);

CREATE TABLE transition_senders(
    transition_id INTEGER NOT NULL REFERENCES transitions(id) ON DELETE CASCADE,
    position INTEGER NOT NULL CHECK(position >= 0),
    name TEXT NOT NULL,
    PRIMARY KEY(transition_id, position)) STRICT, WITHOUT ROWID;

CREATE TABLE jobs(
    id INTEGER PRIMARY KEY,
    job_check TEXT NOT NULL,
    job_subject TEXT NOT NULL,
    last_run INTEGER NOT NULL,
    last_success INTEGER NOT NULL,
    verdict INTEGER NOT NULL CHECK(verdict BETWEEN 0 AND 4),
    samples BLOB NOT NULL,
    UNIQUE(job_check, job_subject)) STRICT;

CREATE TABLE outbox(
    id INTEGER PRIMARY KEY CHECK(id > 0),
    notifier TEXT NOT NULL,
    transition_id INTEGER NOT NULL CHECK(transition_id > 0),
    created INTEGER NOT NULL,
    message_key TEXT NOT NULL,
    told INTEGER NOT NULL CHECK(told IN (0, 1)),
    attempts INTEGER NOT NULL CHECK(attempts >= 0),
    next_try INTEGER NOT NULL,
    last_error TEXT NOT NULL) STRICT;
CREATE INDEX outbox_transition ON outbox(transition_id);

CREATE TABLE daily(
    day INTEGER NOT NULL,  -- since 1970-01-01, UTC
    job_check TEXT NOT NULL,
    code TEXT NOT NULL,
    opened INTEGER NOT NULL CHECK(opened >= 0),
    cleared INTEGER NOT NULL CHECK(cleared >= 0),
    open_seconds INTEGER NOT NULL CHECK(open_seconds >= 0),  -- summed over the findings
    PRIMARY KEY(day, job_check, code)) STRICT, WITHOUT ROWID;
)sql",
    R"sql(
CREATE TABLE log_state(
    source TEXT NOT NULL,
    part TEXT NOT NULL,
    value BLOB NOT NULL,
    PRIMARY KEY(source, part)) STRICT;
)sql",
    R"sql(
ALTER TABLE log_state RENAME TO parts;
ALTER TABLE parts RENAME COLUMN source TO owner;
ALTER TABLE parts RENAME COLUMN part TO name;
UPDATE parts SET owner = 'log/' || owner;
)sql",
};

}  // namespace

std::int64_t store_version() {
    return std::ssize(steps);
}

std::int64_t check_owner(sqlite::Database& database) {
    const auto owner = database.number("PRAGMA application_id");
    const auto version = database.number("PRAGMA user_version");
    const bool empty = database.number("SELECT count(*) FROM sqlite_schema") == 0;
    if (owner != store_application_id && !(empty && owner == 0))
        throw StoreError(StoreError::Kind::other,
                         database.path() + ": belongs to another program: set [store] path to another file");
    if (version > store_version())
        throw StoreError(StoreError::Kind::newer,
                         database.path() + ": was written by a later version of reputed (tables " +
                             std::to_string(version) + ", this one knows " + std::to_string(store_version()) +
                             "): update reputed, or move the file away");
    if (version < 0 || (version == 0) != empty)
        throw StoreError(StoreError::Kind::corrupt, database.path() + ": the tables have no valid version");
    return version;
}

void migrate_store(sqlite::Database& database) {
    for (auto version = check_owner(database); version < store_version(); ++version) {
        sqlite::Transaction transaction(database);
        database.run(steps[version]);
        database.run(("PRAGMA user_version = " + std::to_string(version + 1)).c_str());
        database.run(("PRAGMA application_id = " + std::to_string(store_application_id)).c_str());
        transaction.commit();
    }
}

}  // namespace reputed
