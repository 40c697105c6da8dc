#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/ip_address.hpp"

// Macro strings of SPF: RFC 7208 section 7.
namespace reputed::spf {

struct MacroPart {
    enum class Kind : std::uint8_t {
        literal,
        percent,    // %%
        space,      // %_
        url_space,  // %-
        letter,     // %{...}
    };
    Kind kind = Kind::literal;
    std::string literal;      // Kind::literal: never empty
    char letter = 0;          // lower case, one of s l o d i p v h c r t
    bool url_escape = false;  // written in upper case
    bool reverse = false;
    std::uint32_t keep = 0;  // how many right-hand parts stay; 0 = all
    std::string delimiters;  // "" = split on dots

    bool operator==(const MacroPart&) const = default;
};

struct MacroString {
    std::vector<MacroPart> parts;  // no two literals in a row

    bool empty() const { return parts.empty(); }
    bool uses(char letter) const;
    // Whether it reads the same for every message.
    bool is_literal() const;
    std::string to_string() const;

    bool operator==(const MacroString&) const = default;
};

// Where a macro string stands decides which of the three grammars of RFC 7208 section 7.1 it must meet.
enum class MacroContext : std::uint8_t {
    domain_spec,  // ends in ".toplabel" or a macro; no c, r, t
    modifier,     // the value of an unknown modifier: any macro-string, may be empty; no c, r, t
    explanation,  // the text behind exp=: spaces and c, r, t are allowed
};

// Parses `text` into `out`. Returns "" or, when the text breaks the grammar, why: "macro letter "x" is not
// defined".
std::string parse_macro(std::string_view text, MacroContext context, MacroString& out);

// What the letters stand for in one evaluation: RFC 7208 section 7.2.
struct MacroValues {
    std::string_view sender;          // s: LOCAL@DOMAIN
    std::string_view local_part;      // l
    std::string_view sender_domain;   // o
    std::string_view domain;          // d: the domain whose record is evaluated
    IpAddress ip;                     // i, v, c
    std::string_view validated_name;  // p: "unknown" when there is none
    std::string_view helo;            // h
    std::string_view receiver;        // r
    std::int64_t unix_time = 0;       // t
};

// Expanded text. Of a result that passes 16 KiB at least the last 4 KiB are there: enough for either use.
std::string expand(const MacroString& macro, const MacroValues& values);

// Expanded for use as a domain name: without trailing dot, whole labels cut from the left until it has at
// most 253 octets (RFC 7208 section 7.3). Raw octets, not escaped.
std::string expand_domain(const MacroString& macro, const MacroValues& values);

}  // namespace reputed::spf
