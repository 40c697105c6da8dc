#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "config/catalogue.hpp"

namespace reputed::imports {

// What the name of a zone in somebody's configuration comes to.
struct Zone {
    enum class State : std::uint8_t {
        known,     // in the catalogue
        unknown,   // a list nobody described
        dead,      // it ended
        unusable,  // alive, but no use here
        wrong,     // no zone at all, or it cannot be told apart from its key
    };
    State state = State::wrong;
    std::string name;  // free of keys; what may be shown
    std::string zone;  // what a [[dnsbl.list]] says, with {key} in the key's place; for unknown ones
    std::string why;   // of dead, unusable and wrong: a phrase that goes behind the name
    const List* list = nullptr;  // of known ones

    bool needs_key = false;
    std::string key_place;  // the name under [dnsbl.keys] that serves it
    std::string secret;     // the key that was inside; "" = none, or a variable stood in its place
};

Zone understand_zone(std::string_view written);

// A word of a source for a message, in quotes; what may be a key is not repeated.
std::string shown(std::string_view word);

}  // namespace reputed::imports
