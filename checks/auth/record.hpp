#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "checks/auth/tag_list.hpp"

// One record of any kind, parsed and criticised: what `reputed record` shows.
namespace reputed::record {

enum class Kind : std::uint8_t { dkim, dmarc, spf, mta_sts, tls_rpt, bimi };
inline constexpr std::string_view kind_names[] = {"dkim", "dmarc", "spf", "mta-sts", "tls-rpt", "bimi"};
constexpr std::string_view to_string(Kind kind) {
    return kind_names[static_cast<std::size_t>(kind)];
}
std::optional<Kind> parse_kind(std::string_view text);

struct KeyFacts {
    std::string type;  // k=, lower case
    int bits = 0;      // 0 when there is no key that can be read
    bool revoked = false;
    bool testing = false;
};

struct Examination {
    Kind kind = Kind::dkim;
    bool valid = false;           // false: receivers take nothing from the record; then a finding is critical
    Tags tags;                    // what they take from it, canonical, in the order of the standard
    std::string text;             // the same as one record
    Remarks findings;             // worst first
    std::optional<KeyFacts> key;  // DKIM only
};

// `text` is the content of the TXT record, or two or more of its strings in the quotes of a zone file; for
// Kind::mta_sts the policy file as well. At most 65,536 octets of it are looked at.
Examination examine(Kind kind, std::string_view text);

// Two or more quoted strings (RFC 1035 section 5.1) joined, escapes undone; nullopt for anything else.
std::optional<std::string> joined_strings(std::string_view text);

}  // namespace reputed::record
