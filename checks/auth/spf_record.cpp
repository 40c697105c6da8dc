#include "checks/auth/spf_record.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "config/text.hpp"

namespace reputed::spf {
namespace {

constexpr std::string_view version = "v=spf1";
constexpr std::size_t shown_term = 200;

constexpr std::pair<std::string_view, TermKind> mechanisms[] = {
    {"all", TermKind::all}, {"include", TermKind::include}, {"a", TermKind::a},
    {"mx", TermKind::mx},   {"ptr", TermKind::ptr},         {"ip4", TermKind::ip4},
    {"ip6", TermKind::ip6}, {"exists", TermKind::exists},
};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_alpha(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same(std::string_view a, std::string_view b) {
    return a.size() == b.size() &&
           std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

std::optional<Qualifier> qualifier_of(char c) {
    switch (c) {
        case '+':
            return Qualifier::pass;
        case '-':
            return Qualifier::fail;
        case '~':
            return Qualifier::softfail;
        case '?':
            return Qualifier::neutral;
        default:
            return {};
    }
}

std::string_view qualifier_text(Qualifier qualifier) {
    switch (qualifier) {
        case Qualifier::pass:
            return "";
        case Qualifier::fail:
            return "-";
        case Qualifier::softfail:
            return "~";
        case Qualifier::neutral:
            return "?";
    }
    return "";
}

std::string quoted(std::string_view text) {
    return '"' + std::string(text.substr(0, shown_term)) + '"';
}

// RFC 7208 section 12, ip4-cidr-length and ip6-cidr-length: no leading zeros. "" or why not.
std::string parse_prefix(std::string_view digits, int maximum, int& out) {
    if (digits.empty()) return "prefix length without digits";
    int value = 0;
    for (const char c : digits) {
        if (!is_digit(c)) return "prefix length " + quoted(digits) + " is not a number";
        value = std::min(1000, value * 10 + (c - '0'));
    }
    if (digits.size() > 1 && digits.front() == '0')
        return "prefix length " + quoted(digits) + " has a leading zero";
    if (value > maximum)
        return "prefix length " + std::string(digits.substr(0, 20)) + " is over " + std::to_string(maximum);
    out = value;
    return "";
}

// dual-cidr-length: "/24", "//64" or "/24//64".
std::string parse_dual_prefix(std::string_view text, Term& term) {
    if (!text.starts_with("//")) {
        const auto slash = text.find('/', 1);
        if (auto error = parse_prefix(text.substr(1, slash - 1), 32, term.prefix4); !error.empty())
            return error;
        if (slash == std::string_view::npos) return "";
        text.remove_prefix(slash);
        if (!text.starts_with("//")) return "the IPv6 prefix length needs two slashes";
    }
    return parse_prefix(text.substr(2), 128, term.prefix6);
}

// Where the prefix lengths at the end of `text` begin. No domain-spec ends in a slash and digits, so this is
// exact.
std::size_t prefix_start(std::string_view text) {
    const auto last_other = text.find_last_not_of("0123456789/");
    const auto slash = text.find('/', last_other == std::string_view::npos ? 0 : last_other + 1);
    return std::min(slash, text.size());
}

std::string parse_network(std::string_view name, std::string_view rest, Term& term) {
    const bool v4 = term.kind == TermKind::ip4;
    if (!rest.starts_with(':')) return quoted(name) + " needs a colon and an address";
    rest.remove_prefix(1);
    const auto slash = rest.find('/');
    const auto text = rest.substr(0, slash);
    const auto address = IpAddress::parse(text);
    if (!address || (address->family() == Family::v4) != v4)
        return quoted(text) + (v4 ? " is not an IPv4 address" : " is not an IPv6 address");
    int length = address->bits();
    if (slash != std::string_view::npos)
        if (auto error = parse_prefix(rest.substr(slash + 1), address->bits(), length); !error.empty())
            return error;
    term.network = IpNetwork(*address, length);
    return "";
}

std::string parse_arguments(std::string_view name, std::string_view rest, Term& term) {
    const auto kind = term.kind;
    if (kind == TermKind::ip4 || kind == TermKind::ip6) return parse_network(name, rest, term);
    if (kind == TermKind::all) return rest.empty() ? "" : "\"all\" takes no argument";
    const auto slash = prefix_start(rest);
    if (slash < rest.size()) {
        if (kind != TermKind::a && kind != TermKind::mx) return quoted(name) + " takes no prefix length";
        if (auto error = parse_dual_prefix(rest.substr(slash), term); !error.empty()) return error;
        rest = rest.substr(0, slash);
    }
    if (rest.starts_with(':')) return parse_macro(rest.substr(1), MacroContext::domain_spec, term.domain);
    if (!rest.empty()) return "the domain does not follow a colon";
    const bool needs_domain = kind == TermKind::include || kind == TermKind::exists;
    return needs_domain ? quoted(name) + " needs a colon and a domain" : "";
}

// `mark`: where the first colon or slash stands.
std::string parse_mechanism(std::string_view text, std::size_t mark, Term& term) {
    auto name = text.substr(0, mark);
    if (const auto qualifier = qualifier_of(text.front())) {
        term.qualifier = *qualifier;
        text.remove_prefix(1);
        name.remove_prefix(1);
    }
    for (const auto& [known, kind] : mechanisms) {
        if (!same(known, name)) continue;
        term.kind = kind;
        return parse_arguments(known, text.substr(name.size()), term);
    }
    if (same(name, "redirect") || same(name, "exp"))
        return quoted(name) + " is a modifier and needs an equals sign";
    return "unknown mechanism " + quoted(name);
}

std::string parse_modifier(std::string_view name, std::string_view value, Term& term) {
    if (!name.empty() && qualifier_of(name.front())) return "a modifier takes no qualifier";
    const bool valid =
        !name.empty() && is_alpha(name.front()) && std::all_of(name.begin(), name.end(), [](char c) {
            return is_alpha(c) || is_digit(c) || c == '-' || c == '_' || c == '.';
        });
    if (!valid) return quoted(name) + " is no modifier name";
    // Known names never count as unknown modifiers, whatever their value: RFC 7208 section 12.
    if (same(name, "redirect") || same(name, "exp")) {
        term.kind = same(name, "exp") ? TermKind::exp : TermKind::redirect;
        return parse_macro(value, MacroContext::domain_spec, term.domain);
    }
    term.kind = TermKind::unknown;
    term.name = name;
    return parse_macro(value, MacroContext::modifier, term.domain);
}

std::string parse_term(std::string_view text, Term& term) {
    std::size_t mark = text.size();
    for (std::size_t i = text.size(); i-- > 0;) {
        const char c = text[i];
        if (c <= ' ' || c >= 0x7f) return "an octet that is not visible ASCII; only spaces separate terms";
        if (c == '=' || c == ':' || c == '/') mark = i;
    }
    // RFC 7208 section 4.6.1: an equals sign before any colon or slash makes it a modifier.
    if (mark < text.size() && text[mark] == '=')
        return parse_modifier(text.substr(0, mark), text.substr(mark + 1), term);
    return parse_mechanism(text, mark, term);
}

std::string prefixes(const Term& term) {
    std::string out;
    if (term.prefix4 != 32) out += '/' + std::to_string(term.prefix4);
    if (term.prefix6 != 128) out += "//" + std::to_string(term.prefix6);
    return out;
}

}  // namespace

std::string Term::to_string() const {
    const std::string domain_text = domain.to_string();
    if (kind == TermKind::redirect) return "redirect=" + domain_text;
    if (kind == TermKind::exp) return "exp=" + domain_text;
    if (kind == TermKind::unknown) return name + '=' + domain_text;
    std::string out(qualifier_text(qualifier));
    for (const auto& [known, known_kind] : mechanisms)
        if (known_kind == kind) out += known;
    if (kind == TermKind::ip4 || kind == TermKind::ip6) return out + ':' + network.to_string();
    if (!domain_text.empty()) out += ':' + domain_text;
    return out + prefixes(*this);
}

bool Term::operator==(const Term& other) const {
    return kind == other.kind && qualifier == other.qualifier && domain == other.domain &&
           prefix4 == other.prefix4 && prefix6 == other.prefix6 && network == other.network &&
           name == other.name;
}

const Term* Record::find(TermKind kind) const {
    const auto found =
        std::find_if(terms.begin(), terms.end(), [&](const Term& term) { return term.kind == kind; });
    return found == terms.end() ? nullptr : &*found;
}

std::string Record::to_string() const {
    std::string out(version);
    for (const auto& term : terms)
        out += ' ' + term.to_string();
    return out;
}

std::string SyntaxError::to_string() const {
    return term.empty() ? reason : reason + " (in \"" + printable(term, shown_term) + "\")";
}

bool is_spf(std::string_view text) {
    return same(text.substr(0, version.size()), version) &&
           (text.size() == version.size() || text[version.size()] == ' ');
}

std::variant<Record, SyntaxError> parse_record(std::string_view text) {
    if (!is_spf(text)) return SyntaxError{"the record does not begin with \"v=spf1\"", "", 0};
    Record record;
    record.text = text;
    record.terms.reserve(static_cast<std::size_t>(
        std::clamp(std::count(text.begin(), text.end(), ' '), std::ptrdiff_t{0}, std::ptrdiff_t{64})));
    bool seen_redirect = false;
    bool seen_exp = false;
    for (std::size_t i = version.size(); (i = text.find_first_not_of(' ', i)) != std::string_view::npos;) {
        const auto end = std::min(text.find(' ', i), text.size());
        const auto written = text.substr(i, end - i);
        Term term;
        term.offset = static_cast<std::uint32_t>(i);
        term.length = static_cast<std::uint32_t>(written.size());
        std::string error = parse_term(written, term);
        // RFC 7208 section 6: each at most once.
        if (error.empty() && term.kind == TermKind::redirect && std::exchange(seen_redirect, true))
            error = "\"redirect\" appears twice";
        if (error.empty() && term.kind == TermKind::exp && std::exchange(seen_exp, true))
            error = "\"exp\" appears twice";
        if (!error.empty())
            return SyntaxError{std::move(error), std::string(written.substr(0, shown_term)), i};
        record.terms.push_back(std::move(term));
        i = end;
    }
    return record;
}

}  // namespace reputed::spf
