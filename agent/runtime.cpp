#include "agent/runtime.hpp"

#include <stdexcept>
#include <utility>

#include "checks/dnsbl/budget_plan.hpp"
#include "checks/mta/reply/load_classifier.hpp"

namespace reputed {

namespace {

// What is built in is made when it is first asked for: it takes some milliseconds, and without an MTA nobody asks.
std::shared_ptr<const mta::Classifier> classifier_of(const MtaSettings& settings) {
    if (settings.bounces.empty() && settings.providers.empty()) return {};
    Problems problems;
    auto classifier = mta::load_classifier(settings, system_sources(), problems);
    if (!classifier)
        throw std::runtime_error(problems.empty() ? "the rules on replies" : problems.front().to_string());
    return std::make_shared<const mta::Classifier>(std::move(*classifier));
}

}  // namespace

Runtime make_runtime(Settings settings) {
    Runtime runtime;
    runtime.lists = std::make_shared<const ActiveLists>(active_lists(settings.dnsbl, Catalogue::builtin()));
    auto resolver = std::make_shared<CaresResolver>(settings.dns);
    runtime.resolver = resolver;
    runtime.statistics = resolver;
    runtime.classifier = classifier_of(settings.mta);
    runtime.budget = std::make_shared<QueryBudget>();
    runtime.budget->set_limits(dnsbl::budget_limits(settings, *runtime.lists));
    runtime.settings = std::make_shared<const Settings>(std::move(settings));
    return runtime;
}

Runtime make_single_runtime(Settings settings) {
    auto runtime = make_runtime(std::move(settings));
    runtime.budget->allow_at_once();
    return runtime;
}

}  // namespace reputed
