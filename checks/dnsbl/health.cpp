#include "checks/dnsbl/health.hpp"

#include <algorithm>
#include <cstdio>

#include "checks/dnsbl/subject.hpp"

namespace reputed::dnsbl {
namespace {

constexpr std::size_t most_points = 3;  // of each kind; more prove nothing more

// Addresses of RFC 5737's first documentation block: no operator lists them, and no host sends from them.
std::string random_address(std::uint64_t seed) {
    return "192.0.2." + std::to_string(1 + seed % 254);
}

std::string random_domain(std::uint64_t seed) {
    char text[40];
    std::snprintf(text, sizeof text, "r%016llx.example", static_cast<unsigned long long>(seed));
    return text;
}

std::string random_v6(std::uint64_t seed) {
    char text[48];
    std::snprintf(text, sizeof text, "2001:db8:%x::%x", static_cast<unsigned>(seed >> 16 & 0xffff),
                  1 + static_cast<unsigned>(seed & 0x7fff));
    return text;
}

std::optional<std::string> query_of(const List& list, const std::string& point) {
    const auto address = IpAddress::parse(point);
    if (is_domain_list(list.kind)) {
        if (address) return reversed(*address);  // SURBL and URIBL list their test address in this form
        return normalized_name(point);
    }
    if (!address) return {};
    if (address->family() == Family::v4 ? !list.ipv4 : !list.ipv6) return {};
    return reversed(*address);
}

void add_points(const List& list, Probe::Kind kind, const std::vector<std::string>& points,
                std::vector<Probe>& out) {
    std::size_t added = 0;
    for (const auto& point : points) {
        const auto query = query_of(list, point);
        if (!query || added == most_points) continue;
        out.push_back({kind, {query_name(list, *query), RecordType::a}, point});
        ++added;
    }
}

// "127.0.0.2, 127.0.0.4"
std::string join_codes(const std::vector<std::uint32_t>& codes) {
    std::string out;
    for (const auto code : codes)
        out += (out.empty() ? "" : ", ") + code_text(code);
    return out;
}

bool answered(const Classification& seen) {
    return !seen.codes.empty();
}

// A code that the catalogue knows or could not know: the list is alive, whatever it means.
bool is_positive(const Classification& seen) {
    return seen.state == State::listed || seen.state == State::allowed || seen.state == State::score ||
           seen.state == State::unknown_code;
}

// The answers sorted by what they were asked for.
struct Seen {
    std::vector<Classification> listed, guess, clean, random;
    std::vector<const Answer*> zone;
    std::string listed_point;
    std::string clean_point;

    bool any_listed() const {
        return std::any_of(listed.begin(), listed.end(), is_positive) ||
               std::any_of(guess.begin(), guess.end(), is_positive);
    }
    static bool all_positive(const std::vector<Classification>& group) {
        return !group.empty() && std::all_of(group.begin(), group.end(), is_positive);
    }
    static bool any_positive(const std::vector<Classification>& group) {
        return std::any_of(group.begin(), group.end(), is_positive);
    }
};

Seen sort_answers(const List& list, const std::vector<Probe>& probes, const std::vector<Answer>& answers) {
    Seen seen;
    for (std::size_t i = 0; i < probes.size(); ++i) {
        switch (probes[i].kind) {
            case Probe::Kind::listed:
                if (seen.listed.empty()) seen.listed_point = probes[i].point;
                seen.listed.push_back(classify(list, answers[i]));
                break;
            case Probe::Kind::guess:
                seen.guess.push_back(classify(list, answers[i]));
                break;
            case Probe::Kind::clean:
                if (seen.clean.empty()) seen.clean_point = probes[i].point;
                seen.clean.push_back(classify(list, answers[i]));
                break;
            case Probe::Kind::random:
                seen.random.push_back(classify(list, answers[i]));
                break;
            case Probe::Kind::zone:
                seen.zone.push_back(&answers[i]);
                break;
        }
    }
    return seen;
}

// An answer that says "no verdict" by its code, at any of the points.
std::optional<ListHealth> judge_errors(const Seen& seen) {
    for (const auto* group : {&seen.listed, &seen.guess, &seen.clean, &seen.random}) {
        for (const auto& one : *group) {
            if (!answered(one) || (one.state != State::refused && one.state != State::broken)) continue;
            ListHealth out;
            out.health = one.state == State::refused ? Health::refused : Health::broken;
            out.cause = one.cause;
            out.codes = one.codes;
            out.detail = "answered " + join_codes(one.codes) + ": " + one.meanings.front();
            return out;
        }
    }
    return {};
}

// Points that must be answered and were not, for want of any answer.
std::optional<ListHealth> judge_reachable(const Seen& seen) {
    const auto& points = seen.listed.empty() ? seen.guess : seen.listed;
    std::vector<const Classification*> needed;
    for (const auto* group : {&points, &seen.clean, &seen.random})
        for (const auto& one : *group)
            needed.push_back(&one);
    const auto count = [&](State state) {
        return std::count_if(needed.begin(), needed.end(),
                             [&](const auto* one) { return one->state == state && !answered(*one); });
    };
    // One of several listed points suffices, but every point that must be clean has to be heard.
    const bool listed_heard = std::any_of(points.begin(), points.end(), [](const auto& one) {
        return answered(one) || one.state == State::clean;
    });
    const auto unheard = [](const Classification& one) {
        return !answered(one) && one.state != State::clean;
    };
    const bool negatives_heard = std::none_of(seen.clean.begin(), seen.clean.end(), unheard) &&
                                 std::none_of(seen.random.begin(), seen.random.end(), unheard);
    if ((listed_heard || points.empty()) && negatives_heard) return {};
    ListHealth out;
    if (count(State::refused) > 0) {
        out.health = Health::refused;
        out.cause = ErrorCause::resolver;
        out.detail = "the DNS server refused the question (RCODE 5)";
    } else if (count(State::servfail) > 0) {
        out.health = Health::servfail;
        out.detail = "the resolver answered SERVFAIL: it cannot reach the list's servers";
    } else {
        out.health = Health::silent;
        out.detail = "no answer within the time limit";
    }
    return out;
}

ListHealth broken(std::string detail) {
    return {Health::broken, std::move(detail), {}, {}};
}

bool same_answers(const Seen& seen) {
    std::optional<std::vector<std::uint32_t>> first;
    for (const auto* group : {&seen.listed, &seen.guess, &seen.clean, &seen.random}) {
        for (const auto& one : *group) {
            if (!answered(one)) return false;
            if (!first) first = one.codes;
            if (*first != one.codes) return false;
        }
    }
    return first.has_value();
}

ListHealth judge_answers(const List& list, const Seen& seen) {
    if (list.kind == ListKind::ip_score) {
        // A score zone may well have a score for every address; but never the same one.
        if (same_answers(seen)) return broken("answers every question alike");
    } else {
        const bool clean_hit = Seen::any_positive(seen.clean);
        const bool random_hit = Seen::all_positive(seen.random);
        if (random_hit && (clean_hit || seen.clean.empty()))
            return broken("lists everything: the zone has a wildcard, as abandoned lists have");
        if (clean_hit && !seen.any_listed() && !seen.listed.empty())
            return broken("inverted: it lists " + seen.clean_point + ", which must be clean, and not " +
                          seen.listed_point);
        if (clean_hit) return broken("lists " + seen.clean_point + ", which must never be listed");
    }
    if (seen.any_listed()) return {};
    if (!seen.listed.empty())
        return broken("does not list its own test point " + seen.listed_point +
                      ": it is dead, or it refuses this resolver without a word");
    const bool exists = std::any_of(seen.zone.begin(), seen.zone.end(), [](const Answer* answer) {
        return answer->outcome == Outcome::ok || answer->outcome == Outcome::nodata;
    });
    if (!exists) return broken("the zone does not exist");
    return {Health::usable, "no test point is known: that it works could not be verified", {}, {}};
}

}  // namespace

std::string_view to_string(Health health) {
    static constexpr std::string_view names[] = {"usable", "refused", "broken", "silent", "servfail"};
    return names[static_cast<std::size_t>(health)];
}

State state_of(Health health) {
    switch (health) {
        case Health::usable:
            return State::clean;
        case Health::refused:
            return State::refused;
        case Health::broken:
            return State::broken;
        case Health::silent:
            return State::timeout;
        case Health::servfail:
            return State::servfail;
    }
    return State::broken;
}

std::vector<Probe> probes(const List& list, std::uint64_t seed) {
    std::vector<Probe> out;
    const bool domains = is_domain_list(list.kind);
    add_points(list, Probe::Kind::listed, list.test_listed, out);
    if (out.empty()) {
        // RFC 5782 section 5
        add_points(list, Probe::Kind::guess,
                   domains ? std::vector<std::string>{"test"}
                           : std::vector<std::string>{"127.0.0.2", "::ffff:7f00:2"},
                   out);
        out.push_back(
            {Probe::Kind::zone, {list.zone.substr(list.zone.find('}') + 1), RecordType::ns}, list.name});
        auto& zone = out.back().question.name;
        if (zone.starts_with('.')) zone.erase(0, 1);
    }
    add_points(list, Probe::Kind::clean, list.test_clean, out);
    // Two random points where no clean one is documented: one alone could be an entry after all.
    const int randoms = list.test_clean.empty() ? 2 : 1;
    for (int i = 0; i < randoms; ++i) {
        const auto value = seed * 2654435761U + static_cast<std::uint64_t>(i) * 97;
        if (domains)
            add_points(list, Probe::Kind::random, {random_domain(value)}, out);
        else
            add_points(list, Probe::Kind::random, {list.ipv4 ? random_address(value) : random_v6(value)},
                       out);
    }
    return out;
}

ListHealth judge(const List& list, const std::vector<Probe>& probes, const std::vector<Answer>& answers) {
    const Seen seen = sort_answers(list, probes, answers);
    if (auto health = judge_errors(seen)) return std::move(*health);
    if (auto health = judge_reachable(seen)) return std::move(*health);
    return judge_answers(list, seen);
}

}  // namespace reputed::dnsbl
