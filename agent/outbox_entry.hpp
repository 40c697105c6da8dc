#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "agent/snapshot.hpp"

namespace reputed {

// One transition that one notifier has still to be told, or was told and has to hear the end of. Entries of one notifier
// are delivered in the order of their ids.
struct OutboxEntry {
    std::uint64_t id = 0;  // from 1, rising, never used again
    std::string notifier;
    std::uint64_t transition = 0;  // its id
    WallTime created;
    // The message that it was made part of; "" until then. A message keeps its key and its entries until it is
    // delivered, so that a receiver can tell a repetition from news.
    std::string message_key;
    // Delivered. It stays until its episode ends or the next transition of the episode was told: this notifier hears of
    // the end, and Alertmanager is reminded meanwhile.
    bool told = false;
    // Of the message, kept with its first entry only.
    int attempts = 0;  // deliveries that failed
    WallTime next_try;
    std::string last_error;  // without secrets, at most 300 bytes

    static constexpr std::size_t longest_error = 300;
};

}  // namespace reputed
