#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "agent/web/server.hpp"

namespace reputed {

// Those who asked for a reload over HTTP and wait for how it went. POST /-/reload is answered while `allowed`.
class ReloadRequests {
  public:
    // `news` is called, from the web server's thread, when somebody waits.
    explicit ReloadRequests(std::function<void()> news) : news_(std::move(news)) {}

    void allow(bool allowed) { allowed_ = allowed; }
    void add(LaterReply answer) {
        if (!allowed_)
            return answer(reply(403, "POST /-/reload is not allowed: [web] reload = true allows it.\n"));
        {
            const std::lock_guard lock(mutex_);
            waiting_.push_back(std::move(answer));
        }
        news_();
    }
    std::vector<LaterReply> take() {
        const std::lock_guard lock(mutex_);
        return std::exchange(waiting_, {});
    }
    static void tell(const std::vector<LaterReply>& waiting, bool good) {
        for (const auto& answer : waiting)
            answer(
                good
                    ? reply(200, "The configuration was read again.\n")
                    : reply(500,
                            "The configuration was not changed: the old one stays in use, and the log of the "
                            "agent says why.\n"));
    }

  private:
    static Reply reply(unsigned status, std::string text) {
        return {.status = status, .preamble = std::move(text), .content = {}};
    }

    const std::function<void()> news_;
    std::atomic<bool> allowed_ = false;
    std::mutex mutex_;
    std::vector<LaterReply> waiting_;  // no more than there are connections
};

}  // namespace reputed
