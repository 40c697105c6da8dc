#pragma once

#include <map>
#include <string>

#include "config/sources.hpp"

namespace reputed {

// Files, variables and a machine that exist in a test only.
struct FakeSources {
    std::map<std::string, FileText> files;
    std::map<std::string, std::string> variables;
    MachineFacts machine;

    // Refers to this object.
    Sources sources() const {
        return {[this](const std::string& path, std::size_t limit) {
                    const auto found = files.find(path);
                    if (found == files.end()) return FileText{"", "not found"};
                    if (found->second.text.size() > limit) return FileText{"", "is larger than 4 KiB"};
                    return found->second;
                },
                [this](const std::string& name) -> std::optional<std::string> {
                    const auto found = variables.find(name);
                    if (found == variables.end()) return {};
                    return found->second;
                },
                [this] { return machine; }};
    }
};

}  // namespace reputed
