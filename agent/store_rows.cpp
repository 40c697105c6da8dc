#include "agent/store_rows.hpp"

#include <limits>

#include "agent/sample_blob.hpp"

namespace reputed::store_rows {
namespace {

using sqlite::Database;
using sqlite::Statement;

// More than any agent has; a file that holds more would take the memory of the machine.
constexpr std::size_t most_rows = 2'000'000;
constexpr std::size_t most_openings = 10'000;
constexpr std::size_t most_senders = 10'000;
constexpr std::size_t most_parts = 10'000;
constexpr std::size_t most_part_bytes = 64UL * 1024 * 1024;

// Times as eight bytes each, least significant first.
std::string encode_times(const std::vector<WallTime>& times) {
    std::string out;
    for (const auto time : times) {
        if (out.size() == most_openings * 8) break;
        const auto since_epoch =
            std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch());
        const auto bits = static_cast<std::uint64_t>(since_epoch.count());
        for (unsigned shift = 0; shift < 64; shift += 8)
            out += static_cast<char>(bits >> shift & 0xff);
    }
    return out;
}

std::vector<WallTime> read_times(Statement& row) {
    const auto bytes = row.blob();
    if (bytes.size() % 8 != 0 || bytes.size() > most_openings * 8) row.damaged("openings are cut off");
    std::vector<WallTime> times;
    for (std::size_t at = 0; at < bytes.size(); at += 8) {
        std::uint64_t bits = 0;
        for (std::size_t i = 8; i-- > 0;)
            bits = bits << 8 | static_cast<unsigned char>(bytes[at + i]);
        if (bits > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
            row.damaged("an opening is before all time");
        times.emplace_back(std::chrono::duration_cast<WallTime::duration>(
            std::chrono::nanoseconds(static_cast<std::int64_t>(bits))));
    }
    return times;
}

template <class T>
void add_bounded(std::vector<T>& rows, T&& row, Statement& statement) {
    if (rows.size() == most_rows) statement.damaged("a table has more rows than any agent makes");
    rows.push_back(std::move(row));
}

int counter(Statement& row) {
    return static_cast<int>(row.integer(0, std::numeric_limits<int>::max()));
}

Observation read_observation(Statement& row, const LedgerEntry& entry) {
    Observation seen;
    seen.job.check = row.text();
    seen.job.subject = row.text();
    seen.finding.code = entry.code;
    seen.finding.subject = entry.subject;
    seen.finding.object = entry.object;
    seen.finding.drill = entry.drill;
    seen.finding.severity = row.severity();
    seen.finding.message = row.text();
    seen.finding.evidence = row.text();
    seen.finding.remedy = row.text();
    seen.finding.link = row.text();
    seen.since = row.time();
    seen.last_seen = row.time();
    seen.last_good = row.time();
    seen.rounds = row.id();
    seen.absent = counter(row);
    seen.confirmed = row.flag();
    seen.initial = row.flag();
    return seen;
}

}  // namespace

Writer::Writer(Database& database)
    : entry_(database,
             "INSERT OR REPLACE INTO entries(id, code, subject, object, drill, episode, opened, "
             "severity, told, openings, flapping, calm_since) VALUES(?,?,?,?,?,?,?,?,?,?,?,?)"),
      observation_(database,
                   "INSERT INTO observations(entry, position, job_check, job_subject, severity, message, "
                   "evidence, remedy, link, since, last_seen, last_good, rounds, absent, confirmed, initial) "
                   "VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"),
      no_observations_(database, "DELETE FROM observations WHERE entry = ?"),
      job_(database,
           "INSERT INTO jobs(job_check, job_subject, last_run, last_success, verdict, samples) "
           "VALUES(?,?,?,?,?,?) ON CONFLICT(job_check, job_subject) DO UPDATE SET last_run = "
           "excluded.last_run, last_success = excluded.last_success, verdict = excluded.verdict, "
           "samples = excluded.samples"),
      transition_(database,
                  "INSERT OR REPLACE INTO transitions(id, episode, kind, time, job_check, code, "
                  "subject, object, drill, severity, message, evidence, remedy, link, since, "
                  "before, note, silent) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"),
      sender_(database, "INSERT INTO transition_senders(transition_id, position, name) VALUES(?,?,?)"),
      no_senders_(database, "DELETE FROM transition_senders WHERE transition_id = ?"),
      outbox_(database,
              "INSERT OR REPLACE INTO outbox(id, notifier, transition_id, created, message_key, "
              "told, attempts, next_try, last_error) VALUES(?,?,?,?,?,?,?,?,?)"),
      drop_entry_(database, "DELETE FROM entries WHERE id = ?"),
      drop_job_(database, "DELETE FROM jobs WHERE job_check = ? AND job_subject = ?"),
      drop_outbox_(database, "DELETE FROM outbox WHERE id = ?"),
      part_(database, "INSERT OR REPLACE INTO parts(owner, name, value) VALUES(?,?,?)"),
      drop_part_(database, "DELETE FROM parts WHERE owner = ? AND name = ?") {}

void Writer::write(const LedgerEntry& entry) {
    no_observations_.bind(entry.id).run();
    const auto openings = encode_times(entry.openings);
    entry_.bind(entry.id).bind(entry.code).bind(entry.subject).bind(entry.object).bind(entry.drill);
    entry_.bind(entry.episode).bind(entry.opened).bind(entry.severity).bind(entry.told);
    entry_.bind_blob(openings).bind(entry.flapping).bind(entry.calm_since).run();
    int position = 0;
    for (const auto& seen : entry.observations) {
        auto& row = observation_;
        row.bind(entry.id).bind(position++).bind(seen.job.check).bind(seen.job.subject);
        row.bind(seen.finding.severity).bind(seen.finding.message).bind(seen.finding.evidence);
        row.bind(seen.finding.remedy).bind(seen.finding.link);
        row.bind(seen.since).bind(seen.last_seen).bind(seen.last_good);
        row.bind(seen.rounds).bind(seen.absent).bind(seen.confirmed).bind(seen.initial).run();
    }
}

void Writer::write(const StoredJob& job) {
    const auto samples = job.live ? encode_samples(*job.live) : encode_samples(job.samples);
    job_.bind(job.key.check).bind(job.key.subject).bind(job.last_run).bind(job.last_success);
    job_.bind(job.verdict).bind_blob(samples).run();
}

void Writer::write(const Transition& transition) {
    no_senders_.bind(transition.id).run();
    const auto& finding = transition.finding;
    auto& row = transition_;
    row.bind(transition.id).bind(transition.episode).bind(static_cast<int>(transition.kind));
    row.bind(transition.time).bind(transition.check);
    row.bind(finding.code).bind(finding.subject).bind(finding.object).bind(finding.drill);
    row.bind(finding.severity).bind(finding.message).bind(finding.evidence).bind(finding.remedy);
    row.bind(finding.link).bind(transition.since).bind(transition.before).bind(transition.note);
    row.bind(transition.silent).run();
    std::size_t position = 0;
    for (const auto& name : transition.senders) {
        if (position == most_senders) break;
        sender_.bind(transition.id).bind(static_cast<std::uint64_t>(position++)).bind(name).run();
    }
}

void Writer::write(const OutboxEntry& entry) {
    outbox_.bind(entry.id).bind(entry.notifier).bind(entry.transition).bind(entry.created);
    outbox_.bind(entry.message_key)
        .bind(entry.told)
        .bind(entry.attempts)
        .bind(entry.next_try)
        .bind(entry.last_error)
        .run();
}

void Writer::write(const StoredPart& part) {
    if (part.value && part.value->size() <= longest_part)
        part_.bind(part.owner).bind(part.name).bind_blob(*part.value).run();
    else
        drop_part_.bind(part.owner).bind(part.name).run();
}

void Writer::drop_entry(std::uint64_t id) {
    drop_entry_.bind(id).run();
}

void Writer::drop_job(const JobKey& key) {
    drop_job_.bind(key.check).bind(key.subject).run();
}

void Writer::drop_outbox(std::uint64_t id) {
    drop_outbox_.bind(id).run();
}

std::vector<LedgerEntry> read_entries(Database& database) {
    std::vector<LedgerEntry> entries;
    Statement row(database,
                  "SELECT id, code, subject, object, drill, episode, opened, severity, told, "
                  "openings, flapping, calm_since FROM entries ORDER BY id");
    while (row.step()) {
        LedgerEntry entry;
        entry.id = row.id();
        entry.code = row.text();
        entry.subject = row.text();
        entry.object = row.text();
        entry.drill = row.flag();
        entry.episode = row.id();
        entry.opened = row.time();
        entry.severity = row.severity();
        entry.told = row.flag();
        entry.openings = read_times(row);
        entry.flapping = row.flag();
        entry.calm_since = row.time();
        add_bounded(entries, std::move(entry), row);
    }
    // Both by entry: one walk over each.
    Statement seen(database,
                   "SELECT entry, job_check, job_subject, severity, message, evidence, remedy, "
                   "link, since, last_seen, last_good, rounds, absent, confirmed, initial FROM "
                   "observations ORDER BY entry, position");
    std::size_t count = 0;
    for (auto entry = entries.begin(); seen.step();) {
        const auto id = seen.id();
        while (entry != entries.end() && entry->id < id)
            ++entry;
        if (entry == entries.end() || entry->id != id) seen.damaged("an observation of no entry");
        if (++count > most_rows) seen.damaged("a table has more rows than any agent makes");
        entry->observations.push_back(read_observation(seen, *entry));
    }
    return entries;
}

std::vector<StoredJob> read_jobs(Database& database) {
    std::vector<StoredJob> jobs;
    Statement row(database,
                  "SELECT job_check, job_subject, last_run, last_success, verdict, samples FROM jobs "
                  "ORDER BY job_check, job_subject");
    while (row.step()) {
        StoredJob job;
        job.key.check = row.text();
        job.key.subject = row.text();
        job.last_run = row.time();
        job.last_success = row.time();
        job.verdict = row.severity();
        auto samples = decode_samples(row.blob());
        if (!samples) row.damaged("the samples of a job");
        job.samples = std::move(*samples);
        add_bounded(jobs, std::move(job), row);
    }
    return jobs;
}

std::vector<OutboxEntry> read_outbox(Database& database, std::uint64_t transition) {
    std::vector<OutboxEntry> entries;
    Statement row(database,
                  "SELECT id, notifier, transition_id, created, message_key, told, attempts, "
                  "next_try, last_error FROM outbox WHERE ? IN (0, transition_id) ORDER BY id");
    row.bind(transition);
    while (row.step()) {
        OutboxEntry entry;
        entry.id = row.id();
        entry.notifier = row.text();
        entry.transition = row.id();
        entry.created = row.time();
        entry.message_key = row.text();
        entry.told = row.flag();
        entry.attempts = counter(row);
        entry.next_try = row.time();
        entry.last_error = row.text();
        add_bounded(entries, std::move(entry), row);
    }
    return entries;
}

std::vector<StoredPart> read_parts(Database& database) {
    std::vector<StoredPart> parts;
    std::size_t bytes = 0;
    Statement row(database, "SELECT owner, name, value FROM parts ORDER BY owner, name");
    while (parts.size() < most_parts && row.step()) {
        StoredPart part;
        part.owner = row.text();
        part.name = row.text();
        part.value = row.blob();
        if (part.value->size() > longest_part) row.damaged("a part is too long");
        bytes += part.value->size();
        if (bytes > most_part_bytes) break;
        parts.push_back(std::move(part));
    }
    return parts;
}

Transition read_transition(Statement& row) {
    Transition transition;
    transition.id = row.id();
    transition.episode = row.id();
    transition.kind = static_cast<TransitionKind>(row.integer(0, static_cast<int>(TransitionKind::cleared)));
    transition.time = row.time();
    transition.check = row.text();
    auto& finding = transition.finding;
    finding.code = row.text();
    finding.subject = row.text();
    finding.object = row.text();
    finding.drill = row.flag();
    finding.severity = row.severity();
    finding.message = row.text();
    finding.evidence = row.text();
    finding.remedy = row.text();
    finding.link = row.text();
    transition.since = row.time();
    transition.before = row.severity();
    transition.note = row.text();
    transition.silent = row.flag();
    return transition;
}

SenderReader::SenderReader(Database& database)
    : select_(database, "SELECT name FROM transition_senders WHERE transition_id = ? ORDER BY position") {}

std::vector<std::string> SenderReader::names(std::uint64_t transition) {
    std::vector<std::string> names;
    select_.bind(transition);
    while (names.size() <= most_senders && select_.step())
        names.push_back(select_.text());
    if (names.size() > most_senders) select_.damaged("a transition of too many senders");
    select_.reset();
    return names;
}

}  // namespace reputed::store_rows
