#include "checks/dnsbl/subject.hpp"

#include <algorithm>

#include "checks/net/dns.hpp"

namespace reputed::dnsbl {
namespace {

bool is_host_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

void replace(std::string& text, std::string_view placeholder, std::string_view value) {
    if (const auto at = text.find(placeholder); at != std::string::npos)
        text.replace(at, placeholder.size(), value);
}

// An IPv6 address in a URL's query: its colons are escaped (RFC 3986 section 2.2).
std::string url_escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == ':')
            out += "%3A";
        else
            out += c;
    }
    return out;
}

}  // namespace

Subject Subject::of(const IpAddress& address) {
    return {address.to_string(), address, reversed(address)};
}

std::optional<Subject> Subject::of_domain(std::string_view name) {
    const std::string domain = normalized_name(name);
    if (domain.find('.') == std::string::npos || !is_valid_name(domain)) return {};
    if (!std::all_of(domain.begin(), domain.end(), is_host_character)) return {};
    // A name that ends in digits only is a mistyped address, not a domain (RFC 3696 section 2).
    const auto last = domain.substr(domain.rfind('.') + 1);
    if (last.find_first_not_of("0123456789") == std::string::npos) return {};
    return Subject{domain, {}, domain};
}

std::optional<Subject> Subject::parse(std::string_view text) {
    if (const auto address = IpAddress::parse(text)) return of(address->unmapped());
    return of_domain(text);
}

bool accepts(const List& list, const Subject& subject) {
    if (is_domain_list(list.kind)) return !subject.address;
    if (!subject.address) return false;
    return subject.address->family() == Family::v4 ? list.ipv4 : list.ipv6;
}

std::string query_name(const List& list, std::string_view query) {
    static constexpr std::string_view middle = "{revip}";
    std::string name;
    name.reserve(query.size() + list.zone.size() + 1);
    if (const auto at = list.zone.find(middle); at != std::string::npos) {
        name.append(list.zone, 0, at).append(query).append(list.zone, at + middle.size());
        return name;
    }
    name.append(query).append(1, '.').append(list.zone);
    return name;
}

std::string without_key(const List& list, std::string text) {
    std::string zone = list.zone;
    replace(zone, "{revip}.", "");
    const auto rest = '.' + list.name;
    if (zone.size() == rest.size() || !zone.ends_with(rest)) return text;
    const std::string_view key = std::string_view(zone).substr(0, zone.size() - rest.size());
    const auto same = [](char a, char b) { return lower(a) == lower(b); };
    for (auto at = text.begin();;) {
        at = std::search(at, text.end(), key.begin(), key.end(), same);
        if (at == text.end()) return text;
        const auto offset = at - text.begin();
        text.replace(at, at + static_cast<std::ptrdiff_t>(key.size()), "***");
        at = text.begin() + offset + 3;
    }
}

std::string lookup_link(const List& list, const Subject& subject) {
    std::string link = list.lookup.empty() ? list.website : list.lookup;
    replace(link, "{ip}", url_escaped(subject.text));
    replace(link, "{domain}", subject.text);
    return link;
}

}  // namespace reputed::dnsbl
