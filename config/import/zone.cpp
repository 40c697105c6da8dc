#include "config/import/zone.hpp"

#include <algorithm>

#include "config/host_name.hpp"
#include "config/list_key.hpp"
#include "config/text.hpp"

namespace reputed::imports {
namespace {

// Operators give one key for all their lists, which differ in the first label.
std::string key_place_of(std::string_view name) {
    const auto dot = name.find('.');
    const bool long_enough = std::count(name.begin(), name.end(), '.') >= 2;
    return std::string(long_enough ? name.substr(dot + 1) : name);
}

// No operator calls a list so: letters and digits mixed, and long.
bool looks_like_key(std::string_view label) {
    constexpr std::size_t shortest = 12;
    if (label.size() < shortest || label.starts_with("xn--")) return false;
    std::size_t digits = 0;
    std::size_t changes = 0;  // between letters and digits
    for (std::size_t i = 0; i < label.size(); ++i) {
        const bool digit = label[i] >= '0' && label[i] <= '9';
        digits += digit ? 1 : 0;
        if (i > 0 && digit != (label[i - 1] >= '0' && label[i - 1] <= '9')) ++changes;
    }
    return digits >= 2 && changes >= 3;
}

bool is_variable(std::string_view label) {
    return label.find_first_of("${}%<>") != std::string_view::npos;
}

// A key, or a variable that stands for one, in any label.
bool has_key_inside(std::string_view name) {
    for (;;) {
        const auto label = name.substr(0, name.find('.'));
        if (looks_like_key(label) || is_variable(label)) return true;
        if (label.size() == name.size()) return false;
        name.remove_prefix(label.size() + 1);
    }
}

Zone keyed(const List& list, std::string_view label) {
    Zone zone;
    zone.state = Zone::State::known;
    zone.name = list.name;
    zone.list = &list;
    zone.needs_key = true;
    zone.key_place = key_place_of(list.name);
    if (!is_variable(label)) zone.secret = label;
    return zone;
}

Zone wrong(std::string name, std::string why) {
    Zone zone;
    zone.name = std::move(name);
    zone.why = std::move(why);
    return zone;
}

// Names below the places where keys stand are not repeated, whatever they are.
const List* near_keys(std::string_view name, const std::vector<List>& lists) {
    for (const auto& list : lists)
        if (list.needs_key() && lies_in(name, key_place_of(list.name))) return &list;
    return nullptr;
}

Zone refused(const DeadZone& dead, std::string name) {
    auto zone = wrong(std::move(name), "");
    if (dead.since.empty()) {
        zone.state = Zone::State::unusable;
        zone.why = "cannot be used: " + dead.reason;
    } else {
        zone.state = Zone::State::dead;
        zone.why = "is dead since " + dead.since + (dead.reason.empty() ? "" : ": " + dead.reason);
    }
    return zone;
}

Zone with_key(std::string_view name) {
    auto rest = std::string(name.substr(name.find('.') + 1));
    if (auto fault = normalize_name(rest, NameUse::zone); !fault.empty())
        return wrong("", "behind what may be a key: " + fault);
    if (const auto* dead = Catalogue::builtin().find_dead(rest)) return refused(*dead, rest);
    if (Catalogue::builtin().find(rest) != nullptr)
        return wrong(
            rest, "is asked with what may be a key in front, which it is not known to have: add it by hand");
    Zone zone;
    zone.state = Zone::State::unknown;
    zone.name = rest;
    zone.zone = "{key}." + rest;
    zone.needs_key = true;
    zone.key_place = rest;
    zone.secret = name.substr(0, name.find('.'));
    if (is_variable(zone.secret)) zone.secret.clear();
    return zone;
}

}  // namespace

std::string shown(std::string_view word) {
    return has_key_inside(word) ? "what may be a key" : in_quotes(word);
}

Zone understand_zone(std::string_view written) {
    const auto& catalogue = Catalogue::builtin();
    auto name = lower(written);
    while (name.ends_with('.'))
        name.pop_back();
    if (const auto* list = reveals_key(name, catalogue.lists()))
        return keyed(*list, std::string_view(name).substr(0, name.size() - list->name.size() - 1));
    if (const auto* list = catalogue.find(name)) {
        if (list->needs_key()) return keyed(*list, "{key}");
        Zone zone;
        zone.state = Zone::State::known;
        zone.name = list->name;
        zone.list = list;
        return zone;
    }
    if (const auto* list = near_keys(name, catalogue.lists()))
        return wrong("", "a name below " + key_place_of(list->name) +
                             ", where names may have a key inside, is no list that is known");
    const auto first = name.find('.');
    if (has_key_inside(first == std::string::npos ? name : name.substr(first + 1)))
        return wrong("", "what may be a key stands in the place of a list's name");
    if (has_key_inside(name.substr(0, first)))
        return first == std::string::npos
                   ? wrong("", "what may be a key stands in the place of a list's name")
                   : with_key(name);
    if (auto fault = normalize_name(name, NameUse::zone); !fault.empty()) return wrong("", std::move(fault));
    if (const auto* dead = catalogue.find_dead(name)) return refused(*dead, name);
    Zone zone;
    zone.state = Zone::State::unknown;
    zone.name = name;
    zone.zone = name;
    return zone;
}

}  // namespace reputed::imports
