#include "checks/dnsbl/neighbourhood.hpp"

#include <algorithm>
#include <array>

namespace reputed::dnsbl {
namespace {

constexpr std::size_t networks_of_v6 = 64;

// The 64 networks differ in the last six bits of the /64's prefix: the low bits of its eighth byte.
constexpr std::uint8_t network_bits = networks_of_v6 - 1;

Neighbourhood neighbourhood_of_v6(const IpAddress& address) {
    Neighbourhood out;
    out.network = IpNetwork(address, 48);
    for (std::size_t i = 0; i < networks_of_v6; ++i) {
        auto bytes = address.bytes();
        if ((bytes[7] & network_bits) == i) {
            out.own = i;
        } else {
            bytes[7] = static_cast<std::uint8_t>((bytes[7] & ~network_bits) | i);
            std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
            bytes[15] = 1;
        }
        out.addresses.push_back(Subject::of(IpAddress::v6(bytes)));
    }
    return out;
}

struct Said {
    bool definite = false;
    bool listed = false;
    bool policy = true;  // every listing is about the kind of address only
};

void add(Said& said, const Results& results, std::size_t list, std::size_t subject) {
    if (!results.asked(list, subject) || !is_definite(results.state(list, subject))) return;
    said.definite = true;
    if (results.state(list, subject) != State::listed) return;
    said.listed = true;
    const Entry* entry = results.find(list, subject);
    said.policy = said.policy && entry != nullptr && entry->what.policy;
}

void count(const Said& said, std::size_t address, std::size_t own, NeighbourCount& out) {
    if (!said.definite) return;
    ++out.asked;
    if (address == own) {
        out.own = said.listed;
    } else if (said.listed) {
        out.listed.push_back(address);
        out.policy += said.policy ? 1 : 0;
    }
}

bool is_bad(const NeighbourCount& all) {
    return all.listed.size() * 10 > all.neighbours();
}

std::string of_neighbours(const NeighbourCount& all) {
    return std::to_string(all.listed.size()) + " of " + std::to_string(all.neighbours()) + " neighbours " +
           (all.listed.size() == 1 ? "is" : "are") + " listed";
}

std::string conclude(const NeighbourCount& all) {
    if (all.asked == 0) return "Could not tell: no list answered about this network";
    if (all.neighbours() == 0)
        return std::string("Could not tell: no list answered about the neighbours; the address itself is ") +
               (*all.own ? "listed" : "not listed");
    std::string out;
    if (is_bad(all)) {
        out = "Bad neighbourhood: " + of_neighbours(all) +
              (all.own.value_or(false) ? ", and so is the address itself"
                                       : "; your neighbours are the problem, not you");
        if (all.policy * 2 > all.listed.size())
            out += "; " + std::to_string(all.policy) +
                   " of them for the kind of address alone, so mail had better leave from elsewhere";
    } else if (all.own.value_or(false)) {
        out = "Alone: the address is listed, and " +
              (all.listed.empty() ? "none of its " + std::to_string(all.neighbours()) + " neighbours is"
                                  : "only " + of_neighbours(all)) +
              "; the cause is its own";
    } else {
        out = all.listed.empty()
                  ? "Clean: none of the " + std::to_string(all.neighbours()) + " neighbours is listed"
                  : "Clean: only " + of_neighbours(all);
        out += all.own ? ", and the address itself is not" : "; of the address itself it could not be told";
    }
    return out;
}

Severity severity_of(const NeighbourCount& all) {
    if (all.own.value_or(false)) return Severity::warning;
    if (all.neighbours() == 0) return Severity::unknown;
    if (is_bad(all)) return Severity::warning;
    return all.own ? Severity::ok : Severity::unknown;
}

}  // namespace

Neighbourhood neighbourhood_of(const IpAddress& address) {
    if (address.family() == Family::v6) return neighbourhood_of_v6(address);
    Neighbourhood out;
    out.network = IpNetwork(address, 24);
    for (std::uint64_t i = 0; i < out.network.size(); ++i) {
        if (out.network.at(i) == address) out.own = i;
        out.addresses.push_back(Subject::of(out.network.at(i)));
    }
    return out;
}

NeighbourhoodVerdict judge_neighbourhood(const Neighbourhood& neighbourhood,
                                         const std::vector<std::size_t>& subjects, std::size_t lists,
                                         const Results& results) {
    NeighbourhoodVerdict out;
    out.lists.resize(lists);
    for (std::size_t i = 0; i < subjects.size(); ++i) {
        Said by_any;
        for (std::size_t list = 0; list < lists; ++list) {
            Said said;
            add(said, results, list, subjects[i]);
            add(by_any, results, list, subjects[i]);
            count(said, i, neighbourhood.own, out.lists[list]);
        }
        count(by_any, i, neighbourhood.own, out.all);
    }
    out.severity = severity_of(out.all);
    out.conclusion = conclude(out.all);
    return out;
}

std::string too_many_questions(const List& list, std::size_t questions) {
    if (list.queries_per_day == 0 || questions * 10 <= list.queries_per_day) return "";
    return std::to_string(questions) + " questions are more than a tenth of the " +
           std::to_string(list.queries_per_day) + " that its operator allows a day";
}

}  // namespace reputed::dnsbl
