#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "agent/web/login.hpp"

namespace reputed::web {

// Asks for passwords. What is known is answered at once; bcrypt runs on a thread of its own, one login after the other,
// so that neither pages nor metrics wait for it.
class Gate {
  public:
    enum class Verdict {
        let_in,
        no_login,  // none was sent
        wrong,
        too_often,  // this client failed too often lately
        busy,       // too many logins wait to be looked at
        unknown,    // look at `check`
    };
    struct Check {
        Login login;
        std::string hash;
        LoginCache::Key key;
        IpAddress client;
    };
    struct Answer {
        Verdict verdict;
        std::optional<Check> check;  // of Verdict::unknown
    };

    Gate();
    ~Gate() { close(); }
    Gate(const Gate&) = delete;
    Gate& operator=(const Gate&) = delete;

    // `authorization` is the header's value, null when there is none. Called by one thread.
    Answer ask(const Users& users, const char* authorization, const IpAddress& client);
    // After Verdict::unknown, by the same thread. `done` is called from another thread, unless close() comes first.
    void check(Check check, std::function<void(bool right)> done);
    void close();

  private:
    struct Job {
        Check check;
        std::function<void(bool)> done;
    };
    void run();

    std::mutex mutex_;
    std::condition_variable changed_;
    bool closed_ = false;
    std::deque<Job> jobs_;
    LoginCache cache_;
    FailureLimit failures_;
    std::thread thread_;  // last: uses all above
};

}  // namespace reputed::web
