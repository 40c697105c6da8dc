#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "checks/auth/spf_record.hpp"
#include "config/ip_address.hpp"
#include "config/settings.hpp"

// What the SPF check proposes to publish instead, ready to paste.
namespace reputed::spf {

struct SampledAddress {
    IpAddress ip;
    std::size_t network = 0;  // index into the networks it was taken from
};

// Every address when there are at most `limit`; else `limit` or fewer of them, spread evenly over each
// network and with its first and last address.
std::vector<SampledAddress> sample_addresses(const std::vector<IpNetwork>& networks, std::size_t limit);

// "ip4:192.0.2.0/24"
std::string address_term(const IpNetwork& network);

// The record with `terms` put where they take effect: before the first all, else before redirect=, else at
// the end. Terms that are there already are left out. What does not parse comes back as it is.
std::string with_terms(const std::string& record, const std::vector<std::string>& terms);

// One record that says what all of these say; the first `all` of them ends it. "" when one does not parse, or when
// they have more than 1,000 terms.
std::string merged(const std::vector<std::string_view>& records);

// The record without the term that does not parse, or with "a:ADDRESS" as "ip4:ADDRESS", or with the blank
// that was lost between two terms. "" when it is beyond repair.
std::string repaired(std::string_view record);

// The two terms that a term was before a blank was lost between them ("ip4:192.0.2.1include:x.example"); the
// term itself when it reads as one.
std::vector<std::string> unglued(std::string_view term);

// The record without what is never looked at, what stands there twice, ptr, and what lets everybody pass;
// repaired, and closed with ~all where it ended open. "" when it is beyond repair or past 8,192 octets.
std::string corrected(std::string_view record);

// The record without terms that say the same as one of these. What does not parse comes back as it is.
std::string without_terms(const std::string& record, const std::vector<Term>& terms);

// A term for each network of these senders and an include for each relay.
std::vector<std::string> sender_terms(const std::vector<const Sender*>& senders);

// A first record for a domain that has none: the addresses and the relays of these senders.
std::string first_record(const std::vector<const Sender*>& senders);

// `NAME IN TXT "..."`, in strings of at most 255 octets (RFC 7208 section 3.3). Of a record past 4,096 octets the rest
// is counted only, in a way that no name server takes for a record.
std::string zone_line(std::string_view name, std::string_view record);

}  // namespace reputed::spf
