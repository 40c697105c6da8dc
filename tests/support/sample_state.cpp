#include "tests/support/sample_state.hpp"

#include <sstream>

namespace reputed::test {
namespace {

std::int64_t count(WallTime time) {
    return time.time_since_epoch().count();
}

// Each value between bars, so that none runs into the next.
class Line {
  public:
    template <class T>
    Line& operator<<(const T& value) {
        out_ << value << '|';
        return *this;
    }
    std::string text() const { return out_.str(); }

  private:
    std::ostringstream out_;
};

std::string print(const Finding& finding) {
    Line line;
    line << finding.code << finding.subject << finding.object << to_string(finding.severity)
         << finding.message << finding.evidence << finding.remedy << finding.link << finding.drill;
    return line.text();
}

}  // namespace

std::string RandomState::text() {
    static const std::string pieces[] = {
        "a",    "mail.example.com", "\xff", std::string(1, '\0'), "\xc3\xa9", "'", "\n", "",
        "=1+1", "\xe2\x80\xae"};
    std::string out;
    for (auto size = below(6); size > 0; --size)
        out += pieces[below(std::size(pieces))];
    return out;
}

WallTime RandomState::time() {
    return coin() ? WallTime{} : WallTime(std::chrono::nanoseconds(below(4'000'000'000'000'000'000)));
}

Finding RandomState::finding() {
    return {text(), text(), text(), severity(), text(), text(), text(), text(), coin()};
}

LedgerEntry RandomState::entry(std::uint64_t id) {
    LedgerEntry entry;
    entry.id = id;
    entry.code = "code" + std::to_string(id);
    entry.subject = text();
    entry.object = text();
    entry.drill = coin();
    for (auto size = below(3); size > 0; --size) {
        Observation seen;
        seen.job = {text(), text()};
        seen.finding = finding();
        seen.finding.code = entry.code;
        seen.finding.subject = entry.subject;
        seen.finding.object = entry.object;
        seen.finding.drill = entry.drill;
        seen.since = time();
        seen.last_seen = time();
        seen.last_good = time();
        seen.rounds = below(1000);
        seen.absent = static_cast<int>(below(5));
        seen.confirmed = coin();
        seen.initial = coin();
        entry.observations.push_back(std::move(seen));
    }
    entry.episode = coin() ? 0 : 1 + below(50);
    entry.opened = time();
    entry.severity = severity();
    entry.told = coin();
    for (auto size = below(4); size > 0; --size)
        entry.openings.push_back(time());
    entry.flapping = coin();
    entry.calm_since = time();
    return entry;
}

Transition RandomState::transition(std::uint64_t id) {
    Transition transition;
    transition.id = id;
    transition.episode = 1 + below(id);
    transition.kind = static_cast<TransitionKind>(below(3));
    transition.time = time();
    transition.check = text();
    transition.finding = finding();
    transition.since = time();
    transition.before = severity();
    transition.note = text();
    for (auto size = below(4); size > 0; --size)
        transition.senders.push_back(text());
    transition.silent = coin();
    return transition;
}

StoredJob RandomState::job(std::uint64_t number) {
    StoredJob job;
    job.key = {"check" + std::to_string(number % 3), "subject" + std::to_string(number)};
    job.last_run = time();
    job.last_success = time();
    job.verdict = severity();
    for (auto size = below(6); size > 0; --size) {
        StoredSample sample{"reputed_" + text(), {}, static_cast<double>(engine_()) / 7};
        for (auto labels = below(4); labels > 0; --labels)
            sample.values.push_back(text());
        job.samples.push_back(std::move(sample));
    }
    return job;
}

OutboxEntry RandomState::outbox(std::uint64_t id, std::uint64_t transition) {
    return {id,     text(), transition, time(), text(), below(2) == 1, static_cast<int>(below(100)),
            time(), text()};
}

std::string print(const LedgerEntry& entry) {
    Line line;
    line << entry.id << entry.code << entry.subject << entry.object << entry.drill << entry.episode
         << count(entry.opened) << to_string(entry.severity) << entry.told << entry.flapping
         << count(entry.calm_since);
    for (const auto opening : entry.openings)
        line << count(opening);
    for (const auto& seen : entry.observations)
        line << "\n  " << seen.job.check << seen.job.subject << print(seen.finding) << count(seen.since)
             << count(seen.last_seen) << count(seen.last_good) << seen.rounds << seen.absent << seen.confirmed
             << seen.initial;
    return line.text();
}

std::string print(const Transition& transition) {
    Line line;
    line << transition.id << transition.episode << to_string(transition.kind) << count(transition.time)
         << transition.check << print(transition.finding) << count(transition.since)
         << to_string(transition.before) << transition.note << transition.silent;
    for (const auto& sender : transition.senders)
        line << sender;
    return line.text();
}

std::string print(const StoredJob& job) {
    Line line;
    line << job.key.check << job.key.subject << count(job.last_run) << count(job.last_success)
         << to_string(job.verdict);
    for (const auto& sample : job.samples) {
        line << "\n  " << sample.metric << sample.value;
        for (const auto& value : sample.values)
            line << value;
    }
    return line.text();
}

std::string print(const OutboxEntry& entry) {
    Line line;
    line << entry.id << entry.notifier << entry.transition << count(entry.created) << entry.message_key
         << entry.told << entry.attempts << count(entry.next_try) << entry.last_error;
    return line.text();
}

std::string print(const StoredState& state) {
    std::string out;
    const auto add = [&out](const auto& rows) {
        for (const auto& row : rows)
            out += print(row) + '\n';
    };
    add(state.entries);
    add(state.jobs);
    add(state.outbox);
    return out + std::to_string(state.next_entry) + ' ' + std::to_string(state.next_transition) + ' ' +
           std::to_string(state.next_outbox);
}

Transition opening(std::uint64_t id, std::int64_t time, const std::string& ip, const std::string& list) {
    Transition transition;
    transition.id = transition.episode = id;
    transition.time = transition.since = WallTime(std::chrono::seconds(time));
    transition.check = "dnsbl";
    transition.finding = {
        "dnsbl.listed", ip, list, Severity::critical, ip + " is listed by " + list + ".", "", "", ""};
    transition.senders = {"main"};
    return transition;
}

Transition clearing(std::uint64_t id, const Transition& opened, std::int64_t time) {
    Transition transition = opened;
    transition.id = id;
    transition.kind = TransitionKind::cleared;
    transition.time = WallTime(std::chrono::seconds(time));
    return transition;
}

LedgerEntry open_entry(std::uint64_t id, const Transition& opened) {
    LedgerEntry entry;
    entry.id = id;
    entry.code = opened.finding.code;
    entry.subject = opened.finding.subject;
    entry.object = opened.finding.object;
    entry.drill = opened.finding.drill;
    entry.episode = opened.id;
    entry.opened = opened.time;
    entry.severity = opened.finding.severity;
    entry.told = true;
    Observation seen;
    seen.job = {opened.check, opened.finding.object};
    seen.finding = opened.finding;
    seen.since = seen.last_seen = seen.last_good = opened.time;
    seen.confirmed = true;
    entry.observations.push_back(std::move(seen));
    return entry;
}

}  // namespace reputed::test
