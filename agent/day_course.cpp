#include "agent/day_course.hpp"

#include <algorithm>

namespace reputed {
namespace {

constexpr std::size_t most_mtas = 16;

std::int64_t step_of(WallTime time) {
    return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count() / DayCourse::step;
}

}  // namespace

DayCourse::Course* DayCourse::course_of(const std::string& mta) {
    if (!courses_.contains(mta) && courses_.size() >= most_mtas) return nullptr;
    return &courses_[mta];
}

DayCourse::Step& DayCourse::at(Course& course, WallTime time) {
    const auto number = step_of(time);
    const auto place = static_cast<std::size_t>(number) % steps;
    if (course.numbers[place] != number) {
        course.numbers[place] = number;
        course.ring[place] = {};
    }
    return course.ring[place];
}

bool DayCourse::note_queue(const JobState& job) {
    double messages = 0;
    bool told = false;
    for (const auto& sample : *job.samples)
        if (sample.metric->name == "reputed_queue_messages") {
            messages += sample.value;
            told = true;
        }
    auto* course = told ? course_of(job.subject) : nullptr;
    if (course == nullptr || course->queue_run == job.last_success) return false;
    course->queue_run = job.last_success;
    auto& now = at(*course, job.last_success);
    now.queued = std::max(now.queued.value_or(0), messages);
    return true;
}

// The first look only says from where to count on; so does one that counts less than the one before.
bool DayCourse::note_deliveries(const JobState& job) {
    Counts counts;
    bool told = false;
    std::string mta;
    for (const auto& sample : *job.samples) {
        if (sample.metric->name == "reputed_log_lines_total") {
            told = true;
            mta = sample.values.front();
        }
        if (sample.metric->name != "reputed_delivery_attempts_total") continue;
        const auto& status = sample.values.back();
        (status == "sent"       ? counts.accepted
         : status == "deferred" ? counts.deferred
                                : counts.failed) += sample.value;
    }
    auto* course = told ? course_of(mta) : nullptr;
    if (course == nullptr || course->delivery_run == job.last_success) return false;
    course->delivery_run = job.last_success;
    auto& now = at(*course, job.last_success);
    if (const auto& last = course->last; last && counts.accepted >= last->accepted &&
                                         counts.deferred >= last->deferred && counts.failed >= last->failed) {
        now.accepted += counts.accepted - last->accepted;
        now.deferred += counts.deferred - last->deferred;
        now.failed += counts.failed - last->failed;
        now.counted = true;
    }
    course->last = counts;
    return true;
}

bool DayCourse::note(const Snapshot& snapshot) {
    bool news = false;
    const auto each = [&](std::string_view check, auto take) {
        auto job = std::lower_bound(
            snapshot.jobs.begin(), snapshot.jobs.end(), check,
            [](const JobState& one, std::string_view name) { return one.check.compare(name) < 0; });
        for (; job != snapshot.jobs.end() && job->check == check; ++job)
            if (job->samples && job->runs > 0 && job->last_success == job->last_run)
                news = take(*job) || news;
    };
    each("queue", [this](const JobState& job) { return note_queue(job); });
    each("delivery", [this](const JobState& job) { return note_deliveries(job); });
    return news;
}

std::map<std::string, DayCourse::Steps> DayCourse::steps_until(WallTime now) const {
    std::map<std::string, Steps> out;
    const auto last = step_of(now);
    for (const auto& [mta, course] : courses_) {
        Steps all;
        for (std::size_t i = 0; i < steps; ++i) {
            const auto number = last - static_cast<std::int64_t>(steps - 1 - i);
            const auto place = static_cast<std::size_t>(number) % steps;
            if (course.numbers[place] == number) all[i] = course.ring[place];
        }
        out.emplace(mta, all);
    }
    return out;
}

}  // namespace reputed
