#pragma once

#include <memory>

#include "checks/mta/reply/classifier.hpp"
#include "checks/net/cares_resolver.hpp"
#include "checks/net/http.hpp"
#include "checks/net/query_budget.hpp"
#include "config/settings.hpp"

namespace reputed {

class LogWatch;

// One configuration in use, with what was made from it. Shared by the runs that began under it, so that a reload
// never pulls anything from under them.
struct Runtime {
    std::shared_ptr<const Settings> settings;
    std::shared_ptr<const ActiveLists> lists;
    std::shared_ptr<Resolver> resolver;
    std::shared_ptr<const CaresResolver>
        statistics;  // the same resolver where it counts; null for another kind
    std::shared_ptr<const mta::Classifier> classifier{};  // with the operator's own rules
    std::shared_ptr<LogWatch> logs{};                     // null: no log is read
    // With the limits of this configuration; the object outlives reloads. Null: nobody counts.
    std::shared_ptr<QueryBudget> budget{};
    std::shared_ptr<http::Client> http{};  // null: the usual one
};

// With the operator's own rules on replies, which are read now. Null: there are none, or `problems` says what is wrong
// with them.
std::shared_ptr<const mta::Classifier> own_classifier(const MtaSettings& settings, Problems& problems);

// Throws std::runtime_error when the resolver cannot be made. `classifier`: what own_classifier() gave.
Runtime make_runtime(Settings settings, std::shared_ptr<const mta::Classifier> classifier);
// Reads the operator's rules as well; throws std::runtime_error also when they do not hold.
Runtime make_runtime(Settings settings);
// The same for one run that is over soon: it may ask what a day allows at once, and remembers no other run.
Runtime make_single_runtime(Settings settings);

}  // namespace reputed
