#pragma once

#include <memory>
#include <mutex>

#include "agent/content.hpp"
#include "agent/probe_index.hpp"
#include "agent/snapshot.hpp"

namespace reputed {

// One snapshot with what readers get of it. Never changed after it was made; threads may share it.
class Edition {
  public:
    explicit Edition(std::shared_ptr<const Snapshot> snapshot);  // renders the metrics

    const Snapshot& snapshot() const { return *snapshot_; }
    std::shared_ptr<const Content> metrics() const { return metrics_; }
    const ProbeIndex& probes() const { return probes_; }
    // Rendered when the first reader asks: most editions are scraped and never looked at.
    std::shared_ptr<const Content> page() const;

  private:
    std::shared_ptr<const Snapshot> snapshot_;
    ProbeIndex probes_;
    std::shared_ptr<const Content> metrics_;
    mutable std::once_flag page_rendered_;
    mutable std::shared_ptr<const Content> page_;
};

// The current edition, swapped whole. The lock is held for the copy of a pointer and nothing else: a reader
// never waits for a check, for rendering or for another reader.
class Published {
  public:
    // Renders in the calling thread, then swaps. `snapshot` must not be null and must not change any more.
    void publish(std::shared_ptr<const Snapshot> snapshot);

    // Null before the first publish().
    std::shared_ptr<const Edition> current() const;

  private:
    mutable std::mutex mutex_;
    std::shared_ptr<const Edition> current_;
};

}  // namespace reputed
