#include "agent/manual/configuration_keys.hpp"

#include <algorithm>

namespace reputed::manual {
namespace {

bool is_header(std::string_view line) {
    return line.starts_with('[') && line.ends_with(']') && line.find('=') == std::string_view::npos;
}

// "name" of `name = value`, or "" where the line is none.
std::string_view key_name(std::string_view line) {
    const auto equals = line.find(" = ");
    return equals == std::string_view::npos ? std::string_view() : line.substr(0, equals);
}

class SampleReader {
  public:
    void line(std::string_view text) {
        if (text.starts_with("# ")) return help(text.substr(2));
        if (text.starts_with('#')) text.remove_prefix(1);
        if (text.empty()) {
            // A comment that nothing follows is the file's own.
            help_.clear();
        } else if (is_header(text)) {
            header(text);
        } else if (table_ != none) {
            key(text);
        }
    }
    std::vector<Table> take() { return std::move(tables_); }

  private:
    static constexpr std::size_t none = static_cast<std::size_t>(-1);

    void help(std::string_view text) {
        if (!help_.empty()) help_ += ' ';
        help_ += text;
    }
    void header(std::string_view text) {
        const auto known = std::find_if(tables_.begin(), tables_.end(),
                                        [&](const Table& table) { return table.header == text; });
        table_ = static_cast<std::size_t>(known - tables_.begin());
        if (known == tables_.end()) tables_.push_back({std::string(text), help_, {}, ""});
        help_.clear();
    }
    void key(std::string_view text) {
        Table& table = tables_[table_];
        const auto name = key_name(text);
        const bool known = std::any_of(table.keys.begin(), table.keys.end(),
                                       [&](const Key& key) { return key.name == name; });
        if (!help_.empty() && !name.empty() && !known)
            table.keys.push_back({std::string(name), help_, std::string(text.substr(name.size() + 3))});
        else if (help_.empty() && !known)
            table.example += std::string(text) + '\n';
        help_.clear();
    }

    std::vector<Table> tables_;
    std::size_t table_ = none;
    std::string help_;
};

}  // namespace

std::vector<Table> configuration_tables(std::string_view sample) {
    SampleReader reader;
    while (!sample.empty()) {
        const auto line = sample.substr(0, sample.find('\n'));
        sample.remove_prefix(std::min(sample.size(), line.size() + 1));
        reader.line(line);
    }
    return reader.take();
}

}  // namespace reputed::manual
