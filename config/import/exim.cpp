#include <algorithm>

#include <re2/re2.h>

#include "config/import/source.hpp"

// Exim's dnslists conditions: items with filters (=, ==, =&, !=), negation, and /KEY for what is asked instead of the
// client's address. A line that ends in a backslash goes on in the next.
namespace reputed::imports {
namespace {

constexpr std::string_view blanks = " \t\r";

std::string_view trimmed(std::string_view text) {
    const auto begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

void read_item(std::string_view item, const Place& place, Found& found) {
    const auto end = item.find_first_of("=!&/");
    const auto key = item.find('/');
    const bool domain =
        key != std::string_view::npos && item.substr(key).find("domain") != std::string_view::npos;
    auto zones = trimmed(item.substr(0, end));
    // "sbl.example,rbl.example": the second is asked for the address and the text, the first decides.
    while (!zones.empty()) {
        const auto comma = std::min(zones.find(','), zones.size());
        add_zone(found, {std::string(trimmed(zones.substr(0, comma))),
                         domain ? ListKind::domain_blocklist : ListKind::ip_blocklist, false, place});
        zones.remove_prefix(std::min(comma + 1, zones.size()));
    }
}

// Between colons; "<; " at the beginning names another separator. A doubled one stands for itself, as in IPv6 keys,
// which no zone has.
void read_items(std::string_view text, const Place& place, Found& found) {
    char separator = ':';
    text = trimmed(text);
    if (text.size() > 1 && text.front() == '<') {
        separator = text[1];
        text.remove_prefix(2);
    }
    std::size_t braces = 0;
    std::size_t begin = 0;
    for (std::size_t i = 0; i <= text.size(); ++i) {
        if (i < text.size() && text[i] == '{') ++braces;
        if (i < text.size() && text[i] == '}' && braces > 0) --braces;
        if (i < text.size() && (text[i] != separator || braces > 0)) continue;
        if (const auto item = trimmed(text.substr(begin, i - begin)); !item.empty())
            read_item(item, place, found);
        begin = i + 1;
    }
}

}  // namespace

void read_exim(std::span<const Source> sources, Found& found) {
    static const RE2 condition(R"re(^\s*(?:[a-z]+\s+)?!?\s*dnslists\s*=(.*)$)re", RE2::Latin1);
    for (const auto& source : sources) {
        unsigned number = 0;
        unsigned begun = 1;
        std::string logical;
        for (std::size_t at = 0; at < source.text.size();) {
            const auto end = std::min(source.text.find('\n', at), source.text.size());
            auto line = trimmed(std::string_view(source.text).substr(at, end - at));
            at = end + 1;
            ++number;
            if (logical.empty()) begun = number;
            if (line.starts_with('#')) continue;
            const bool goes_on = line.ends_with('\\');
            if (goes_on) line.remove_suffix(1);
            (logical += line) += ' ';
            if (goes_on && at < source.text.size()) continue;
            std::string items;
            if (RE2::PartialMatch(logical, condition, &items)) read_items(items, {source.file, begun}, found);
            logical.clear();
        }
    }
}

}  // namespace reputed::imports
