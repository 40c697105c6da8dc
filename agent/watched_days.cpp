#include "agent/watched_days.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace reputed {
namespace {

constexpr std::string_view owner = "watched";
constexpr std::string_view owner_of_names = "watched/names";
constexpr std::size_t most_networks = 4000;  // of more, days stay unmarked
constexpr std::size_t most_names = 2000;
constexpr std::size_t most_ranges = 100;

bool all_known(const IpNetwork& network, const Reputations& known) {
    if (network.size() > known.size()) return false;
    for (std::uint64_t i = 0; i < network.size(); ++i)
        if (!known.contains(network.at(i).to_string())) return false;
    return true;
}

std::optional<DayNumber> number(std::string_view text) {
    DayNumber value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 0 || value > 1'000'000) return {};
    return value;
}

}  // namespace

DayNumber day_of(WallTime time) {
    return std::chrono::floor<std::chrono::days>(time).time_since_epoch().count();
}

bool WatchedDays::contains(const Ranges& ranges, DayNumber day) {
    return std::any_of(ranges.begin(), ranges.end(),
                       [&](const Range& range) { return range.first <= day && day <= range.last; });
}

bool WatchedDays::watched(const IpAddress& address, DayNumber day) const {
    return std::any_of(networks_.begin(), networks_.end(), [&](const auto& network) {
        return network.first.contains(address) && contains(network.second, day);
    });
}

bool WatchedDays::watched(const IpNetwork& network, DayNumber day) const {
    const auto found = networks_.find(network);
    return found != networks_.end() && contains(found->second, day);
}

bool WatchedDays::watched(std::string_view name, DayNumber day) const {
    const auto found = names_.find(name);
    return found != names_.end() && contains(found->second, day);
}

bool WatchedDays::add(Ranges& ranges, DayNumber today) {
    if (!ranges.empty() && ranges.back().last >= today) return false;  // later: the clock was set back
    if (!ranges.empty() && ranges.back().last + 1 == today)
        ranges.back().last = today;
    else
        ranges.push_back({today, today});
    std::erase_if(ranges, [&](const Range& range) { return range.last + days_shown < today; });
    return true;
}

std::vector<StoredPart> WatchedDays::mark(const Settings& settings, const Reputations& known,
                                          DayNumber today) {
    std::vector<StoredPart> changes;
    for (const auto& sender : settings.senders)
        for (const auto& network : sender.networks) {
            if (watched(network, today) || !all_known(network, known)) continue;
            if (!networks_.contains(network) && networks_.size() >= most_networks) continue;
            auto& ranges = networks_[network];
            if (add(ranges, today))
                changes.push_back({std::string(owner), network.to_string(), text_of(ranges)});
        }
    if (changes.empty()) return changes;
    std::erase_if(networks_, [&](const auto& network) {
        if (network.second.back().last + days_shown >= today) return false;
        changes.push_back({std::string(owner), network.first.to_string(), {}});
        return true;
    });
    return changes;
}

std::vector<StoredPart> WatchedDays::mark(const std::vector<std::string>& names, DayNumber today) {
    std::vector<StoredPart> changes;
    for (const auto& name : names) {
        if (watched(name, today) || (!names_.contains(name) && names_.size() >= most_names)) continue;
        auto& ranges = names_[name];
        if (add(ranges, today)) changes.push_back({std::string(owner_of_names), name, text_of(ranges)});
    }
    if (changes.empty()) return changes;
    std::erase_if(names_, [&](const auto& name) {
        if (name.second.back().last + days_shown >= today) return false;
        changes.push_back({std::string(owner_of_names), name.first, {}});
        return true;
    });
    return changes;
}

// "20500-20590 20592"
std::string WatchedDays::text_of(const Ranges& ranges) {
    std::string text;
    for (const auto& range : ranges)
        text += (text.empty() ? "" : " ") + std::to_string(range.first) +
                (range.first == range.last ? "" : "-" + std::to_string(range.last));
    return text;
}

WatchedDays::Ranges WatchedDays::read(std::string_view rest) {
    Ranges ranges;
    while (!rest.empty() && ranges.size() < most_ranges) {
        const auto word = rest.substr(0, rest.find(' '));
        rest.remove_prefix(std::min(rest.size(), word.size() + 1));
        const auto dash = word.find('-');
        const auto first = number(word.substr(0, dash));
        const auto last = dash == std::string_view::npos ? first : number(word.substr(dash + 1));
        if (first && last && *first <= *last && (ranges.empty() || *first > ranges.back().last))
            ranges.push_back({*first, *last});
    }
    return ranges;
}

bool WatchedDays::restore(const StoredPart& part) {
    const bool of_name = part.owner == owner_of_names;
    if (!of_name && part.owner != owner) return false;
    auto ranges = part.value ? read(*part.value) : Ranges{};
    if (ranges.empty()) return true;
    if (of_name) {
        if (names_.size() < most_names) names_[part.name] = std::move(ranges);
    } else if (const auto network = IpNetwork::parse(part.name);
               network && networks_.size() < most_networks) {
        networks_[*network] = std::move(ranges);
    }
    return true;
}

std::vector<StoredPart> WatchedDays::state() const {
    std::vector<StoredPart> parts;
    for (const auto& [network, ranges] : networks_)
        parts.push_back({std::string(owner), network.to_string(), text_of(ranges)});
    for (const auto& [name, ranges] : names_)
        parts.push_back({std::string(owner_of_names), name, text_of(ranges)});
    return parts;
}

}  // namespace reputed
