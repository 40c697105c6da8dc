#include "agent/manual/reference.hpp"

#include <string_view>

#include "agent/manual/markdown.hpp"

namespace reputed::manual {
std::string command_reference(const Command& root) {
    std::string out = "# Commands\n" + std::string(generated);
    for (const auto* command : leaves(root)) {
        out += "\n## reputed " + command->name + "\n\n" + cell(command->help) + ".\n";
        if (command->options.empty()) continue;
        out += "\n| option | does |\n| --- | --- |\n";
        for (const auto& option : command->options) {
            const std::string name = option.long_name.empty() ? option.value : option.long_name;
            const std::string value =
                option.long_name.empty() || option.value.empty() ? "" : ' ' + option.value;
            out += "| " + (option.short_name.empty() ? "" : code(option.short_name) + ", ") +
                   code(name + value) + " | " + cell(option.help) + (option.required ? " (required)" : "") +
                   " |\n";
        }
    }
    return out;
}

std::string configuration_reference(std::span<const Table> tables) {
    std::string out =
        "# Configuration\n" + std::string(generated) +
        "\nOne TOML file, usually `/etc/reputed/reputed.toml`. Everything may be left out. The second column "
        "is the default,\nor an example where there is none.\n";
    for (const auto& table : tables) {
        out += "\n## " + code(table.header) + "\n\n";
        if (!table.help.empty()) out += cell(table.help) + "\n\n";
        if (!table.keys.empty()) out += "| key | default or example | means |\n| --- | --- | --- |\n";
        for (const auto& key : table.keys)
            out += "| " + code(key.name) + " | " + code(key.value) + " | " + cell(key.help) + " |\n";
        if (!table.example.empty()) out += "```toml\n" + table.header + '\n' + table.example + "```\n";
    }
    return out;
}

std::string finding_reference(std::span<const FindingCode> codes) {
    std::string out =
        "# Findings\n" + std::string(generated) +
        "\nWhat each finding means and what to do about it; `reputed explain CODE` says the same.\n";
    for (const auto& one : codes) {
        std::string severities;
        for (const auto severity : one.severities)
            severities += (severities.empty() ? "" : ", ") + std::string(to_string(severity));
        out += "\n## " + one.code + "\n\n**" + cell(one.title) + "** (" + severities + ")\n\n" +
               cell(one.means) + "\n\nTo do: " + cell(one.to_do) + '\n';
        if (!one.clears.empty()) out += "\nClears: " + cell(one.clears) + '\n';
        if (!one.see.empty()) out += "\nSee <" + one.see + ">\n";
    }
    return out;
}

}  // namespace reputed::manual
