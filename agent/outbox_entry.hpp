#pragma once

#include <cstdint>
#include <string>

#include "agent/snapshot.hpp"

namespace reputed {

// One transition that one notifier has still to be told. Entries of one notifier are delivered in the order of their
// ids.
struct OutboxEntry {
    std::uint64_t id = 0;  // from 1, rising, never used again
    std::string notifier;
    std::uint64_t transition = 0;  // its id
    WallTime created;
    // The message that it was made part of; "" until then. A message keeps its key and its entries until it is
    // delivered, so that a receiver can tell a repetition from news.
    std::string message_key;
    int attempts = 0;  // deliveries of the message that failed
    WallTime next_try;
    std::string last_error;  // without secrets
};

}  // namespace reputed
