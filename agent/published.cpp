#include "agent/published.hpp"

#include "agent/metrics.hpp"
#include "agent/page.hpp"

namespace reputed {

Edition::Edition(std::shared_ptr<const Snapshot> snapshot)
    : snapshot_(std::move(snapshot)),
      probes_(*snapshot_),
      metrics_(std::make_shared<const Content>(render_metrics(*snapshot_, probes_))) {}

std::shared_ptr<const Content> Edition::page() const {
    std::call_once(page_rendered_,
                   [this] { page_ = std::make_shared<const Content>(render_page(*snapshot_)); });
    return page_;
}

void Published::publish(std::shared_ptr<const Snapshot> snapshot) {
    std::shared_ptr<const Edition> edition = std::make_shared<const Edition>(std::move(snapshot));
    const std::lock_guard lock(mutex_);
    current_.swap(edition);
    // The lock, declared later, is released before `edition`, so the old one is freed without it.
}

std::shared_ptr<const Edition> Published::current() const {
    const std::lock_guard lock(mutex_);
    return current_;
}

}  // namespace reputed
