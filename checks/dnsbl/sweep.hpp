#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "checks/dnsbl/classify.hpp"
#include "checks/dnsbl/health.hpp"
#include "checks/dnsbl/ration.hpp"
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
    static constexpr std::uint8_t kept_mark = 0x40;

    bool asked(std::size_t list, std::size_t subject) const { return at(list, subject) != not_asked; }
    State state(std::size_t list, std::size_t subject) const {
        return static_cast<State>(at(list, subject) & ~kept_mark);
    }
    // An earlier answer that still holds: never a listing, and without an entry.
    bool kept(std::size_t list, std::size_t subject) const {
        return asked(list, subject) && (at(list, subject) & kept_mark) != 0;
    }
    void set(std::size_t list, std::size_t subject, State state) {
        states_[list * subjects_ + subject] = static_cast<std::uint8_t>(state);
    }
    void set_kept(std::size_t list, std::size_t subject, State state) {
        states_[list * subjects_ + subject] = static_cast<std::uint8_t>(state) | kept_mark;
    }

    std::vector<ListHealth> health;  // one a list
    // One a list: its operator's limit left no room, so that nothing at all was asked; `health` says refused, and why.
    std::vector<bool> exhausted;
    // One a list, of those whose operator has a limit per day; settled when the results are gone.
    std::vector<std::optional<Ration>> rations;
    std::vector<Entry> entries;   // by subject, then list
    std::uint64_t questions = 0;  // asked of the resolver
    bool complete = true;         // false after a stop request

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
    // Rations the questions, and keeps answers; null: only what the lists allow a second is kept to.
    QueryBudget* budget = nullptr;
    std::chrono::system_clock::time_point now = std::chrono::system_clock::now();  // for the budget
    bool prepaid = false;  // what is asked was taken from the budget before
    bool reasons = true;   // ask for the TXT record of a listing as well
};

Results sweep(const std::vector<List>& lists, const std::vector<Subject>& subjects, Resolver& resolver,
              const SweepOptions& options = {});

}  // namespace reputed::dnsbl
