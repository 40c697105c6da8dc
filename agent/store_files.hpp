#pragma once

#include <string>

#include "agent/store.hpp"

// The store's files beside SQLite's own: which path, who may write, where a broken one goes.
namespace reputed {

// Where the agent keeps its memory: [store] path, else reputed.db in the first folder that can be written to of
// $STATE_DIRECTORY and /var/lib/reputed; "" = nowhere.
std::string default_store_path(const StoreSettings& settings);
// Where a reader finds it: the first of the same that is there; where none is, the first.
std::string readable_store_path(const StoreSettings& settings);

// One agent at a time: PATH.lock, locked as long as this lives, also after a crash of its holder no longer. The file
// itself stays. Throws StoreError: locked where another process has it.
class StoreLock {
  public:
    explicit StoreLock(const std::string& path);
    ~StoreLock();
    StoreLock(const StoreLock&) = delete;
    StoreLock& operator=(const StoreLock&) = delete;

  private:
    int fd_ = -1;
};

// Whether an agent that runs has it. Throws StoreError (other) where this user may not find out.
bool is_store_in_use(const std::string& path);

// Makes the file where it is not: mode 0640, and without what another one of that name left beside it.
void make_store_file(const std::string& path);

// Renames PATH and what belongs to it to PATH.broken-YYYYMMDDTHHMMSS (UTC) and returns that name; at most three such are
// kept, the latest. Throws StoreError.
std::string set_store_aside(const std::string& path, WallTime now);

}  // namespace reputed
