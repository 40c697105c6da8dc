#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/problem.hpp"
#include "config/yaml_tree.hpp"

// How config/web_config.cpp takes a YAML tree apart: each function reports what is wrong at its place and goes on.
namespace reputed::web_config {

struct Row {
    std::string_view key;
    std::function<void(const YamlNode&)> read;
};

class Reader {
  public:
    Reader(std::string file, Problems& problems) : file_(std::move(file)), problems_(problems) {}

    const std::string& file() const { return file_; }
    std::size_t problems() const { return problems_.size(); }
    void problem(const YamlNode& node, std::string message);

    // Hands each value to the row of its key; unknown keys and keys that are there twice are problems. False when nothing
    // is there. `name` "" is the top of the file.
    bool table(const YamlNode& node, std::string_view name, std::span<const Row> rows);
    // The same where any key is right.
    bool pairs(const YamlNode& node, std::string_view name,
               const std::function<void(const YamlNode& key, const YamlNode& value)>& read);
    std::vector<const YamlNode*> list(const YamlNode& node);

    std::string text(const YamlNode& node);  // "" for null
    std::string file_name(
        const YamlNode& node);           // relative to the folder of the file; not empty unless reported
    bool boolean(const YamlNode& node);  // as YAML 1.1 has it
    std::optional<std::size_t> one_of(const YamlNode& node, std::string_view what,
                                      const std::vector<std::string_view>& names);

  private:
    std::string file_;
    Problems& problems_;
};

}  // namespace reputed::web_config
