#include "checks/dnsbl/health.hpp"

#include <algorithm>
#include <array>
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

// One random point beside a documented clean one of its family; else two: one alone could be an entry.
void add_randoms(const List& list, std::string (*random_point)(std::uint64_t), std::uint64_t seed,
                 std::vector<Probe>& out) {
    for (std::uint64_t i = 0; i < 2; ++i) {
        const std::string point = random_point(seed * 2654435761U + i * 97);
        const bool v6 = point.find(':') != std::string::npos;
        const bool has_clean = std::any_of(out.begin(), out.end(), [&](const Probe& probe) {
            return probe.kind == Probe::Kind::clean && (probe.point.find(':') != std::string::npos) == v6;
        });
        if (i == 0 || !has_clean) add_points(list, Probe::Kind::random, {point}, out);
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

// A code, known or not, that is no error: the list has an entry here, whatever it means.
bool is_positive(const Classification& seen) {
    return answered(seen) && seen.state != State::refused && seen.state != State::broken;
}

// No answer about the point itself.
bool is_unheard(const Classification& seen) {
    return !answered(seen) && seen.state != State::clean;
}

// Addresses of both families are told apart: a wildcard may cover one alone.
std::size_t family_of(const Probe& probe) {
    return probe.point.find(':') == std::string::npos ? 0 : 1;
}

// The answers sorted by what they were asked for.
struct Seen {
    using Group = std::vector<Classification>;
    Group listed, guess;
    std::array<Group, 2> clean, random;  // by family
    std::vector<const Answer*> zone;
    bool listed_nodata = false;  // a point that must be listed exists without an address
    std::string listed_point;
    std::string clean_point;
    std::string random_point;  // one that has an entry

    bool any_listed() const {
        return std::any_of(listed.begin(), listed.end(), is_positive) ||
               std::any_of(guess.begin(), guess.end(), is_positive);
    }
    std::vector<const Group*> groups() const {
        return {&listed, &guess, &clean[0], &clean[1], &random[0], &random[1]};
    }
    static bool all_positive(const Group& group) {
        return !group.empty() && std::all_of(group.begin(), group.end(), is_positive);
    }
    static bool any_positive(const Group& group) {
        return std::any_of(group.begin(), group.end(), is_positive);
    }
    static bool any_unheard(const Group& group) {
        return std::any_of(group.begin(), group.end(), is_unheard);
    }
};

Seen sort_answers(const List& list, const std::vector<Probe>& probes, const std::vector<Answer>& answers) {
    Seen seen;
    for (std::size_t i = 0; i < probes.size(); ++i) {
        switch (probes[i].kind) {
            case Probe::Kind::listed:
                if (seen.listed.empty()) seen.listed_point = probes[i].point;
                seen.listed.push_back(classify(list, answers[i]));
                seen.listed_nodata = seen.listed_nodata || answers[i].outcome == Outcome::nodata;
                break;
            case Probe::Kind::guess:
                seen.guess.push_back(classify(list, answers[i]));
                break;
            case Probe::Kind::clean:
                seen.clean[family_of(probes[i])].push_back(classify(list, answers[i]));
                if (seen.clean_point.empty() || is_positive(seen.clean[family_of(probes[i])].back()))
                    seen.clean_point = probes[i].point;
                break;
            case Probe::Kind::random:
                seen.random[family_of(probes[i])].push_back(classify(list, answers[i]));
                if (is_positive(seen.random[family_of(probes[i])].back()))
                    seen.random_point = probes[i].point;
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
    for (const auto* group : seen.groups()) {
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

// Points that must be heard and were not: one of several listed points suffices when it is listed, but that
// none of them is needs all of them, and so do the points that must be clean.
std::optional<ListHealth> judge_reachable(const Seen& seen) {
    const bool listed_unheard =
        !seen.any_listed() && (Seen::any_unheard(seen.listed) || Seen::any_unheard(seen.guess));
    bool unheard = listed_unheard;
    for (std::size_t family = 0; family < 2; ++family)
        unheard = unheard || Seen::any_unheard(seen.clean[family]) || Seen::any_unheard(seen.random[family]);
    // Without a listed point the zone's own existence is all there is to go by.
    const bool zone_unheard =
        !seen.any_listed() && std::any_of(seen.zone.begin(), seen.zone.end(),
                                          [](const Answer* answer) { return !answer->definite(); });
    if (!unheard && !zone_unheard) return {};

    const auto any = [&](State state, Outcome outcome) {
        for (const auto* group : seen.groups())
            for (const auto& one : *group)
                if (is_unheard(one) && one.state == state) return true;
        return std::any_of(seen.zone.begin(), seen.zone.end(),
                           [&](const Answer* answer) { return answer->outcome == outcome; });
    };
    ListHealth out;
    if (any(State::refused, Outcome::refused)) {
        out.health = Health::refused;
        out.cause = ErrorCause::resolver;
        out.detail = "the DNS server refused the question (RCODE 5)";
    } else if (any(State::servfail, Outcome::servfail)) {
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
    for (const auto* group : seen.groups()) {
        for (const auto& one : *group) {
            if (!answered(one)) return false;
            if (!first) first = one.codes;
            if (*first != one.codes) return false;
        }
    }
    return first.has_value();
}

// Some allowlists tell those who ask too much that everybody is to be trusted, so that they stop asking: a documented
// code about a point that is nobody's, of a list that has a limit.
std::optional<ListHealth> judge_vouching(const List& list, const Seen& seen) {
    if (!is_allowlist(list.kind) || seen.random_point.empty()) return {};
    bool documented = true;
    std::vector<std::uint32_t> codes;
    for (const auto& group : seen.random) {
        for (const auto& one : group) {
            if (!is_positive(one)) continue;
            documented = documented && one.state == State::allowed;
            codes = one.codes;
        }
    }
    const bool limited = std::any_of(list.errors.begin(), list.errors.end(), [](const ErrorMeaning& error) {
        return error.cause == ErrorCause::quota;
    });
    if (!documented || !limited) return {};
    return ListHealth{Health::refused,
                      "answered " + join_codes(codes) + " about " + seen.random_point +
                          ", which is nobody's: it vouches for everybody when it is asked too much",
                      ErrorCause::quota, codes};
}

ListHealth judge_answers(const List& list, const Seen& seen) {
    if (auto health = judge_vouching(list, seen)) return std::move(*health);
    if (list.kind == ListKind::ip_score) {
        // A score zone may well have a score for every address; but never the same one.
        if (same_answers(seen)) return broken("answers every question alike");
    } else {
        bool clean_hit = false;
        for (std::size_t family = 0; family < 2; ++family) {
            const bool hit = Seen::any_positive(seen.clean[family]);
            if (Seen::all_positive(seen.random[family]) && (hit || seen.clean[family].empty()))
                return broken("lists everything: the zone has a wildcard, as abandoned lists have");
            clean_hit = clean_hit || hit;
        }
        if (clean_hit && !seen.any_listed() && !seen.listed.empty())
            return broken("inverted: it lists " + seen.clean_point + ", which must be clean, and not " +
                          seen.listed_point);
        if (clean_hit) return broken("lists " + seen.clean_point + ", which must never be listed");
        if (is_allowlist(list.kind) && !seen.random_point.empty())
            return broken("vouches for " + seen.random_point + ", which is nobody's");
    }
    if (seen.any_listed()) return {};
    if (seen.listed_nodata)
        return broken(
            "gives no address for its own test point " + seen.listed_point +
            ": it is dead, or the resolver removes 127.0.0.0/8 from answers (rebinding protection)");
    if (!seen.listed.empty())
        return broken("does not list its own test point " + seen.listed_point +
                      ": it is dead, or it refuses this resolver without a word");
    for (const auto* answer : seen.zone)
        if (answer->outcome == Outcome::nxdomain) return broken("the zone does not exist");
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
    if (domains) {
        add_randoms(list, random_domain, seed, out);
    } else {
        if (list.ipv4) add_randoms(list, random_address, seed, out);
        if (list.ipv6) add_randoms(list, random_v6, seed, out);
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
