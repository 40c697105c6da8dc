#include "agent/schedule.hpp"

#include <algorithm>

namespace reputed {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr auto first_run_gap = 50ms;          // between the first runs of two jobs,
constexpr auto first_run_spread_limit = 60s;  // as long as all of them fit in here
constexpr int jitter_percent = 5;
constexpr milliseconds shortest_try_gap = 1min;
constexpr std::chrono::duration<std::uint64_t, std::milli> try_gap_range = 9min;

}  // namespace

// splitmix64: any spread will do, and a seed makes it repeatable.
std::uint64_t Schedule::random() {
    std::uint64_t z = random_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

void Schedule::set_jobs(const std::vector<Job>& jobs, Time now, bool anew) {
    std::map<JobKey, Entry> next;
    if (!turns_from_) turns_from_ = now;
    const auto spread = std::min<milliseconds>(first_run_gap * static_cast<std::int64_t>(jobs.size()),
                                               first_run_spread_limit);
    for (const auto& job : jobs) {
        Entry entry{job.interval, now, job.turn, anew && running_.contains(job.key)};
        const auto known = jobs_.find(job.key);
        if (known != jobs_.end() && !anew) {
            entry.due = std::min(known->second.due, now + job.interval);
            entry.again = known->second.again;
        } else if (spread > 0ms) {
            entry.due = now + milliseconds(random() % static_cast<std::uint64_t>(spread.count()));
        }
        next.insert_or_assign(job.key, entry);
    }
    jobs_ = std::move(next);
    waiting_.clear();
    for (const auto& [key, entry] : jobs_)
        if (!running_.contains(key)) waiting_.emplace(entry.due, key);
}

std::optional<JobKey> Schedule::take_due(Time now) {
    if (waiting_.empty() || waiting_.begin()->first > now) return {};
    JobKey key = std::move(waiting_.extract(waiting_.begin()).value().second);
    running_.insert(key);
    return key;
}

std::optional<Schedule::Time> Schedule::next_due() const {
    if (waiting_.empty()) return {};
    return waiting_.begin()->first;
}

// The job's turn that is nearest to one interval after `begun`: runs that were put off or brought forward do not make
// it lose its place.
Schedule::Time Schedule::next_after(const Entry& entry, Time begun) const {
    if (!entry.turn || entry.interval <= 0s) return begun + entry.interval;
    const auto interval = std::chrono::duration_cast<milliseconds>(entry.interval);
    const auto offset =
        milliseconds(static_cast<std::int64_t>(*entry.turn * static_cast<double>(interval.count())));
    const Time first = *turns_from_ + offset;
    const auto passed = std::chrono::duration_cast<milliseconds>(begun + interval / 2 - first);
    return first + (passed < 0ms ? 0 : passed / interval + 1) * interval;
}

void Schedule::finished(const JobKey& key, Time begun, Time now) {
    running_.erase(key);
    const auto found = jobs_.find(key);
    if (found == jobs_.end()) return;
    const auto interval = std::chrono::duration_cast<milliseconds>(found->second.interval);
    const auto range = interval * (2 * jitter_percent) / 100;
    const auto jitter =
        range > 0ms ? milliseconds(random() % static_cast<std::uint64_t>(range.count())) - range / 2 : 0ms;
    // From the beginning of the run, so that a long run does not stretch the interval; never at once again, though.
    auto& due = found->second.due;
    waiting_.erase({due, key});  // there when it was run without being taken
    due =
        found->second.again ? now : std::max(next_after(found->second, begun) + jitter, now + interval / 10);
    found->second.again = false;
    waiting_.emplace(due, key);
}

void Schedule::hurry(const JobKey& key, Time begun, std::chrono::seconds wait) {
    const auto found = jobs_.find(key);
    if (found == jobs_.end()) return;
    const auto tenth = std::chrono::duration_cast<milliseconds>(found->second.interval) / 10;
    const Time due = begun + std::max<milliseconds>(wait, tenth);
    bring_forward(found, due);
}

void Schedule::run_by(const JobKey& key, Time due) {
    const auto found = jobs_.find(key);
    if (found == jobs_.end()) return;
    if (running_.contains(key)) found->second.again = true;
    bring_forward(found, due);
}

void Schedule::try_again(const JobKey& key, Time begun) {
    const auto found = jobs_.find(key);
    if (found == jobs_.end()) return;
    const auto wait = shortest_try_gap + milliseconds(random() % try_gap_range.count());
    bring_forward(found, begun + wait);
}

void Schedule::bring_forward(std::map<JobKey, Entry>::iterator job, Time due) {
    if (due >= job->second.due) return;
    if (waiting_.erase({job->second.due, job->first}) > 0) waiting_.emplace(due, job->first);
    job->second.due = due;
}

std::optional<Schedule::Time> Schedule::due(const JobKey& key) const {
    const auto found = jobs_.find(key);
    if (found == jobs_.end()) return {};
    return found->second.due;
}

}  // namespace reputed
