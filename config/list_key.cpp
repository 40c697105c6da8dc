#include "config/list_key.hpp"

#include <algorithm>

#include "config/text.hpp"

namespace reputed {

bool lies_in(std::string_view name, std::string_view zone) {
    if (!name.ends_with(zone)) return false;
    return name.size() == zone.size() || name[name.size() - zone.size() - 1] == '.';
}

const KeySource* key_source_for(std::string_view name, const std::vector<KeySource>& sources) {
    const KeySource* best = nullptr;
    for (const auto& source : sources)
        if (lies_in(name, source.zone_suffix) &&
            (!best || source.zone_suffix.size() > best->zone_suffix.size()))
            best = &source;
    return best;
}

const std::string* key_for(std::string_view name, const std::map<std::string, std::string>& secrets) {
    const std::pair<const std::string, std::string>* best = nullptr;
    for (const auto& secret : secrets)
        if (lies_in(name, secret.first) && (!best || secret.first.size() > best->first.size()))
            best = &secret;
    return best ? &best->second : nullptr;
}

std::string key_advice(const List& list) {
    // One key commonly serves all lists of an operator, which differ in the first label.
    const std::string_view name = list.name;
    const auto dot = name.find('.');
    const bool long_enough = std::count(name.begin(), name.end(), '.') >= 2;
    return "needs a key: [dnsbl.keys] " + in_quotes(long_enough ? name.substr(dot + 1) : name);
}

const List* reveals_key(std::string_view name, const std::vector<List>& lists) {
    std::string lowered = lower(name);
    if (lowered.ends_with('.')) lowered.pop_back();
    for (const auto& list : lists)
        if (list.needs_key() && lowered != list.name && lies_in(lowered, list.name) &&
            lowered.find("{key}") == std::string::npos)
            return &list;
    return nullptr;
}

}  // namespace reputed
