#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace reputed::manual {

struct Key {
    std::string name;   // "interval"; "" for what a table's own example shows
    std::string help;   // one paragraph
    std::string value;  // the default, or an example where there is none, as TOML
};

struct Table {
    std::string header;  // "[dns]", "[[sender]]"
    std::string help;    // "" where it has none of its own
    std::vector<Key> keys;
    std::string example;  // of a table whose keys the operator names; else ""
};

// The tables of the configuration in the order of the sample, which is the one text that documents every key
// (sample_settings()). A table that the sample shows several times, for its kinds, is one.
std::vector<Table> configuration_tables(std::string_view sample);

}  // namespace reputed::manual
