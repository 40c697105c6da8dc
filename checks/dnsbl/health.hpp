#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/dnsbl/classify.hpp"

// Whether a list may be believed. Before each round its test points are asked through the same resolver: one
// that must be listed, one that must not, and a random one that nobody ever listed (RFC 5782 section 5, and
// what it lacks).
namespace reputed::dnsbl {

enum class Health : std::uint8_t {
    usable,
    refused,   // it refuses this resolver, this key, or this many questions
    broken,    // dead, wildcarding, inverted, parked
    silent,    // no answer
    servfail,  // the resolver cannot reach it
};
std::string_view to_string(Health health);

struct ListHealth {
    Health health = Health::usable;
    std::string detail;                // a sentence without the final stop; may be empty for a usable list
    std::optional<ErrorCause> cause;   // Health::refused: why
    std::vector<std::uint32_t> codes;  // what it answered, where that is the reason
};

struct Probe {
    enum class Kind : std::uint8_t {
        listed,  // documented as listed
        guess,   // RFC 5782's point at a list that documents none: listed is good, clean says nothing
        clean,   // must not be listed
        random,  // nobody ever listed it
        zone,  // the zone's own NS, asked where a list has no point that must be listed: does it exist at all
    };
    Kind kind = Kind::listed;
    Question question;
    std::string point;  // as shown: "127.0.0.2"
};

// The probes of one round. `seed` makes the random point.
std::vector<Probe> probes(const List& list, std::uint64_t seed);

// Judges the answers; answers[i] belongs to probes[i].
ListHealth judge(const List& list, const std::vector<Probe>& probes, const std::vector<Answer>& answers);

// The state of every subject of a list that may not be believed.
State state_of(Health health);

}  // namespace reputed::dnsbl
