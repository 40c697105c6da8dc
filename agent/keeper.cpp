#include "agent/keeper.hpp"

#include <algorithm>
#include <exception>
#include <iterator>
#include <tuple>
#include <utility>

#include "agent/logging.hpp"
#include "agent/store_files.hpp"

namespace reputed {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::seconds first_retry = 5s;
constexpr std::chrono::seconds longest_retry = 300s;
constexpr auto maintain_every = 1h;
constexpr auto maintain_when_large = 1min;  // and not more often, where it does not get smaller
constexpr auto longest_wait = 60s;
constexpr std::size_t most_unwritten = 20'000;  // transitions; the oldest are given up

// Above the ids of any file, which count from 1, and rising from start to start. Below 2^53, which JSON readers can hold.
std::uint64_t ids_without_file(WallTime now) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
    return static_cast<std::uint64_t>(std::max<std::int64_t>(seconds, 1)) << 20;
}

template <class Rows>
void note_last(const Rows& rows, std::uint64_t& next) {
    for (const auto& row : rows)
        next = std::max(next, row.id + 1);
}

}  // namespace

Keeper::Keeper(std::string path, StoreSettings settings, Callbacks callbacks, Clock clock)
    : path_(std::move(path)),
      callbacks_(std::move(callbacks)),
      clock_(std::move(clock)),
      settings_(std::move(settings)) {
    health_.since = clock_();
}

Keeper::~Keeper() {
    stop();
}

StoredState Keeper::open() {
    const auto now = clock_();
    StoredState state;
    const bool loaded = !path_.empty() && try_open(now, &state);
    if (!loaded || !health().set_aside.empty())
        state.next_entry = state.next_transition = state.next_outbox = ids_without_file(now);
    next_entry_ = state.next_entry;
    next_transition_ = state.next_transition;
    next_outbox_ = state.next_outbox;
    return state;
}

void Keeper::start() {
    thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
}

void Keeper::stop() {
    if (thread_.joinable()) {
        thread_.request_stop();
        thread_.join();
    }
    store_.reset();
}

void Keeper::submit(Batch&& batch) {
    if (batch.empty()) return;
    {
        const std::lock_guard lock(mutex_);
        pending_.append(std::move(batch));
        ++submitted_;
    }
    wake_.notify_one();
}

void Keeper::wait(std::chrono::milliseconds longest) {
    if (!thread_.joinable()) return;
    std::unique_lock lock(mutex_);
    const auto wanted = submitted_;
    settled_changed_.wait_for(lock, longest, [&] { return settled_ >= wanted; });
}

void Keeper::configure(StoreSettings settings) {
    const std::lock_guard lock(mutex_);
    settings_ = std::move(settings);
}

StoreHealth Keeper::health() const {
    const std::lock_guard lock(mutex_);
    return health_;
}

void Keeper::work(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        turn_or_memory();
        std::unique_lock lock(mutex_);
        settled_ = taken_;
        settled_changed_.notify_all();
        const auto wait = health_.state == StoreHealth::State::memory
                              ? std::min<std::chrono::seconds>(retry_after_, longest_wait)
                              : longest_wait;
        wake_.wait_for(lock, stop, wait, [this] { return !pending_.empty(); });
    }
    turn_or_memory();
}

// What nobody foresaw (no memory, a state that cannot be told) must not end the agent either.
void Keeper::turn_or_memory() {
    try {
        turn();
    } catch (const std::exception& error) {
        use_memory(StoreError(StoreError::Kind::other, error.what()), clock_());
    }
}

void Keeper::turn() {
    Batch batch;
    {
        const std::lock_guard lock(mutex_);
        std::swap(batch, pending_);
        taken_ = submitted_;
    }
    const auto now = clock_();
    note_ids(batch);
    if (!store_) {
        report_written(batch);
        keep_for_later(std::move(batch));
        // The clock may have been set back: then it is tried at once.
        if (!path_.empty() && (now >= failed_at_ + retry_after_ || now < failed_at_)) resume(now);
        return;
    }
    try {
        if (!batch.empty()) commit(batch, now);
        maintain(now);
    } catch (const StoreError& error) {
        use_memory(error, now);
        report_written(batch);
        keep_for_later(std::move(batch));
        // What a new file mends is mended at once.
        if (error.kind() == StoreError::Kind::corrupt || error.kind() == StoreError::Kind::missing)
            resume(now);
    }
}

void Keeper::commit(const Batch& batch, WallTime now) {
    store_->commit(batch);
    const auto size = store_->size_bytes();
    change_health([&](StoreHealth& health) {
        ++health.commits;
        health.last_commit = now;
        health.size_bytes = size;
    });
    report_written(batch);
}

void Keeper::maintain(WallTime now) {
    const auto settings = [this] {
        const std::lock_guard lock(mutex_);
        return settings_;
    }();
    const bool large = store_->size_bytes() > static_cast<std::uint64_t>(settings.max_size) * 1024 * 1024;
    const auto since = now - maintained_;
    if (since >= 0s && since < (large ? std::chrono::seconds(maintain_when_large) : maintain_every)) return;
    maintained_ = now;
    store_->maintain(settings, now);
    const auto size = store_->size_bytes();
    change_health([size](StoreHealth& health) { health.size_bytes = size; });
}

// Opens the file; a broken one is set aside and a fresh one begun, once. `state` takes what it holds, when not null.
bool Keeper::try_open(WallTime now, StoredState* state) {
    for (int tries = 1;; ++tries) {
        try {
            store_ = std::make_unique<Store>(path_);
            if (state != nullptr) *state = store_->load();
            change_health([&](StoreHealth& health) {
                health.state = StoreHealth::State::ok;
                health.since = now;
                health.reason.clear();
                health.size_bytes = store_->size_bytes();
            });
            retry_after_ = 0s;
            return true;
        } catch (const StoreError& error) {
            store_.reset();
            if (error.kind() != StoreError::Kind::corrupt || tries > 1) {
                use_memory(error, now);
                return false;
            }
            log("keeper").error("{}", error.what());
        }
        try {
            const auto aside = set_store_aside(path_, now);
            log("keeper").error("the broken database was set aside as {}; a fresh one is begun", aside);
            change_health([&](StoreHealth& health) {
                health.set_aside = aside;
                health.set_aside_at = now;
            });
        } catch (const StoreError& error) {
            use_memory(error, now);
            return false;
        }
    }
}

bool Keeper::resume(WallTime now) {
    const auto before = health();
    if (!try_open(now, nullptr)) return false;
    Batch whole = callbacks_.whole();
    whole.whole = true;
    Batch batch;
    batch.transitions = unwritten_;
    batch.append(std::move(whole));
    note_ids(batch);
    try {
        store_->reserve(next_entry_, next_transition_, next_outbox_);
        commit(batch, now);
    } catch (const StoreError& error) {
        // It is as it was, and since then.
        change_health([&](StoreHealth& health) {
            health.state = before.state;
            health.since = before.since;
        });
        use_memory(error, now);
        return false;
    }
    unwritten_.clear();
    log("keeper").info("the agent's memory is on disk again: {}", path_);
    return true;
}

void Keeper::use_memory(const StoreError& error, WallTime now) {
    store_.reset();
    failed_at_ = now;
    retry_after_ = std::clamp(retry_after_ * 2, first_retry, longest_retry);
    // Each new reason once: it is tried again and again.
    const auto level = health().reason == error.what() ? spdlog::level::debug : spdlog::level::err;
    log("keeper").log(level, "{}; going on in memory", error.what());
    change_health([&](StoreHealth& health) {
        ++health.failures;
        if (health.state != StoreHealth::State::memory) health.since = now;
        health.state = StoreHealth::State::memory;
        health.reason = error.what();
    });
}

void Keeper::keep_for_later(Batch&& batch) {
    if (path_.empty()) return;
    auto& added = batch.transitions;
    unwritten_.insert(unwritten_.end(), std::make_move_iterator(added.begin()),
                      std::make_move_iterator(added.end()));
    if (unwritten_.size() > most_unwritten)
        unwritten_.erase(unwritten_.begin(), unwritten_.end() - static_cast<std::ptrdiff_t>(most_unwritten));
}

void Keeper::note_ids(const Batch& batch) {
    note_last(batch.entries, next_entry_);
    note_last(batch.transitions, next_transition_);
    note_last(batch.outbox, next_outbox_);
}

void Keeper::report_written(const Batch& batch) const {
    if (!batch.outbox.empty() && callbacks_.written) callbacks_.written(batch.outbox);
}

void Keeper::change_health(const std::function<void(StoreHealth&)>& change) {
    bool news = false;
    {
        const std::lock_guard lock(mutex_);
        const auto before = std::tuple(health_.state, health_.reason, health_.set_aside);
        change(health_);
        news = before != std::tuple(health_.state, health_.reason, health_.set_aside);
    }
    if (news && callbacks_.health_changed) callbacks_.health_changed();
}

}  // namespace reputed
