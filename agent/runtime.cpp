#include "agent/runtime.hpp"

#include <stdexcept>
#include <utility>

#include "checks/dnsbl/budget_plan.hpp"
#include "checks/mta/reply/load_classifier.hpp"

namespace reputed {

// What is built in is made when it is first asked for: it takes some milliseconds, and without an MTA nobody asks.
std::shared_ptr<const mta::Classifier> own_classifier(const MtaSettings& settings, Problems& problems) {
    if (settings.bounces.empty() && settings.providers.empty()) return {};
    auto classifier = mta::load_classifier(settings, system_sources(), problems);
    return classifier ? std::make_shared<const mta::Classifier>(std::move(*classifier)) : nullptr;
}

Runtime make_runtime(Settings settings, std::shared_ptr<const mta::Classifier> classifier) {
    Runtime runtime;
    runtime.lists = std::make_shared<const ActiveLists>(active_lists(settings.dnsbl, Catalogue::builtin()));
    auto resolver = std::make_shared<CaresResolver>(settings.dns);
    runtime.resolver = resolver;
    runtime.statistics = resolver;
    runtime.classifier = std::move(classifier);
    runtime.budget = std::make_shared<QueryBudget>();
    runtime.budget->set_limits(dnsbl::budget_limits(settings, *runtime.lists));
    runtime.settings = std::make_shared<const Settings>(std::move(settings));
    return runtime;
}

Runtime make_runtime(Settings settings) {
    Problems problems;
    auto classifier = own_classifier(settings.mta, problems);
    if (!problems.empty()) throw std::runtime_error(problems.front().to_string());
    return make_runtime(std::move(settings), std::move(classifier));
}

Runtime make_single_runtime(Settings settings) {
    auto runtime = make_runtime(std::move(settings));
    runtime.budget->allow_at_once();
    return runtime;
}

}  // namespace reputed
