#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "checks/dnsbl/classify.hpp"
#include "checks/dnsbl/health.hpp"
#include "checks/dnsbl/subject.hpp"
#include "checks/net/resolver.hpp"

// One round: every list against every subject that it accepts, all lists at once in one stream of questions.
// Each list is probed first; one that fails costs its probes and nothing more, and holds nobody up.
namespace reputed::dnsbl {

// Everything that is not plainly clean, with its particulars.
struct Entry {
    std::uint32_t list = 0;
    std::uint32_t subject = 0;
    Classification what;
    std::string reason;  // the list's TXT record, foreign text, at most reason_limit bytes; "" = none given
};
inline constexpr std::size_t reason_limit = 1024;

class Results {
  public:
    Results(std::size_t lists, std::size_t subjects)
        : subjects_(subjects), states_(lists * subjects, not_asked) {}

    static constexpr std::uint8_t not_asked = 0xff;

    bool asked(std::size_t list, std::size_t subject) const { return at(list, subject) != not_asked; }
    State state(std::size_t list, std::size_t subject) const { return static_cast<State>(at(list, subject)); }
    void set(std::size_t list, std::size_t subject, State state) {
        states_[list * subjects_ + subject] = static_cast<std::uint8_t>(state);
    }

    std::vector<ListHealth> health;  // one a list
    std::vector<Entry> entries;      // by subject, then list
    std::uint64_t questions = 0;     // asked of the resolver
    bool complete = true;            // false after a stop request

    const Entry* find(std::size_t list, std::size_t subject) const;

  private:
    std::uint8_t at(std::size_t list, std::size_t subject) const {
        return states_[list * subjects_ + subject];
    }

    std::size_t subjects_;
    std::vector<std::uint8_t> states_;
};

struct SweepOptions {
    std::uint64_t seed = 0;  // makes the random test points
    // Called on the caller's thread with (answers so far, questions expected).
    std::function<void(std::uint64_t, std::uint64_t)> progress;
    std::stop_token stop;
    bool reasons = true;  // ask for the TXT record of a listing as well
};

Results sweep(const std::vector<List>& lists, const std::vector<Subject>& subjects, Resolver& resolver,
              const SweepOptions& options = {});

}  // namespace reputed::dnsbl
