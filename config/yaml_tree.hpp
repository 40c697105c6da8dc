#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/problem.hpp"

namespace reputed {

// A YAML document as it was written: order, places, and every key that is there twice.
struct YamlNode {
    enum class Kind { null, scalar, list, map };
    Kind kind = Kind::null;
    std::string text;             // of a scalar, quotes and escapes undone
    std::vector<YamlNode> items;  // of a list; of a map key, value, key, value
    unsigned line = 0;            // from 1
    unsigned column = 0;
};

// One document of at most 10,000 nodes, aliases counted as what they stand for. Messages never quote the document: it may
// hold secrets. An empty one is null.
std::optional<YamlNode> parse_yaml(std::string_view text, const std::string& file, Problems& problems);

}  // namespace reputed
