#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "agent/store.hpp"
#include "agent/store_health.hpp"

namespace reputed {

// Owns the store: takes batches in order, commits all that wait as one transaction, and goes on in memory while the
// store cannot be used. When it can again, the agent's whole state is written, with the transitions of the time between.
class Keeper {
  public:
    // Called from the keeper's thread without any lock of its own held.
    struct Callbacks {
        // The agent's whole state: a batch with `whole` set, with the transitions that its outbox entries name and the
        // last told ones of open episodes. It takes the lock under which submit() is called, so that what was
        // submitted before is in it.
        std::function<Batch()> whole;
        // Outbox entries that are on disk as they are here, or need not wait because there is no disk.
        std::function<void(std::span<const OutboxEntry>)> written;
        std::function<void()> health_changed;
    };
    using Clock = std::function<WallTime()>;

    // `path` "": memory only, because it is configured so.
    Keeper(std::string path, StoreSettings settings, Callbacks callbacks,
           Clock clock = std::chrono::system_clock::now);
    ~Keeper();  // stop()
    Keeper(const Keeper&) = delete;
    Keeper& operator=(const Keeper&) = delete;

    // Opens or creates the file and returns what it holds; a broken one is set aside. Where there is none to be used,
    // the state is empty and its ids begin far above those of any file, so that they meet none of a later one.
    StoredState open();
    // Starts the thread. After open(), and after the agent has taken its state: whole() may be called from now on.
    void start();
    // Commits what is pending, ends the thread and closes the store. Not under the lock that whole() takes.
    void stop();

    // Never waits for the disk.
    void submit(Batch&& batch);
    // Until what was submitted before is on disk, or need not wait because there is none; `longest` at most.
    void wait(std::chrono::milliseconds longest);
    void configure(StoreSettings settings);  // retention and size; another path needs another keeper

    StoreHealth health() const;

    // One turn of the thread: reopens what is due, commits what is pending, maintains. For tests without the thread.
    void turn();

  private:
    void work(const std::stop_token& stop);
    void turn_or_memory();
    bool try_open(WallTime now, StoredState* state);
    bool resume(WallTime now);
    void commit(const Batch& batch, WallTime now);
    void maintain(WallTime now);
    void keep_for_later(Batch&& batch);
    void note_ids(const Batch& batch);
    void use_memory(const StoreError& error, WallTime now);
    void report_written(const Batch& batch) const;
    void change_health(const std::function<void(StoreHealth&)>& change);

    const std::string path_;
    const Callbacks callbacks_;
    const Clock clock_;

    // Of the thread alone.
    std::unique_ptr<Store> store_;
    WallTime failed_at_;
    std::chrono::seconds retry_after_{0};
    WallTime maintained_;
    std::vector<Transition> unwritten_;  // made while in memory, oldest first
    std::uint64_t next_entry_ = 1, next_transition_ = 1, next_outbox_ = 1;
    std::uint64_t taken_ = 0;  // of submitted_, by the turn

    mutable std::mutex mutex_;
    std::condition_variable_any wake_;
    std::condition_variable_any settled_changed_;
    Batch pending_;
    std::uint64_t submitted_ = 0;  // batches,
    std::uint64_t settled_ = 0;    // and those of them that the thread is done with
    StoreSettings settings_;
    StoreHealth health_;
    std::jthread thread_;
};

}  // namespace reputed
