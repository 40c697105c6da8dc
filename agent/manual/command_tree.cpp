#include "agent/manual/command_tree.hpp"

#include <CLI/CLI.hpp>

namespace reputed::manual {
namespace {

Option option_of(const CLI::Option& option) {
    Option out;
    if (!option.get_snames().empty()) out.short_name = "-" + option.get_snames().front();
    if (!option.get_lnames().empty()) out.long_name = "--" + option.get_lnames().front();
    // Behind a colon CLI11 says how it checks the value.
    const std::string value = option.get_type_name();
    if (option.get_items_expected_max() > 0) out.value = value.substr(0, value.find(":{"));
    out.help = option.get_description();
    out.required = option.get_required();
    return out;
}

void add_options(const CLI::App& app, Command& command) {
    for (const auto* option : app.get_options())
        if (!option->check_lname("help")) command.options.push_back(option_of(*option));
    for (const auto* group : app.get_subcommands([](const CLI::App* sub) { return sub->get_name().empty(); }))
        add_options(*group, command);
}

Command command_of(const CLI::App& app, const std::string& path) {
    Command command;
    command.name = path;
    command.help = app.get_description();
    add_options(app, command);
    for (const auto* sub : app.get_subcommands([](const CLI::App*) { return true; })) {
        if (sub->get_name().empty() || sub->get_group().empty()) continue;
        command.commands.push_back(
            command_of(*sub, path.empty() ? sub->get_name() : path + ' ' + sub->get_name()));
    }
    return command;
}

void collect(const Command& command, std::vector<const Command*>& out) {
    if (command.commands.empty() && !command.name.empty()) out.push_back(&command);
    for (const auto& sub : command.commands)
        collect(sub, out);
}

}  // namespace

Command command_tree(const CLI::App& app) {
    return command_of(app, "");
}

std::vector<const Command*> leaves(const Command& root) {
    std::vector<const Command*> out;
    collect(root, out);
    return out;
}

}  // namespace reputed::manual
