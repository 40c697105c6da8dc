#include <algorithm>
#include <map>
#include <optional>

#include "config/import/source.hpp"
#include "config/text.hpp"

// main.cf, or what postconf prints of it (postconf(5)): postscreen_dnsbl_sites, and the restrictions that ask lists
// wherever they stand, for restriction classes have names of their own.
namespace reputed::imports {
namespace {

constexpr int deepest_variable = 8;
constexpr std::size_t most_expansions = 10'000;  // in all, for variables may name each other over and over
constexpr std::size_t longest_value = 64 * 1024;

struct Parameter {
    std::string value;
    unsigned line = 0;
};
using Parameters = std::map<std::string, Parameter, std::less<>>;

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\f\v\n";
    const auto begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

bool is_name(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
               c == '-' || c == '.' || c == '/';
    });
}

class MainCf {
  public:
    MainCf(const Source& source, Found& found) : source_(source), found_(found) { read(); }

    void take_lists() {
        std::vector<std::pair<std::string, Parameter>> in_order(parameters_.begin(), parameters_.end());
        std::sort(in_order.begin(), in_order.end(),
                  [](const auto& a, const auto& b) { return a.second.line < b.second.line; });
        std::size_t others = 0;
        for (const auto& [name, parameter] : in_order) {
            const auto before = found_.zones.size() + found_.remarks.size();
            words_ = words_of(expanded(parameter.value, 0));
            place_ = {source_.file, parameter.line};
            if (name == "postscreen_dnsbl_sites")
                take_sites();
            else if (name == "maps_rbl_domains")
                for (const auto& word : words_)
                    take_zone(word, ListKind::ip_blocklist);
            else
                take_restrictions();
            if (found_.zones.size() + found_.remarks.size() == before) ++others;
        }
        if (others > 0)
            add_remark(found_, {source_.file, 0},
                       std::to_string(others) + " settings name no DNS list: left out");
        if (expansions_ >= most_expansions)
            add_remark(found_, {source_.file, 0},
                       "holds more variables than are followed: the rest is left out");
    }

  private:
    // A line that begins with a blank belongs to the one before; comments and empty lines in between do not end it.
    void read() {
        unsigned number = 0;
        std::string logical;
        unsigned begun = 0;
        std::string_view rest = source_.text;
        while (!rest.empty()) {
            const auto end = std::min(rest.find('\n'), rest.size());
            const auto line = rest.substr(0, end);
            rest.remove_prefix(std::min(end + 1, rest.size()));
            ++number;
            const auto text = trimmed(line);
            if (text.empty() || text.front() == '#') continue;
            if (line.front() == ' ' || line.front() == '\t') {
                if (begun > 0)
                    (logical += ' ') += text;
                else
                    add_remark(found_, {source_.file, number}, "continues no line before it: left out");
                continue;
            }
            if (begun > 0) add(logical, begun);
            logical = text;
            begun = number;
        }
        if (begun > 0) add(logical, begun);
    }

    // A parameter that is there twice has its last value, as in Postfix.
    void add(std::string_view text, unsigned line) {
        const auto sign = text.find('=');
        const auto name = trimmed(text.substr(0, sign));
        if (sign == std::string_view::npos || !is_name(name))
            return add_remark(found_, {source_.file, line}, "is no NAME = VALUE: left out");
        const auto value = trimmed(text.substr(sign + 1));
        if (value.size() > longest_value)
            return add_remark(found_, {source_.file, line}, "is longer than 64 KiB: left out");
        parameters_[std::string(name)] = {std::string(value), line};
    }

    // $name, $(name), ${name}; ${name?text} and ${name:text} where name is set or not. What is not known becomes
    // nothing, as in Postfix.
    std::string expanded(std::string_view text, int depth) const {
        std::string out;
        while (!text.empty() && out.size() < longest_value) {
            const auto sign = text.find('$');
            out += text.substr(0, sign);
            if (sign == std::string_view::npos) break;
            text.remove_prefix(sign + 1);
            if (text.starts_with('$')) {
                out += '$';
                text.remove_prefix(1);
                continue;
            }
            out += variable(text, depth);
        }
        out.resize(std::min(out.size(), longest_value));
        return out;
    }

    // Takes the variable off `text`, which stands behind the dollar sign.
    std::string variable(std::string_view& text, int depth) const {
        std::string_view inside;
        if (text.starts_with('{') || text.starts_with('(')) {
            const char open = text.front();
            const char close = open == '{' ? '}' : ')';
            std::size_t nesting = 0;
            std::size_t end = 0;
            for (; end < text.size(); ++end) {
                if (text[end] == open) ++nesting;
                if (text[end] == close && --nesting == 0) break;
            }
            inside = text.substr(1, std::max<std::size_t>(end, 1) - 1);
            text.remove_prefix(std::min(end + 1, text.size()));
        } else {
            std::size_t end = 0;
            while (end < text.size() && is_name(text.substr(end, 1)) && text[end] != '.' &&
                   text[end] != '-' && text[end] != '/')
                ++end;
            inside = text.substr(0, end);
            text.remove_prefix(end);
        }
        const auto sign = inside.find_first_of("?:");
        const auto found = parameters_.find(trimmed(inside.substr(0, sign)));
        const bool set = found != parameters_.end() && !found->second.value.empty();
        if (++expansions_ >= most_expansions || depth >= deepest_variable) return "";
        if (sign == std::string_view::npos) return set ? expanded(found->second.value, depth + 1) : "";
        auto text_of = trimmed(inside.substr(sign + 1));
        if (text_of.size() >= 2 && text_of.front() == '{' && text_of.back() == '}')
            text_of = text_of.substr(1, text_of.size() - 2);
        return (inside[sign] == '?') == set ? expanded(text_of, depth + 1) : "";
    }

    static std::vector<std::string> words_of(std::string_view text) {
        std::vector<std::string> words;
        constexpr std::string_view separators = ", \t\r\n{}";
        for (auto begin = text.find_first_not_of(separators); begin != std::string_view::npos;
             begin = text.find_first_not_of(separators, begin)) {
            const auto end = std::min(text.find_first_of(separators, begin), text.size());
            words.emplace_back(text.substr(begin, end - begin));
            begin = end;
        }
        return words;
    }

    // domain[=filter][*weight]; a filter may hold ; and .. in brackets. Weights below 0 let a client in.
    void take_sites() {
        for (const auto& word : words_) {
            const auto star = word.rfind('*');
            const bool allows = star != std::string::npos && word.substr(star + 1).starts_with('-');
            take_zone(word.substr(0, star), allows ? ListKind::ip_allowlist : ListKind::ip_blocklist);
        }
    }

    void take_restrictions() {
        for (std::size_t i = 0; i < words_.size(); ++i) {
            const auto kind = kind_of(words_[i]);
            if (!kind) continue;
            if (i + 1 == words_.size() || words_[i + 1].find('.') == std::string::npos) {
                add_remark(found_, place_, words_[i] + " names no list: left out");
                continue;
            }
            take_zone(words_[++i], *kind);
        }
    }

    static std::optional<ListKind> kind_of(std::string_view word) {
        if (word == "reject_rbl_client" || word == "reject_rbl") return ListKind::ip_blocklist;
        if (word == "permit_dnswl_client") return ListKind::ip_allowlist;
        if (word == "permit_rhswl_client") return ListKind::domain_allowlist;
        if (word == "reject_rhsbl_client" || word == "reject_rhsbl_reverse_client" ||
            word == "reject_rhsbl_helo" || word == "reject_rhsbl_sender" || word == "reject_rhsbl_recipient")
            return ListKind::domain_blocklist;
        return {};
    }

    void take_zone(std::string_view text, ListKind kind) {
        add_zone(found_, {std::string(text.substr(0, text.find('='))), kind, false, place_});
    }

    const Source& source_;
    Found& found_;
    Parameters parameters_;
    mutable std::size_t expansions_ = 0;
    std::vector<std::string> words_;
    Place place_;
};

}  // namespace

void read_postfix(std::span<const Source> sources, Found& found) {
    for (const auto& source : sources)
        MainCf(source, found).take_lists();
}

}  // namespace reputed::imports
