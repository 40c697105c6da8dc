#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "checks/auth/spf_macro.hpp"
#include "config/ip_address.hpp"

// SPF records: RFC 7208 sections 4.6.1, 5, 6 and the collected ABNF of section 12.
namespace reputed::spf {

enum class Qualifier : std::uint8_t { pass, fail, softfail, neutral };  // + - ~ ?

enum class TermKind : std::uint8_t { all, include, a, mx, ptr, ip4, ip6, exists, redirect, exp, unknown };

constexpr bool is_modifier(TermKind kind) {
    return kind >= TermKind::redirect;
}
// The terms that count against the limit of 10: RFC 7208 section 4.6.4.
constexpr bool queries_dns(TermKind kind) {
    return kind == TermKind::include || kind == TermKind::a || kind == TermKind::mx ||
           kind == TermKind::ptr || kind == TermKind::exists || kind == TermKind::redirect;
}

struct Term {
    TermKind kind = TermKind::all;
    Qualifier qualifier = Qualifier::pass;  // mechanisms only
    // The domain-spec, or the value of an unknown modifier. Empty where a, mx or ptr mean the current domain.
    MacroString domain;
    int prefix4 = 32;   // a, mx
    int prefix6 = 128;  // a, mx
    IpNetwork network;  // ip4, ip6; host bits cleared
    std::string name;   // unknown modifiers, as written
    // Where the term stands in Record::text.
    std::uint32_t offset = 0;
    std::uint32_t length = 0;

    // Canonical: lower case, "+" left out.
    std::string to_string() const;
    // Whether both say the same; how and where they are written does not matter.
    bool operator==(const Term& other) const;
};

struct Record {
    std::string text;  // as it was parsed
    std::vector<Term> terms;

    std::string_view written(const Term& term) const {
        return std::string_view(text).substr(term.offset, term.length);
    }
    const Term* find(TermKind kind) const;  // the first of its kind; nullptr when there is none
    std::string to_string() const;          // canonical

    bool operator==(const Record& other) const { return terms == other.terms; }
};

struct SyntaxError {
    std::string reason;      // "unknown mechanism"
    std::string term;        // as written, at most 200 octets of it; "" when it is the version that is wrong
    std::size_t offset = 0;  // where the term begins

    std::string to_string() const;  // one sentence of both
};

// Whether this TXT text is meant as an SPF record: "v=spf1", then a space or the end (RFC 7208 section 4.5).
bool is_spf(std::string_view text);

// The whole record is checked; the first error ends it (RFC 7208 section 4.6).
std::variant<Record, SyntaxError> parse_record(std::string_view text);

}  // namespace reputed::spf
