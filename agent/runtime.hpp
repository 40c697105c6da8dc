#pragma once

#include <memory>

#include "checks/net/cares_resolver.hpp"
#include "config/settings.hpp"

namespace reputed {

// One configuration in use, with what was made from it. Shared by the runs that began under it, so that a reload
// never pulls anything from under them.
struct Runtime {
    std::shared_ptr<const Settings> settings;
    std::shared_ptr<const ActiveLists> lists;
    std::shared_ptr<Resolver> resolver;
    std::shared_ptr<const CaresResolver>
        statistics;  // the same resolver where it counts; null for another kind
};

// Throws std::runtime_error when the resolver cannot be made.
Runtime make_runtime(Settings settings);

}  // namespace reputed
