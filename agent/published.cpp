#include "agent/published.hpp"

#include "agent/metrics.hpp"

namespace reputed {

Edition::Edition(std::shared_ptr<const Snapshot> snapshot, std::shared_ptr<const DayCourse> course)
    : snapshot_(std::move(snapshot)),
      probes_(*snapshot_),
      metrics_(std::make_shared<const Content>(render_metrics(*snapshot_, probes_))),
      course_(course ? std::move(course) : std::make_shared<const DayCourse>()) {}

void Published::publish(std::shared_ptr<const Snapshot> snapshot) {
    auto course = std::make_shared<DayCourse>(*course_);
    if (course->note(*snapshot)) course_ = std::move(course);
    std::shared_ptr<const Edition> edition = std::make_shared<const Edition>(std::move(snapshot), course_);
    const std::lock_guard lock(mutex_);
    current_.swap(edition);
    // The lock, declared later, is released before `edition`, so the old one is freed without it.
}

std::shared_ptr<const Edition> Published::current() const {
    const std::lock_guard lock(mutex_);
    return current_;
}

}  // namespace reputed
