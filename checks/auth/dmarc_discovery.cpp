#include "checks/auth/dmarc_discovery.hpp"

#include <algorithm>
#include <utility>

#include "config/public_suffix.hpp"

namespace reputed::dmarc {
namespace {

constexpr std::size_t most_labels = 8;

std::string_view parent(std::string_view name) {
    const auto dot = name.find('.');
    return dot == std::string_view::npos ? std::string_view() : name.substr(dot + 1);
}

Place place_of(std::string domain, Answer answer) {
    Place place;
    place.domain = std::move(domain);
    for (const auto& record : answer.records)
        if (is_dmarc(record.text)) place.records.push_back(record.text);
    if (place.records.size() == 1) place.policy = parse_record(place.records.front());
    place.answer = std::move(answer);
    return place;
}

// Where the walk ends: behind the first record that says psd=n or psd=y.
std::size_t end_of_walk(const std::vector<Place>& places) {
    for (std::size_t i = 0; i < places.size(); ++i)
        if (places[i].policy && places[i].policy->psd != 'u') return i + 1;
    return places.size();
}

// RFC 9989 section 4.10.2.
std::string organizational_of(const std::vector<Place>& places) {
    std::string shortest = places.front().domain;
    for (std::size_t i = 0; i < end_of_walk(places); ++i) {
        if (!places[i].policy) continue;
        if (places[i].policy->psd == 'n') return places[i].domain;
        // places[i - 1] is one label longer, but for the jump over names of more than eight labels.
        if (places[i].policy->psd == 'y' && i != 0) return places[i - 1].domain;
        shortest = places[i].domain;
    }
    return shortest;
}

const Place* find(const std::vector<Place>& places, std::string_view domain) {
    for (const auto& place : places)
        if (place.domain == domain) return &place;
    return nullptr;
}

// RFC 9989 section 4.10.1: the domain, its organizational domain, its public suffix domain.
const Place* applied_of(const Discovery& walk) {
    const auto& places = walk.places;
    if (places.front().policy) return &places.front();
    const auto* organizational = find(places, walk.organizational);
    if (organizational != nullptr && organizational->policy) return organizational;
    for (std::size_t i = 1; i < end_of_walk(places); ++i)
        if (places[i].policy && places[i].policy->psd == 'y') return &places[i];
    return nullptr;
}

}  // namespace

std::vector<std::string> walked_names(std::string_view domain) {
    std::vector<std::string> names = {std::string(domain)};
    auto labels = static_cast<std::size_t>(std::count(domain.begin(), domain.end(), '.')) + 1;
    do {
        domain = parent(domain);
        --labels;
    } while (labels >= most_labels);
    for (; !domain.empty(); domain = parent(domain))
        names.emplace_back(domain);
    return names;
}

Discovery discover(const std::string& domain, Resolver& resolver, const std::stop_token& stop) {
    Discovery walk;
    auto names = walked_names(domain);
    std::vector<Question> questions;
    questions.reserve(names.size());
    for (const auto& name : names)
        questions.push_back({"_dmarc." + name, RecordType::txt});
    auto answers = resolver.lookup(questions, stop);
    for (std::size_t i = 0; i < names.size(); ++i)
        walk.places.push_back(place_of(std::move(names[i]), std::move(answers[i])));
    walk.organizational = organizational_of(walk.places);
    walk.applied = applied_of(walk);
    const auto* old = find(walk.places, reputed::organizational_domain(domain));
    const bool old_finds = walk.places.front().policy || (old != nullptr && old->policy);
    walk.only_by_walk = walk.applied != nullptr && !old_finds;
    if (!walk.places.front().policy)
        walk.complete = std::all_of(walk.places.begin(), walk.places.end(), [](const Place& place) {
            return place.answer.definite() || place.answer.outcome == Outcome::invalid;
        });
    return walk;
}

bool is_aligned(const std::string& domain, const std::string& author, const Discovery& from, bool strict,
                Resolver& resolver, const std::stop_token& stop) {
    if (domain == author) return true;
    if (strict) return false;
    const auto organizational = reputed::organizational_domain(domain);
    if (!organizational.empty() && organizational == reputed::organizational_domain(author)) return true;
    return discover(domain, resolver, stop).organizational == from.organizational;
}

}  // namespace reputed::dmarc
