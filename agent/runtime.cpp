#include "agent/runtime.hpp"

#include <utility>

namespace reputed {

Runtime make_runtime(Settings settings) {
    Runtime runtime;
    runtime.lists = std::make_shared<const ActiveLists>(active_lists(settings.dnsbl, Catalogue::builtin()));
    auto resolver = std::make_shared<CaresResolver>(settings.dns);
    runtime.resolver = resolver;
    runtime.statistics = resolver;
    runtime.settings = std::make_shared<const Settings>(std::move(settings));
    return runtime;
}

}  // namespace reputed
