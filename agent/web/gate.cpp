#include "agent/web/gate.hpp"

#include <utility>

#include <sys/resource.h>
#include <unistd.h>

#include "agent/logging.hpp"

namespace reputed::web {
namespace {

constexpr std::size_t most_waiting = 64;
constexpr int politeness = 10;

}  // namespace

Gate::Gate() : thread_([this] { run(); }) {}

void Gate::close() {
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
        jobs_.clear();
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
}

Gate::Answer Gate::ask(const Users& users, const char* authorization, const IpAddress& client) {
    if (users.empty()) return {Verdict::let_in, {}};
    if (authorization == nullptr) return {Verdict::no_login, {}};
    const auto login = parse_basic(authorization);

    const std::lock_guard lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    if (!login) return {failures_.attempt(client, now) ? Verdict::wrong : Verdict::too_often, {}};
    Check check{*login, hash_for(users, login->user, cache_.salt()), {}, client};
    check.key = cache_.key(*login, check.hash);
    const auto known = cache_.find(check.key);
    if (known == true) return {Verdict::let_in, {}};
    if (!failures_.attempt(client, now)) return {Verdict::too_often, {}};
    if (known == false) return {Verdict::wrong, {}};
    if (closed_ || jobs_.size() >= most_waiting) {
        failures_.give_back(client);
        return {Verdict::busy, {}};
    }
    return {Verdict::unknown, std::move(check)};
}

void Gate::check(Check check, std::function<void(bool)> done) {
    {
        const std::lock_guard lock(mutex_);
        if (closed_) return;
        jobs_.push_back({std::move(check), std::move(done)});
    }
    changed_.notify_all();
}

void Gate::run() {
    setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()),
                politeness);  // guessing must not slow down the agent
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return closed_ || !jobs_.empty(); });
        if (closed_) return;
        Job job = std::move(jobs_.front());
        jobs_.pop_front();
        auto right = cache_.find(job.check.key);  // those of one client often come at once
        if (!right) {
            lock.unlock();
            right = matches(job.check.login.password, job.check.hash);
            lock.lock();
            cache_.add(job.check.key, *right);
        }
        if (*right) failures_.give_back(job.check.client);
        if (closed_) return;
        lock.unlock();
        if (!*right)
            log("web").warn("login refused: wrong user or password from {}", job.check.client.to_string());
        job.done(*right);
        lock.lock();
    }
}

}  // namespace reputed::web
