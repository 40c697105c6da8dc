#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

// The commands and options of the program as data, read from the table that parses them: manual page, completions and
// reference are made of it.
namespace reputed::manual {

struct Option {
    std::string short_name;  // "-c", or ""
    std::string long_name;   // "--config"; "" for a positional argument
    std::string value;       // what it takes: "FILE"; "" for a flag
    std::string help;        // one sentence without a stop
    bool required = false;
};

struct Command {
    std::string name;  // as it is typed behind the program's name: "config check"; "" for the program
    std::string help;
    std::vector<Option> options;      // in the order of the table, without --help
    std::vector<Command> commands{};  // below this one, hidden ones left out
};

Command command_tree(const CLI::App& app);

// Every command that does something itself, in the order of the table.
std::vector<const Command*> leaves(const Command& root);

}  // namespace reputed::manual
