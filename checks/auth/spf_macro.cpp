#include "checks/auth/spf_macro.hpp"

#include <algorithm>
#include <cstdio>

namespace reputed::spf {
namespace {

constexpr std::string_view letters = "slodiphvcrt";
constexpr std::string_view explanation_letters = "crt";
constexpr std::string_view delimiter_set = ".-+,/_=";

constexpr std::size_t expansion_limit = 16384;
constexpr std::size_t expansion_kept = 4096;
constexpr std::size_t name_limit = 253;
// No name has more parts, so that greater numbers mean the same.
constexpr std::uint32_t keep_limit = 100'000;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_alpha(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_alphanum(char c) {
    return is_alpha(c) || is_digit(c);
}
char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
bool contains(std::string_view set, char c) {
    return set.find(c) != std::string_view::npos;
}

std::string hex_octet(char c) {
    char buffer[8];
    std::snprintf(buffer, sizeof buffer, "0x%02x", static_cast<unsigned>(static_cast<unsigned char>(c)));
    return buffer;
}

// RFC 7208 section 7.1, toplabel: letters, digits and inner hyphens, not digits alone.
bool is_toplabel(std::string_view label) {
    if (label.empty() || !is_alphanum(label.front()) || !is_alphanum(label.back())) return false;
    bool only_digits = true;
    for (const char c : label) {
        if (!is_alphanum(c) && c != '-') return false;
        only_digits = only_digits && is_digit(c);
    }
    return !only_digits;
}

// RFC 7208 section 7.1, domain-end.
std::string check_domain_end(const MacroString& macro, std::string_view text) {
    if (macro.empty()) return "the domain is empty";
    const MacroPart& last = macro.parts.back();
    if (last.kind != MacroPart::Kind::literal) return "";
    std::string_view end = last.literal;
    if (end.back() == '.') end.remove_suffix(1);
    const auto dot = end.rfind('.');
    if (dot != std::string_view::npos && is_toplabel(end.substr(dot + 1))) return "";
    const auto quoted = '"' + std::string(text) + '"';
    if (IpAddress::parse(text)) return quoted + " is an address, not a domain";
    if (dot == std::string_view::npos && macro.parts.size() == 1)
        return quoted + " is one label, not a domain name";
    return quoted + " does not end in a top-level label or a macro";
}

// What stands between "%{" and "}".
std::string parse_letter(std::string_view body, MacroContext context, MacroPart& part) {
    if (body.empty()) return "macro without a letter";
    part.kind = MacroPart::Kind::letter;
    part.letter = lower(body.front());
    part.url_escape = part.letter != body.front();
    if (!contains(letters, part.letter))
        return "macro letter \"" + std::string(1, body.front()) + "\" is not defined";
    if (context != MacroContext::explanation && contains(explanation_letters, part.letter))
        return "macro letter \"" + std::string(1, body.front()) + "\" is for explanation texts only";
    std::size_t i = 1;
    for (; i < body.size() && is_digit(body[i]); ++i)
        part.keep = std::min(keep_limit, part.keep * 10 + static_cast<std::uint32_t>(body[i] - '0'));
    if (i > 1 && part.keep == 0) return "macro that keeps 0 parts";  // section 7.3
    if (i < body.size() && lower(body[i]) == 'r') {
        part.reverse = true;
        ++i;
    }
    for (; i < body.size(); ++i) {
        if (!contains(delimiter_set, body[i]))
            return "\"" + std::string(1, body[i]) + "\" is no macro delimiter";
        part.delimiters += body[i];
    }
    return "";
}

// Splits, reverses, keeps the right-hand parts and joins with dots: RFC 7208 section 7.3.
void append_transformed(std::string& out, std::string_view value, const MacroPart& part) {
    const std::string_view delimiters = part.delimiters.empty() ? std::string_view(".") : part.delimiters;
    if (!part.reverse && part.keep == 0 && delimiters == ".") {
        out += value;
        return;
    }
    std::vector<std::string_view> pieces;
    std::size_t start = 0;
    for (;;) {
        const auto end = value.find_first_of(delimiters, start);
        pieces.push_back(value.substr(start, end - start));
        if (end == std::string_view::npos) break;
        start = end + 1;
    }
    if (part.reverse) std::reverse(pieces.begin(), pieces.end());
    const std::size_t skipped = part.keep != 0 && pieces.size() > part.keep ? pieces.size() - part.keep : 0;
    for (std::size_t i = skipped; i < pieces.size(); ++i) {
        if (i != skipped) out += '.';
        out += pieces[i];
    }
}

// RFC 3986 section 2.3: what is not unreserved is escaped.
void append_url_escaped(std::string& out, std::string_view value) {
    static constexpr char hex[] = "0123456789ABCDEF";
    for (const char c : value) {
        if (is_alphanum(c) || contains("-._~", c)) {
            out += c;
            continue;
        }
        const auto octet = static_cast<unsigned char>(c);
        out += '%';
        out += hex[octet >> 4];
        out += hex[octet & 0xf];
    }
}

// Dotted quad, or 32 nibbles in upper case, most significant first: RFC 7208 section 7.4.
std::string dotted(const IpAddress& ip) {
    if (ip.family() == Family::v4) return ip.to_string();
    static constexpr char hex[] = "0123456789ABCDEF";
    std::string out;
    for (const auto octet : ip.bytes()) {
        if (!out.empty()) out += '.';
        out += hex[octet >> 4];
        out += '.';
        out += hex[octet & 0xf];
    }
    return out;
}

void append_value(std::string& out, const MacroPart& part, const MacroValues& values) {
    switch (part.letter) {
        case 's':
            return append_transformed(out, values.sender, part);
        case 'l':
            return append_transformed(out, values.local_part, part);
        case 'o':
            return append_transformed(out, values.sender_domain, part);
        case 'd':
            return append_transformed(out, values.domain, part);
        case 'i':
            return append_transformed(out, dotted(values.ip), part);
        case 'p':
            return append_transformed(out, values.validated_name, part);
        case 'v':
            return append_transformed(out, values.ip.family() == Family::v4 ? "in-addr" : "ip6", part);
        case 'h':
            return append_transformed(out, values.helo, part);
        case 'c':
            return append_transformed(out, values.ip.to_string(), part);
        case 'r':
            return append_transformed(out, values.receiver, part);
        case 't':
            return append_transformed(out, std::to_string(values.unix_time), part);
        default:
            return;
    }
}

void append_part(std::string& out, const MacroPart& part, const MacroValues& values) {
    switch (part.kind) {
        case MacroPart::Kind::literal:
            out += part.literal;
            return;
        case MacroPart::Kind::percent:
            out += '%';
            return;
        case MacroPart::Kind::space:
            out += ' ';
            return;
        case MacroPart::Kind::url_space:
            out += "%20";
            return;
        case MacroPart::Kind::letter:
            break;
    }
    if (!part.url_escape) {
        append_value(out, part, values);
        return;
    }
    std::string plain;
    append_value(plain, part, values);
    append_url_escaped(out, plain);
}

void append_literal(MacroString& macro, std::string_view text) {
    if (text.empty()) return;
    MacroPart part;
    part.literal = text;
    macro.parts.push_back(std::move(part));
}

}  // namespace

bool MacroString::uses(char letter) const {
    return std::any_of(parts.begin(), parts.end(), [&](const MacroPart& part) {
        return part.kind == MacroPart::Kind::letter && part.letter == letter;
    });
}

bool MacroString::is_literal() const {
    return std::none_of(parts.begin(), parts.end(),
                        [](const MacroPart& part) { return part.kind == MacroPart::Kind::letter; });
}

std::string MacroString::to_string() const {
    std::string out;
    for (const auto& part : parts) {
        switch (part.kind) {
            case MacroPart::Kind::literal:
                out += part.literal;
                break;
            case MacroPart::Kind::percent:
                out += "%%";
                break;
            case MacroPart::Kind::space:
                out += "%_";
                break;
            case MacroPart::Kind::url_space:
                out += "%-";
                break;
            case MacroPart::Kind::letter:
                out += "%{";
                out += part.url_escape ? static_cast<char>(part.letter - 'a' + 'A') : part.letter;
                if (part.keep != 0) out += std::to_string(part.keep);
                if (part.reverse) out += 'r';
                out += part.delimiters;
                out += '}';
                break;
        }
    }
    return out;
}

std::string parse_macro(std::string_view text, MacroContext context, MacroString& out) {
    out.parts.clear();
    std::size_t literal = 0;  // where the literal that is being read begins
    std::size_t i = 0;
    while (i < text.size()) {
        const char c = text[i];
        const bool visible = c > ' ' && c < 0x7f;
        if (!visible && !(c == ' ' && context == MacroContext::explanation))
            return "octet " + hex_octet(c) + " is not a visible ASCII character";
        if (c != '%') {
            ++i;
            continue;
        }
        append_literal(out, text.substr(literal, i - literal));
        const char next = i + 1 < text.size() ? text[i + 1] : '\0';
        MacroPart part;
        std::size_t end = i + 2;
        if (next == '%') {
            part.kind = MacroPart::Kind::percent;
        } else if (next == '_') {
            part.kind = MacroPart::Kind::space;
        } else if (next == '-') {
            part.kind = MacroPart::Kind::url_space;
        } else if (next == '{') {
            const auto close = text.find('}', i);
            if (close == std::string_view::npos) return "macro without closing brace";
            if (auto error = parse_letter(text.substr(i + 2, close - i - 2), context, part); !error.empty())
                return error;
            end = close + 1;
        } else {
            return "\"%\" is not followed by \"{\", \"%\", \"_\" or \"-\"";
        }
        out.parts.push_back(std::move(part));
        i = literal = end;
    }
    append_literal(out, text.substr(literal));
    return context == MacroContext::domain_spec ? check_domain_end(out, text) : "";
}

std::string expand(const MacroString& macro, const MacroValues& values) {
    std::string out;
    for (const auto& part : macro.parts) {
        append_part(out, part, values);
        // A record can ask for megabytes: 16,000 macros of 300 octets.
        if (out.size() > 2 * expansion_limit) out.erase(0, out.size() - expansion_limit - expansion_kept);
    }
    return out;
}

std::string expand_domain(const MacroString& macro, const MacroValues& values) {
    std::string name = expand(macro, values);
    if (!name.empty() && name.back() == '.') name.pop_back();
    if (name.size() <= name_limit) return name;
    const auto dot = name.find('.', name.size() - name_limit - 1);
    name.erase(0, dot == std::string::npos ? name.rfind('.') + 1 : dot + 1);
    return name;
}

}  // namespace reputed::spf
