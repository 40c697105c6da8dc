#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "checks/net/dns.hpp"

// What a PTR record says and whether the name says it back: pure functions over DNS answers.
namespace reputed::identity {

// Names of a PTR record set that are resolved back; receivers stop there, too (RFC 7208 section 4.6.4).
inline constexpr std::size_t max_resolved_names = 10;

// A fully qualified host name: at least two labels of letters, digits and inner hyphens, the last one not a
// number (RFC 1123 section 2.1, RFC 952). Case and a trailing dot do not matter.
bool is_host_name(std::string_view name);

// Equal but for case and a trailing dot (RFC 4343 section 3).
bool is_same_name(std::string_view one, std::string_view other);
// `name` is `domain` or lies below it, by whole labels.
bool is_within(std::string_view name, std::string_view domain);

// The record type that holds addresses of this family.
RecordType address_type(Family family);
Family other(Family family);

// Sorts, and keeps one of each.
void sort_unique(std::vector<std::string>& texts);

// The targets of a PTR answer, each once, sorted: servers rotate record sets, and a finding may not turn with
// them.
std::vector<std::string> ptr_names(const Answer& reverse);

// The names to resolve back: those in `preferred` first, then in the order given, at most max_resolved_names.
std::vector<std::string> names_to_resolve(const std::vector<std::string>& names,
                                          const std::vector<std::string>& preferred);

// One PTR target with the answer for its addresses.
struct ForwardName {
    std::string name;
    Answer addresses;
};

// A statement about the addresses of a name: also `invalid`, since a name that cannot be asked has none.
bool is_statement(const Answer& answer);
bool holds_address(const Answer& answer, const IpAddress& address);

// The results of "iprev" (RFC 8601 section 2.7.3).
enum class Iprev : std::uint8_t {
    pass,       // one of the names has the address
    fail,       // there are names, and none of them has it
    temperror,  // could not be told: a query failed, and no other name has the address
    permerror,  // there is no PTR record
};
std::string_view to_string(Iprev result);

// RFC 8601 section 3. `forward` holds the names that were resolved back.
Iprev iprev(const IpAddress& address, const Answer& reverse, std::span<const ForwardName> forward);

// Where people put the PTR record of `address` by mistake: below `domain`, in their own zone, in reversed or
// plain order, or with the reverse zone's name in front, which is what a zone file makes of a name without a
// trailing dot.
std::vector<std::string> misplaced_ptr_names(const IpAddress& address, std::string_view domain);

}  // namespace reputed::identity
