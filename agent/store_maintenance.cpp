#include "agent/store_maintenance.hpp"

#include <algorithm>
#include <limits>

namespace reputed {
namespace {

using sqlite::Database;
using sqlite::Statement;

constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t day_length = 86'400 * second;
constexpr std::int64_t most_days_at_once = 31;  // what is left waits for the next time
constexpr std::int64_t drop_at_once = 1000;     // transitions in one transaction

std::int64_t nanoseconds(std::chrono::system_clock::duration time) {
    return std::max<std::int64_t>(0, std::chrono::duration_cast<std::chrono::nanoseconds>(time).count());
}

std::int64_t meta(Database& database, std::string_view name, std::int64_t fallback) {
    Statement row(database, "SELECT value FROM meta WHERE name = ?");
    row.bind(name);
    return row.step() ? static_cast<std::int64_t>(row.id()) : fallback;
}

void set_meta(Database& database, std::string_view name, std::int64_t value) {
    Statement(database, "INSERT OR REPLACE INTO meta(name, value) VALUES(?, ?)").bind(name).bind(value).run();
}

// ?1 the day, ?2 and ?3 its first nanosecond and that of the next day. An episode is open from its opening to its
// clearing; what lies outside of the day does not count. Drills are no history.
constexpr std::string_view roll_up = R"sql(
INSERT OR REPLACE INTO daily(day, job_check, code, opened, cleared, open_seconds)
SELECT ?1, o.job_check, o.code,
       sum(o.time >= ?2),
       sum(c.time IS NOT NULL AND c.time < ?3),
       sum(max(0, min(coalesce(c.time, ?3), ?3) - max(o.time, ?2))) / 1000000000
FROM transitions AS o LEFT JOIN transitions AS c ON c.episode = o.id AND c.kind = 2
WHERE o.kind = 0 AND o.drill = 0 AND o.time < ?3 AND (c.time >= ?2
      OR (c.time IS NULL AND (o.time >= ?2 OR o.id IN (SELECT episode FROM entries WHERE episode > 0))))
GROUP BY o.job_check, o.code
)sql";

void write_daily(Database& database, WallTime now) {
    const auto today = nanoseconds(now.time_since_epoch()) / day_length;
    const auto first = database.number("SELECT coalesce(min(time), 0) FROM transitions") / day_length;
    const auto begin = std::max(meta(database, "daily_until", 0), std::max<std::int64_t>(first, 0));
    const auto end = std::min(today, begin + most_days_at_once);
    if (begin >= end) return;
    sqlite::Transaction transaction(database);
    Statement row(database, roll_up);
    for (auto day = begin; day < end; ++day)
        row.bind(day).bind(day * day_length).bind((day + 1) * day_length).run();
    set_meta(database, "daily_until", end);
    transaction.commit();
}

// An episode goes as a whole, the clearing with its opening. ?1: dropped are those that ended before; ?2 at most so many
// transitions.
constexpr std::string_view drop_transitions = R"sql(
DELETE FROM transitions WHERE id IN (
    SELECT t.id FROM transitions AS t
    WHERE t.time < ?1
      AND t.episode NOT IN (SELECT episode FROM entries WHERE episode > 0)
      AND NOT EXISTS (SELECT 1 FROM transitions AS x WHERE x.episode = t.episode AND x.time >= ?1)
      AND NOT EXISTS (SELECT 1 FROM transitions AS x JOIN outbox ON outbox.transition_id = x.id
                      WHERE x.episode = t.episode)
    ORDER BY t.time LIMIT ?2)
)sql";

std::int64_t drop_before(Database& database, std::int64_t time) {
    sqlite::Transaction transaction(database);
    Statement(database, drop_transitions).bind(time).bind(drop_at_once).run();
    const auto dropped = database.number("SELECT changes()");
    transaction.commit();
    return dropped;
}

void drop_old(Database& database, const StoreSettings& settings, WallTime now) {
    const auto oldest = nanoseconds(now.time_since_epoch() - settings.retention);
    while (drop_before(database, oldest) == drop_at_once) {
    }
    Statement(database, "DELETE FROM daily WHERE day < ?").bind(oldest / day_length).run();
}

std::int64_t used_bytes(Database& database) {
    return (database.number("PRAGMA page_count") - database.number("PRAGMA freelist_count")) *
           database.number("PRAGMA page_size");
}

// Down to nine tenths, so that the next day's transitions do not each drop one.
void drop_to_size(Database& database, std::int64_t limit) {
    if (used_bytes(database) <= limit) return;
    std::int64_t looked_at = drop_at_once;
    while (used_bytes(database) > limit / 10 * 9) {
        Statement row(database, "SELECT time FROM transitions ORDER BY time LIMIT 1 OFFSET ?");
        row.bind(looked_at);
        const bool more = row.step();
        const auto bound =
            more ? static_cast<std::int64_t>(row.id()) : std::numeric_limits<std::int64_t>::max();
        row.reset();
        if (drop_before(database, bound) > 0) continue;
        if (!more) return;
        looked_at += drop_at_once;  // all of these are still needed
    }
}

// The log first, so that the freed pages are in the file; a reader that holds it up only delays this.
void give_back(Database& database) {
    database.run("PRAGMA incremental_vacuum");
    database.run("PRAGMA wal_checkpoint(TRUNCATE)");
}

}  // namespace

void maintain_store(Database& database, const StoreSettings& settings, WallTime now) {
    write_daily(database, now);
    drop_old(database, settings, now);
    drop_to_size(database, settings.max_size * std::int64_t{1024} * 1024);
    give_back(database);
}

}  // namespace reputed
