#include "agent/history.hpp"

#include <algorithm>
#include <limits>

#include <unistd.h>

#include "agent/sqlite.hpp"
#include "agent/store_rows.hpp"
#include "agent/store_schema.hpp"

namespace reputed {
namespace {

using sqlite::Database;
using sqlite::Statement;

// Without the right to write in the folder, SQLite reads a file in WAL mode only while a writer keeps the log there, or
// as one that does not change: which is true when there is no log.
std::unique_ptr<Database> open_to_read(const std::string& path) {
    if (access(path.c_str(), F_OK) != 0)
        throw StoreError(StoreError::Kind::missing,
                         path + ": there is no such file: no agent has kept a history here");
    if (access(path.c_str(), R_OK) != 0)
        throw StoreError(StoreError::Kind::other,
                         path + ": may not be read by this user: ask as root or as the agent's user");
    try {
        auto database = std::make_unique<Database>(path, Database::Mode::read);
        check_owner(*database);
        return database;
    } catch (const StoreError&) {
        if (access((path + "-wal").c_str(), F_OK) == 0) throw;
    }
    auto database = std::make_unique<Database>(path, Database::Mode::immutable);
    check_owner(*database);
    return database;
}

// Openings as the transitions tell, and open ones whose opening was written into another file.
constexpr std::string_view episodes_of_all = R"sql(
WITH episodes AS (
    SELECT o.id AS id, o.time AS opened, o.since AS since, c.time AS cleared, o.job_check AS job_check, o.code AS code,
           o.subject AS subject, o.object AS object, o.drill AS drill,
           (SELECT max(x.severity) FROM transitions AS x WHERE x.episode = o.id AND x.kind < 2) AS severity,
           o.message AS message, o.evidence AS evidence, o.remedy AS remedy, o.link AS link,
           coalesce(nullif(c.note, ''), o.note) AS note, o.silent AS silent,
           CASE WHEN c.id IS NOT NULL THEN 1
                WHEN EXISTS (SELECT 1 FROM entries WHERE episode = o.id AND episode > 0) THEN 0 ELSE 2 END AS ending
    FROM transitions AS o LEFT JOIN transitions AS c ON c.episode = o.id AND c.kind = 2
    WHERE o.kind = 0
    UNION ALL
    SELECT e.episode, e.opened, e.opened, NULL, coalesce(s.job_check, ''), e.code, e.subject, e.object, e.drill,
           e.severity, coalesce(s.message, ''), coalesce(s.evidence, ''), coalesce(s.remedy, ''), coalesce(s.link, ''),
           '', NOT e.told, 0
    FROM entries AS e LEFT JOIN observations AS s ON s.entry = e.id AND s.position = 0
    WHERE e.episode > 0 AND NOT EXISTS (SELECT 1 FROM transitions WHERE id = e.episode AND kind = 0)
)
)sql";

constexpr std::string_view episode_columns = R"sql(
SELECT t.id, t.opened, t.since, t.cleared, t.job_check, t.code, t.subject, t.object, t.drill, t.severity, t.message,
       t.evidence, t.remedy, t.link, t.note, t.silent, t.ending
FROM episodes AS t WHERE true)sql";

// The conditions of a query, and their values in the same order.
class Conditions {
  public:
    explicit Conditions(const HistoryQuery& query) : query_(query) {
        if (query.before > 0) text_ += " AND t.id < ?";
        if (!query.target.empty()) text_ += " AND (t.subject = ? OR t.object = ?)";
        if (!query.list.empty()) text_ += " AND (t.subject = ? OR t.object = ?)";
        if (!query.code.empty()) text_ += " AND t.code = ?";
        if (!query.check.empty()) text_ += " AND t.job_check = ?";
        if (!query.sender.empty())
            text_ +=
                " AND EXISTS (SELECT 1 FROM transition_senders AS s WHERE s.transition_id = t.id AND s.name "
                "= ?)";
        if (query.min_severity) text_ += " AND t.severity >= ?";
        if (query.drill) text_ += " AND t.drill = ?";
    }
    const std::string& text() const { return text_; }
    void bind(Statement& row) const {
        if (query_.before > 0) row.bind(query_.before);
        for (const auto* name : {&query_.target, &query_.list})
            if (!name->empty()) row.bind(*name).bind(*name);
        for (const auto* name : {&query_.code, &query_.check, &query_.sender})
            if (!name->empty()) row.bind(*name);
        if (query_.min_severity) row.bind(*query_.min_severity);
        if (query_.drill) row.bind(*query_.drill);
    }

  private:
    const HistoryQuery& query_;
    std::string text_;
};

Episode read_episode(Statement& row) {
    Episode episode;
    episode.id = row.id();
    episode.opened = row.time();
    episode.since = row.time();
    const auto cleared = row.optional_time();
    episode.check = row.text();
    auto& finding = episode.finding;
    finding.code = row.text();
    finding.subject = row.text();
    finding.object = row.text();
    finding.drill = row.flag();
    finding.severity = row.severity();
    finding.message = row.text();
    finding.evidence = row.text();
    finding.remedy = row.text();
    finding.link = row.text();
    episode.note = row.text();
    episode.silent = row.flag();
    episode.end = cleared ? Episode::End::cleared
                          : (row.integer(0, 2) == 0 ? Episode::End::open : Episode::End::unknown);
    episode.cleared = cleared.value_or(WallTime{});
    return episode;
}

}  // namespace

std::optional<std::chrono::seconds> Episode::duration(WallTime now) const {
    if (end == End::unknown) return {};
    const auto length = (end == End::open ? now : cleared) - opened;
    return std::max(std::chrono::seconds(0), std::chrono::duration_cast<std::chrono::seconds>(length));
}

struct History::Handle {
    std::unique_ptr<Database> database;
    std::chrono::milliseconds limit{std::chrono::hours(1)};
};

History::History(const std::string& path) : handle_(std::make_unique<Handle>()) {
    handle_->database = open_to_read(path);
}

History::~History() = default;

void History::limit_time(std::chrono::milliseconds limit) {
    handle_->limit = limit;
}

std::vector<Episode> History::episodes(const HistoryQuery& query) {
    auto& database = *handle_->database;
    const sqlite::TimeLimit limit(database, handle_->limit);
    const Conditions conditions(query);
    std::string sql = std::string(episodes_of_all) + std::string(episode_columns) + conditions.text();
    if (query.open_only) sql += " AND t.ending = 0";
    if (query.since) sql += " AND (t.ending = 0 OR coalesce(t.cleared, t.opened) >= ?)";
    if (query.until) sql += " AND t.opened < ?";
    Statement row(database, sql + " ORDER BY t.id DESC LIMIT ?");
    conditions.bind(row);
    if (query.since) row.bind(*query.since);
    if (query.until) row.bind(*query.until);
    row.bind(static_cast<std::uint64_t>(query.limit));
    std::vector<Episode> episodes;
    store_rows::SenderReader senders(database);
    while (row.step()) {
        episodes.push_back(read_episode(row));
        episodes.back().senders = senders.names(episodes.back().id);
    }
    return episodes;
}

std::vector<OutboxEntry> History::outbox(std::uint64_t transition) {
    const sqlite::TimeLimit limit(*handle_->database, handle_->limit);
    return store_rows::read_outbox(*handle_->database, transition);
}

std::vector<EpisodeOutline> History::outlines(WallTime since, std::size_t limit) {
    auto& database = *handle_->database;
    const sqlite::TimeLimit time_limit(database, handle_->limit);
    Statement row(
        database,
        std::string(episodes_of_all) +
            "SELECT t.id, t.code, t.subject, t.object, t.severity, substr(t.message, 1, 300), "
            "t.opened, t.cleared, t.ending FROM episodes AS t WHERE t.drill = 0 AND (t.ending = 0 OR "
            "coalesce(t.cleared, t.opened) >= ?) ORDER BY t.id DESC LIMIT ?");
    row.bind(since).bind(static_cast<std::uint64_t>(limit));
    std::vector<EpisodeOutline> outlines;
    while (row.step()) {
        auto& outline = outlines.emplace_back();
        outline.id = row.id();
        outline.code = row.text();
        outline.subject = row.text();
        outline.object = row.text();
        outline.severity = row.severity();
        outline.message = row.text();
        outline.opened = row.time();
        const auto cleared = row.optional_time();
        outline.end = cleared ? Episode::End::cleared
                              : (row.integer(0, 2) == 0 ? Episode::End::open : Episode::End::unknown);
        outline.cleared = cleared.value_or(WallTime{});
    }
    return outlines;
}

std::vector<DayFigures> History::days(std::int64_t since) {
    auto& database = *handle_->database;
    const sqlite::TimeLimit limit(database, handle_->limit);
    Statement row(
        database,
        "SELECT day, sum(opened), sum(cleared), sum(open_seconds) FROM daily WHERE day >= ? GROUP BY "
        "day ORDER BY day");
    row.bind(since);
    std::vector<DayFigures> days;
    while (row.step()) {
        auto& day = days.emplace_back();
        day.day = row.integer(0, 1'000'000);
        day.opened = row.id();
        day.cleared = row.id();
        day.open_seconds = row.id();
    }
    return days;
}

std::vector<Transition> History::transitions(const HistoryQuery& query) {
    auto& database = *handle_->database;
    const sqlite::TimeLimit limit(database, handle_->limit);
    const Conditions conditions(query);
    std::string sql = "SELECT " + std::string(store_rows::transition_columns) +
                      " FROM transitions AS t WHERE true" + conditions.text();
    if (query.since) sql += " AND t.time >= ?";
    if (query.until) sql += " AND t.time < ?";
    Statement row(database, sql + " ORDER BY t.id DESC LIMIT ?");
    conditions.bind(row);
    if (query.since) row.bind(*query.since);
    if (query.until) row.bind(*query.until);
    row.bind(static_cast<std::uint64_t>(query.limit));
    std::vector<Transition> transitions;
    store_rows::SenderReader senders(database);
    while (row.step()) {
        transitions.push_back(store_rows::read_transition(row));
        transitions.back().senders = senders.names(transitions.back().id);
    }
    return transitions;
}

}  // namespace reputed
