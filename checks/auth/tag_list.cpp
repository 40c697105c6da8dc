#include "checks/auth/tag_list.hpp"

#include <algorithm>
#include <iterator>

#include "config/text.hpp"

namespace reputed::record {
namespace {

constexpr std::size_t most_faults = 20;  // a hostile record is not worth more sentences

bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}
bool is_alpha(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_name(std::string_view name, bool extended) {
    if (name.empty() || !(is_alpha(name.front()) || (extended && is_digit(name.front())))) return false;
    return std::all_of(name.begin(), name.end(), [&](char c) {
        return is_alpha(c) || is_digit(c) || c == '_' || (extended && (c == '-' || c == '.'));
    });
}

// RFC 6376 section 3.2, tag-value: visible ASCII and folding white space.
bool is_value(std::string_view value) {
    return std::all_of(value.begin(), value.end(),
                       [](char c) { return is_space(c) || (c > ' ' && c < 0x7f); });
}

void add_fault(TagList& list, TagFault kind, std::string message) {
    if (list.faults.size() < most_faults) list.faults.push_back({kind, std::move(message)});
}

bool add_tag(TagList& list, std::string_view segment, TagRules rules) {
    const auto equals = segment.find('=');
    if (trimmed(segment).empty()) {
        add_fault(list, TagFault::empty, "there is nothing between two semicolons");
        return false;
    }
    if (equals == std::string_view::npos) {
        add_fault(list, TagFault::no_equals, in_quotes(trimmed(segment)) + " has no equals sign");
        return false;
    }
    const auto name = trimmed(segment.substr(0, equals));
    const auto value = trimmed(segment.substr(equals + 1));
    if (!is_name(name, rules.extended)) {
        add_fault(list, TagFault::bad_name, in_quotes(name) + " is no tag name");
        return false;
    }
    if (!is_value(value)) {
        add_fault(list, TagFault::bad_value,
                  "the value of " + in_quotes(name) +
                      " holds something else than visible ASCII: " + in_quotes(value));
        return false;
    }
    std::string key = rules.fold_names ? lower(name) : std::string(name);
    if (find(list.tags, key) != nullptr) {
        add_fault(list, TagFault::duplicate, "the tag " + in_quotes(key) + " stands there twice");
        return false;
    }
    list.tags.push_back({std::move(key), std::string(value)});
    return true;
}

}  // namespace

void add(Remarks& remarks, std::string code, Severity severity, std::string message) {
    constexpr std::size_t most_remarks = 100;
    if (remarks.size() < most_remarks || severity == Severity::critical)
        remarks.push_back({std::move(code), severity, std::move(message)});
}

bool has_critical(const Remarks& remarks) {
    return std::any_of(remarks.begin(), remarks.end(),
                       [](const Remark& remark) { return remark.severity == Severity::critical; });
}

bool has_code(const Remarks& remarks, std::string_view code) {
    return std::any_of(remarks.begin(), remarks.end(),
                       [&](const Remark& remark) { return remark.code == code; });
}

const std::string* find(const Tags& tags, std::string_view name) {
    for (const auto& tag : tags)
        if (tag.name == name) return &tag.value;
    return nullptr;
}

std::string to_string(const Tags& tags) {
    std::string out;
    for (const auto& tag : tags)
        out += (out.empty() ? "" : "; ") + tag.name + '=' + tag.value;
    return out;
}

TagList parse_tag_list(std::string_view text, TagRules rules) {
    TagList list;
    constexpr std::size_t most_tags = 1000;  // finding one among them costs their number
    for (std::size_t begin = 0; begin <= text.size();) {
        const auto end = std::min(text.find(';', begin), text.size());
        const auto segment = text.substr(begin, end - begin);
        const bool last = end == text.size();
        // One semicolon may end the list.
        if (!(last && begin != 0 && trimmed(segment).empty())) {
            const bool good = add_tag(list, segment, rules);
            if (begin == 0) list.first_is_good = good;
        }
        if (list.tags.size() >= most_tags) {
            add_fault(list, TagFault::bad_name, "there are more than 1000 tags");
            break;
        }
        begin = end + 1;
    }
    return list;
}

Tags in_order(Tags tags, std::initializer_list<std::string_view> known) {
    const auto rank = [&](const Tag& tag) {
        return std::find(known.begin(), known.end(), tag.name) - known.begin();
    };
    std::stable_sort(tags.begin(), tags.end(), [&](const Tag& a, const Tag& b) { return rank(a) < rank(b); });
    return tags;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && is_space(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_space(text.back()))
        text.remove_suffix(1);
    return text;
}

std::string without_space(std::string_view text) {
    std::string out;
    std::copy_if(text.begin(), text.end(), std::back_inserter(out), [](char c) { return !is_space(c); });
    return out;
}

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> items;
    for (std::size_t begin = 0; begin <= text.size();) {
        const auto end = std::min(text.find(separator, begin), text.size());
        items.emplace_back(trimmed(text.substr(begin, end - begin)));
        begin = end + 1;
    }
    return items;
}

}  // namespace reputed::record
