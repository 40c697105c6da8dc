#pragma once

#include "agent/sqlite.hpp"

namespace reputed {

// Writes the daily figures of days that are over, drops transitions and figures older than the retention, then the
// oldest transitions until the file fits, and gives what is free back to the file system. Never dropped: transitions of
// open episodes, and those that a notifier has still to be told. Throws StoreError.
void maintain_store(sqlite::Database& database, const StoreSettings& settings, WallTime now);

}  // namespace reputed
