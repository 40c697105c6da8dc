#include "agent/web/parking.hpp"

#include <microhttpd.h>

namespace reputed::web {

std::shared_ptr<Parked> Parking::park(MHD_Connection* connection) {
    const std::lock_guard lock(mutex_);
    if (closed_) return {};
    auto parked = std::make_shared<Parked>();
    parked->connection = connection;
    parked_.insert(parked);
    MHD_suspend_connection(connection);
    return parked;
}

void Parking::wake(const std::shared_ptr<Parked>& parked, const std::function<void(Parked&)>& fill) {
    const std::lock_guard lock(mutex_);
    if (parked_.erase(parked) == 0) return;
    fill(*parked);
    MHD_resume_connection(parked->connection);
}

void Parking::close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    for (const auto& parked : parked_)
        MHD_resume_connection(parked->connection);
    parked_.clear();
}

}  // namespace reputed::web
