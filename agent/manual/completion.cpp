#include "agent/manual/completion.hpp"

#include <algorithm>
#include <map>
#include <string_view>

namespace reputed::manual {
namespace {

// A text in single quotes, as all three shells take it.
std::string quoted(std::string_view text) {
    std::string out = "'";
    for (const char c : text)
        out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + '\'';
}

bool takes_file(const Option& option) {
    return option.value == "FILE" || option.value == "PATH" || option.value == "DIR" ||
           option.long_name == "--config";
}

std::string last_word(const std::string& name) {
    return name.substr(name.rfind(' ') + 1);
}

// The words that may follow a command: its subcommands and its options.
std::string words_after(const Command& command) {
    std::string words;
    for (const auto& sub : command.commands)
        words += last_word(sub.name) + ' ';
    for (const auto& option : command.options)
        if (!option.long_name.empty()) words += option.long_name + ' ';
    return words + "--help";
}

void each(const Command& command, const auto& function) {
    function(command);
    for (const auto& sub : command.commands)
        each(sub, function);
}

std::string file_options(const Command& root) {
    std::vector<std::string> names;
    each(root, [&](const Command& command) {
        for (const auto& option : command.options)
            if (takes_file(option) && !option.long_name.empty()) names.push_back(option.long_name);
    });
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    std::string out = "-c|-o";
    for (const auto& name : names)
        out += '|' + name;
    return out;
}

bool names_files(const Command& command) {
    return std::any_of(command.options.begin(), command.options.end(),
                       [](const Option& option) { return option.long_name.empty() && takes_file(option); });
}

}  // namespace

std::string bash_completion(const Command& root) {
    std::string out =
        "# Completion of reputed for bash.\n"
        "_reputed() {\n"
        "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} path='' i\n"
        "    COMPREPLY=()\n"
        "    case $before in\n"
        "        " +
        file_options(root) +
        ") mapfile -t COMPREPLY < <(compgen -f -- \"$word\"); return ;;\n"
        "        --format) mapfile -t COMPREPLY < <(compgen -W 'table json csv nagios' -- \"$word\"); return "
        ";;\n"
        "    esac\n"
        "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
        "        case \"$path ${COMP_WORDS[i]}\" in\n";
    std::string words;
    each(root, [&](const Command& command) {
        if (!command.name.empty())
            out += "            " + quoted(' ' + command.name) + ") path=" + quoted(' ' + command.name) +
                   " ;;\n";
        words += "        " + quoted(command.name.empty() ? "" : ' ' + command.name) +
                 ") words=" + quoted(words_after(command)) + (names_files(command) ? " files=yes" : "") +
                 " ;;\n";
    });
    out +=
        "        esac\n"
        "    done\n"
        "    local words='' files=''\n"
        "    case $path in\n" +
        words +
        "    esac\n"
        "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\"; [ -z \"$files\" ] || compgen -f -- "
        "\"$word\")\n"
        "}\n"
        "complete -o filenames -F _reputed reputed\n";
    return out;
}

std::string zsh_completion(const Command& root) {
    std::string out =
        "#compdef reputed\n# Completion of reputed for zsh.\n_reputed() {\n"
        "    local path='' word\n    local -a choices\n"
        "    for word in ${words[2,CURRENT-1]}; do\n        case \"$path $word\" in\n";
    std::string choices;
    each(root, [&](const Command& command) {
        if (!command.name.empty())
            out += "            " + quoted(' ' + command.name) + ") path=" + quoted(' ' + command.name) +
                   " ;;\n";
        choices +=
            "        " + quoted(command.name.empty() ? "" : ' ' + command.name) + ")\n            choices=(";
        const auto choice = [&](const std::string& name, std::string help) {
            for (std::size_t at = 0; (at = help.find(':', at)) != std::string::npos; at += 2)
                help.insert(at, "\\");
            choices += "\n                " + quoted(name + ':' + help);
        };
        for (const auto& sub : command.commands)
            choice(last_word(sub.name), sub.help);
        for (const auto& option : command.options)
            if (!option.long_name.empty()) choice(option.long_name, option.help);
        choices += ")";
        choices += names_files(command) ? "\n            _files\n            ;;\n" : "\n            ;;\n";
    });
    return out + "        esac\n    done\n    case ${words[CURRENT-1]} in\n        " + file_options(root) +
           ") _files; return ;;\n        --format) compadd table json csv nagios; return ;;\n    esac\n"
           "    case $path in\n" +
           choices + "    esac\n    _describe reputed choices\n}\n_reputed \"$@\"\n";
}

std::string fish_completion(const Command& root) {
    std::string out = "# Completion of reputed for fish.\n";
    each(root, [&](const Command& command) {
        std::string condition = "__fish_use_subcommand";
        if (!command.name.empty()) {
            condition = "";
            std::string name = command.name;
            std::replace(name.begin(), name.end(), ' ', '\n');
            for (std::size_t at = 0; at < name.size();) {
                const auto end = std::min(name.find('\n', at), name.size());
                condition += (condition.empty() ? "" : "; and ") +
                             std::string("__fish_seen_subcommand_from ") + name.substr(at, end - at);
                at = end + 1;
            }
        }
        for (const auto& sub : command.commands)
            out += "complete -c reputed -f -n " + quoted(condition) + " -a " + last_word(sub.name) + " -d " +
                   quoted(sub.help) + '\n';
        for (const auto& option : command.options) {
            if (option.long_name.empty()) continue;
            out += "complete -c reputed -n " + quoted(condition) + " -l " + option.long_name.substr(2);
            if (!option.short_name.empty()) out += " -s " + option.short_name.substr(1);
            if (!option.value.empty())
                out += option.long_name == "--format" ? " -x -a 'table json csv nagios'" : " -r";
            out += " -d " + quoted(option.help) + '\n';
        }
    });
    return out;
}

}  // namespace reputed::manual
