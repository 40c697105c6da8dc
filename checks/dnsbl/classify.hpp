#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/net/dns.hpp"
#include "config/catalogue.hpp"

// What one answer of one list means. The rule that everything else rests on: only a code that the list is
// known to use for a listing is a listing. Every other answer is something else, and never "listed".
namespace reputed::dnsbl {

enum class State : std::uint8_t {
    clean,         // not listed; for score lists: no score
    listed,        // a blocklist answered with a code that it uses for listings
    allowed,       // the same of an allowlist
    score,         // a score list answered with a number
    refused,       // the list refuses to tell: resolver blocked, over quota, bad key
    broken,        // the list does not work: dead, wildcarding, parked, inverted, wrong question
    timeout,       // no answer
    servfail,      // the resolver failed, or the answer made no sense
    unknown_code,  // an answer in 127.0.0.0/8 that the list does not document
};
std::string_view to_string(State state);
inline constexpr std::size_t state_count = static_cast<std::size_t>(State::unknown_code) + 1;

// A statement about the subject, as opposed to one about the list or the way to it.
constexpr bool is_definite(State state) {
    return state <= State::score;
}

struct Classification {
    State state = State::clean;
    std::vector<std::uint32_t> codes;   // the A records, host order, ascending, each once
    std::vector<std::string> meanings;  // of the codes, in the catalogue's words, each once
    Severity severity = Severity::ok;   // of a listing; at most `info` for a list of weight 0
    bool policy = false;                // every code of a listing speaks of the kind of address only
    double score = 0;                   // State::score
    std::optional<ErrorCause> cause;    // State::refused or broken: why, where the code says it
};

Classification classify(const List& list, const Answer& answer);

// "127.0.0.2"
std::string code_text(std::uint32_t code);

}  // namespace reputed::dnsbl
