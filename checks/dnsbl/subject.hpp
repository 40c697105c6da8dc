#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/catalogue.hpp"
#include "config/ip_address.hpp"

namespace reputed::dnsbl {

// What a list is asked about: an address or a domain.
struct Subject {
    std::string text;                  // as shown: the address, or the domain in lower case
    std::optional<IpAddress> address;  // nullopt: a domain
    std::string query;                 // the reversed address, or the domain: what goes before the zone

    static Subject of(const IpAddress& address);
    // A host or domain name of at least two labels, none of them over 63 octets, in A-labels; else nullopt.
    static std::optional<Subject> of_domain(std::string_view name);
    // Either; nullopt when it is neither an address nor a domain name. An IPv4-mapped IPv6 address is the
    // IPv4 one: lists keep it there.
    static std::optional<Subject> parse(std::string_view text);
};

// Whether this list may be asked about this subject: right kind, right family.
bool accepts(const List& list, const Subject& subject);

// The name to look up. The list's key must be filled in. RFC 5782 sections 2.1, 2.4 and 2.6.
std::string query_name(const List& list, std::string_view query);

// `text`, which the list said, without the list's key: some quote the question.
std::string without_key(const List& list, std::string text);

// The list's page about the subject, {ip} and {domain} filled in; its website where no page is known; or "".
std::string lookup_link(const List& list, const Subject& subject);

}  // namespace reputed::dnsbl
