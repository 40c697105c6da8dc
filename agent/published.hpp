#pragma once

#include <memory>
#include <mutex>

#include "agent/day_course.hpp"
#include "agent/probe_index.hpp"
#include "agent/snapshot.hpp"
#include "agent/web/content.hpp"

namespace reputed {

// One snapshot with what readers get of it. Never changed after it was made; threads may share it.
class Edition {
  public:
    // Renders the metrics.
    explicit Edition(std::shared_ptr<const Snapshot> snapshot, std::shared_ptr<const DayCourse> course = {});

    const Snapshot& snapshot() const { return *snapshot_; }
    std::shared_ptr<const Content> metrics() const { return metrics_; }
    const ProbeIndex& probes() const { return probes_; }
    const DayCourse& course() const { return *course_; }

  private:
    std::shared_ptr<const Snapshot> snapshot_;
    ProbeIndex probes_;
    std::shared_ptr<const Content> metrics_;
    std::shared_ptr<const DayCourse> course_;
};

// The current edition, swapped whole. The lock is held for the copy of a pointer and nothing else: a reader
// never waits for a check, for rendering or for another reader.
class Published {
  public:
    // Renders in the calling thread, one at a time, then swaps. `snapshot` must not be null and must not change any
    // more.
    void publish(std::shared_ptr<const Snapshot> snapshot);

    // Null before the first publish().
    std::shared_ptr<const Edition> current() const;

  private:
    mutable std::mutex mutex_;
    std::shared_ptr<const Edition> current_;
    std::shared_ptr<const DayCourse> course_ = std::make_shared<const DayCourse>();  // of the publisher
};

}  // namespace reputed
