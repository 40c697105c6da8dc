#pragma once

#include "agent/sqlite.hpp"

namespace reputed {

inline constexpr std::int64_t store_application_id = 0x52455055;  // "REPU", PRAGMA application_id
std::int64_t store_version();                                     // of the tables; PRAGMA user_version

// Throws StoreError where the file is another program's (other) or a later version's (newer). Returns its version.
std::int64_t check_owner(sqlite::Database& database);

// Brings the tables of a file of ours, or of an empty one, to store_version(), each step in a transaction.
void migrate_store(sqlite::Database& database);

}  // namespace reputed
