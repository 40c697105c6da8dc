#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>

#include "agent/web/server.hpp"

struct MHD_Connection;

namespace reputed::web {

// A request whose answer is made elsewhere: its connection sleeps meanwhile.
struct Parked {
    MHD_Connection* connection = nullptr;
    std::optional<bool> login;   // what the password turned out to be
    std::optional<Reply> reply;  // what a route answers
};

// Connections that sleep. Threads may wake them at any time, also when the server has gone.
class Parking {
  public:
    // Null when the server ends. Called by the server's thread.
    std::shared_ptr<Parked> park(MHD_Connection* connection);
    // Once only: `fill` writes the result, then the server goes on with the request.
    void wake(const std::shared_ptr<Parked>& parked, const std::function<void(Parked&)>& fill);
    // Wakes all, without a result, and lets nobody in any more.
    void close();

  private:
    std::mutex mutex_;
    bool closed_ = false;
    std::set<std::shared_ptr<Parked>> parked_;
};

}  // namespace reputed::web
