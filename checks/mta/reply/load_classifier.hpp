#pragma once

#include <optional>

#include "checks/mta/reply/classifier.hpp"
#include "config/problem.hpp"
#include "config/settings.hpp"
#include "config/sources.hpp"

namespace reputed::mta {

// The compiled-in rules and providers, behind those of the operator's own files ([mta] bounces, providers). nullopt:
// `problems` says what is wrong with these, each at its file and line; among that an expression that does not parse, a
// provider that there is not, and an example that another rule decides.
std::optional<Classifier> load_classifier(const MtaSettings& settings, const Sources& sources,
                                          Problems& problems);

// The same for texts that are read already; `bounces` and `providers` are files in their form, "" = none.
struct OwnFiles {
    std::string bounces_file;
    std::string bounces;
    std::string providers_file;
    std::string providers;
};
std::optional<Classifier> make_classifier(const OwnFiles& own, Problems& problems);

// What is wrong with rules and providers beyond their form: see load_classifier(). `file` is where the first `count`
// rules stand; those behind them are not looked at.
void check_rules(const BounceRules& rules, std::size_t count, const Classifier& classifier,
                 std::string_view file, Problems& problems);

}  // namespace reputed::mta
