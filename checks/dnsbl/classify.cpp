#include "checks/dnsbl/classify.hpp"

#include <algorithm>

namespace reputed::dnsbl {
namespace {

constexpr std::uint32_t loopback_net = 0x7f000000;
constexpr std::uint32_t error_net = 0x7fffff00;  // 127.255.255.0/24: an error at every list that uses it

void add_once(std::vector<std::string>& texts, const std::string& text) {
    if (std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(text);
}

std::vector<std::uint32_t> codes_of(const Answer& answer) {
    std::vector<std::uint32_t> codes;
    for (const auto& record : answer.records)
        if (record.address.family() == Family::v4) codes.push_back(record.address.v4_value());
    std::sort(codes.begin(), codes.end());
    codes.erase(std::unique(codes.begin(), codes.end()), codes.end());
    return codes;
}

const ErrorMeaning* find_error(const List& list, std::uint32_t code) {
    for (const auto& error : list.errors)
        if (error.pattern.matches(code)) return &error;
    return nullptr;
}

// RFC 5782 section 2.1: lists answer from 127.0.0.0/8, and 127.0.0.1 is no entry. Only for a list whose codes
// nobody described.
bool is_generic_listing(std::uint32_t code) {
    return code != 0x7f000001;
}

// The octet 1 to 4, from the left.
double octet_of(std::uint32_t code, int octet) {
    return static_cast<double>(code >> (8 * (4 - octet)) & 0xff);
}

enum class Documented : std::uint8_t {
    no,
    remark,  // a score list says something that is no score
    verdict,
};

// Of several scores the worst counts; where nobody says which that is, the one of the lowest code, so that it does not
// flap with the order of the answer.
void take_score(const List& list, double score, Classification& out) {
    const bool first = out.state != State::score;
    const bool worse = list.scale && (list.scale->higher_is_better ? score < out.score : score > out.score);
    if (first || worse) out.score = score;
    out.state = State::score;
}

Documented add_score(const List& list, std::uint32_t code, Classification& out) {
    Documented documented = Documented::no;
    for (const auto& meaning : list.codes) {
        if (!meaning.pattern.matches(code)) continue;
        documented = std::max(documented, Documented::remark);
        add_once(out.meanings, meaning.meaning);
        if (!meaning.score && list.score_octet == 0) continue;
        documented = Documented::verdict;
        take_score(list, meaning.score ? *meaning.score : octet_of(code, list.score_octet), out);
    }
    if (!list.codes.empty() || list.score_octet == 0) return documented;
    take_score(list, octet_of(code, list.score_octet), out);
    return Documented::verdict;
}

Documented add_listing(const List& list, std::uint32_t code, Classification& out) {
    bool known = false;
    for (const auto& meaning : list.codes) {
        if (!meaning.pattern.matches(code)) continue;
        out.policy = meaning.policy && (out.policy || out.meanings.empty());
        known = true;
        add_once(out.meanings, meaning.meaning);
        out.severity = std::max(out.severity, meaning.severity);
    }
    if (list.codes.empty() && is_generic_listing(code)) {
        known = true;
        add_once(out.meanings, "listed");
        out.severity = std::max(out.severity, generic_severity(list));
    }
    return known ? Documented::verdict : Documented::no;
}

State positive_state(ListKind kind) {
    if (kind == ListKind::ip_score) return State::score;
    return is_allowlist(kind) ? State::allowed : State::listed;
}

State state_of(ErrorCause cause) {
    return cause == ErrorCause::query ? State::broken : State::refused;
}

// Codes that say "no verdict" overrule every listing that came along with them.
bool take_errors(const List& list, Classification& out) {
    for (const auto code : out.codes) {
        if ((code & 0xff000000) != loopback_net) {
            out.state = State::broken;
            out.meanings = {"an address outside 127.0.0.0/8: the zone is parked or the answer forged"};
            return true;
        }
    }
    for (const auto code : out.codes) {
        if (const auto* error = find_error(list, code)) {
            out.state = state_of(error->cause);
            out.cause = error->cause;
            out.meanings = {error->meaning};
            return true;
        }
        if ((code & 0xffffff00) == error_net) {
            out.state = State::refused;
            out.cause = ErrorCause::resolver;
            out.meanings = {"an error code: the list refuses to answer this resolver"};
            return true;
        }
    }
    return false;
}

void take_codes(const List& list, Classification& out) {
    if (take_errors(list, out)) return;
    Documented documented = Documented::no;
    for (const auto code : out.codes)
        documented = std::max(documented, list.kind == ListKind::ip_score ? add_score(list, code, out)
                                                                          : add_listing(list, code, out));
    switch (documented) {
        case Documented::no:
            out.state = State::unknown_code;
            out.meanings = {"a code that this list does not document"};
            break;
        case Documented::remark:
            out.state = State::clean;
            break;
        case Documented::verdict:
            out.state = positive_state(list.kind);
            break;
    }
    if (out.state != State::listed) out.severity = Severity::ok;
    if (list.weight == 0) out.severity = std::min(out.severity, Severity::info);
}

}  // namespace

std::string_view to_string(State state) {
    static constexpr std::string_view names[] = {"clean",  "listed",  "allowed",  "score",       "refused",
                                                 "broken", "timeout", "servfail", "unknown_code"};
    return names[static_cast<std::size_t>(state)];
}

std::string code_text(std::uint32_t code) {
    return IpAddress::v4(code).to_string();
}

Classification classify(const List& list, const Answer& answer) {
    Classification out;
    switch (answer.outcome) {
        case Outcome::nodata:
        case Outcome::nxdomain:
            out.state = State::clean;
            break;
        case Outcome::timeout:
        case Outcome::cancelled:
            out.state = State::timeout;
            break;
        case Outcome::refused:
            out.state = State::refused;
            out.cause = ErrorCause::resolver;
            break;
        case Outcome::servfail:
        case Outcome::malformed:
        case Outcome::invalid:
            out.state = State::servfail;
            break;
        case Outcome::ok:
            out.codes = codes_of(answer);
            // Only A records carry codes; an "ok" without one says nothing.
            if (out.codes.empty())
                out.state = State::servfail;
            else
                take_codes(list, out);
            break;
    }
    return out;
}

}  // namespace reputed::dnsbl
