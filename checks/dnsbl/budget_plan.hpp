#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "checks/net/query_budget.hpp"
#include "config/settings.hpp"

// What the operators of lists allow against what a configuration wants to ask. Pure. Where it is too much, the lists of
// that operator are asked less often, so that four fifths of the limit suffice: the rest is for confirmations, restarts,
// reasons and test points that are asked again.
namespace reputed::dnsbl {

struct SubjectCounts {
    std::uint64_t v4 = 0;
    std::uint64_t v6 = 0;
    std::uint64_t domains = 0;  // PTR names, which nobody knows yet, as one an address
};
SubjectCounts count_subjects(const Settings& settings, bool domains = true);  // false: without counting those

// How many names of PTR records a domain list is asked about at most.
inline constexpr std::size_t most_ptr_names = 256;

// Questions of one round as a rule: the test points, and everything that the list accepts.
std::uint64_t round_questions(const List& list, std::uint64_t accepted);
// The most that one round asks: the test points twice, and the reasons of some listings.
std::uint64_t most_round_questions(const List& list, std::uint64_t accepted);
std::uint64_t accepted_subjects(const List& list, const SubjectCounts& counts);

struct OwnerPlan {
    struct Planned {
        const List* list = nullptr;  // of the ActiveLists that it was made of
        std::chrono::seconds configured{0};
        std::chrono::seconds interval{0};
        std::uint64_t round = 0;       // questions
        std::uint64_t most_round = 0;  // beyond the limit per day: it is never asked
    };
    std::string owner;
    QueryBudget::Limit limit;  // the strictest of its lists, and what [budgets] says instead
    std::vector<Planned> lists;

    bool stretched() const;
    std::uint64_t a_day(std::chrono::seconds Planned::*interval) const;  // questions
};
// Those with a limit, by name.
std::vector<OwnerPlan> plan_budgets(const Settings& settings, const ActiveLists& lists);

// How often this list is asked, as plan_budgets() has it: for a caller who goes through the lists one by one.
std::chrono::seconds planned_interval(const Settings& settings, const ActiveLists& lists, const List& list);

// One sentence for each operator whose lists are asked less often than configured, or not at all: who allows what, what
// would have been asked, which interval fits, what to do.
std::vector<std::string> budget_remarks(const std::vector<OwnerPlan>& plans);

// The limits of the plan, and what [budgets] says of others.
std::map<std::string, QueryBudget::Limit, std::less<>> budget_limits(const Settings& settings,
                                                                     const ActiveLists& lists);

// When in its interval each rationed list is asked, 0 up to 1, so that an operator's lists take turns. By list name.
std::map<std::string, double> turns(const Settings& settings, const ActiveLists& lists);

}  // namespace reputed::dnsbl
