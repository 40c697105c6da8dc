#include <iostream>

#include "agent/command_support.hpp"
#include "agent/commands.hpp"
#include "agent/exit_codes.hpp"
#include "agent/manual/completion.hpp"
#include "agent/manual/manual_page.hpp"
#include "agent/manual/metric_reference.hpp"
#include "agent/manual/reference.hpp"

namespace reputed {
namespace {

using manual::Command;

std::vector<manual::Table> tables() {
    return manual::configuration_tables(sample_settings());
}

struct Kind {
    std::string_view name;
    std::string (*make)(const Command& root);
};

constexpr Kind kinds[] = {
    {"reputed.8", [](const Command& root) { return manual::program_page(root, REPUTED_VERSION); }},
    {"reputed.toml.5", [](const Command&) { return manual::configuration_page(tables(), REPUTED_VERSION); }},
    {"bash", manual::bash_completion},
    {"zsh", manual::zsh_completion},
    {"fish", manual::fish_completion},
    {"commands.md", manual::command_reference},
    {"configuration.md", [](const Command&) { return manual::configuration_reference(tables()); }},
    {"findings.md", [](const Command&) { return manual::finding_reference(finding_codes()); }},
    {"metrics.md", [](const Command&) { return manual::metric_reference(metric_families()); }},
};

}  // namespace

int docs_command(const Command& root, const std::string& kind) {
    std::string known;
    for (const auto& one : kinds) {
        if (one.name == kind) {
            std::cout << one.make(root);
            return exit_ok;
        }
        known += (known.empty() ? "" : ", ") + std::string(one.name);
    }
    print_error('"' + kind + "\" is no document: there are " + known);
    return exit_usage;
}

}  // namespace reputed
