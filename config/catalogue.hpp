#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/level_scale.hpp"
#include "config/problem.hpp"
#include "config/severity.hpp"

// The catalogue: what is known about each DNS list. It is compiled in from lists.toml; an operator's own
// lists
// (`[[dnsbl.list]]`) are read by the same code into the same shape.
namespace reputed {

enum class ListKind : std::uint8_t {
    ip_blocklist,
    ip_allowlist,
    ip_score,
    domain_blocklist,
    domain_allowlist,
};
inline constexpr std::string_view list_kind_names[] = {"ip-blocklist", "ip-allowlist", "ip-score",
                                                       "domain-blocklist", "domain-allowlist"};
std::string_view to_string(ListKind kind);
std::optional<ListKind> parse_list_kind(std::string_view text);
constexpr bool is_domain_list(ListKind kind) {
    return kind >= ListKind::domain_blocklist;
}
constexpr bool is_allowlist(ListKind kind) {
    return kind == ListKind::ip_allowlist || kind == ListKind::domain_allowlist;
}

enum class Access : std::uint8_t { free, free_noncommercial, rate_limited, registration, paid_key, unknown };
inline constexpr std::string_view access_names[] = {"free",         "free-noncommercial", "rate-limited",
                                                    "registration", "paid-key",           "unknown"};
std::string_view to_string(Access access);
std::optional<Access> parse_access(std::string_view text);

// What an entry speaks of: the address itself, the network around it, or all of the provider's.
enum class ListScope : std::uint8_t { address, network, provider };
inline constexpr std::string_view list_scope_names[] = {"address", "network", "provider"};
std::string_view to_string(ListScope scope);
std::optional<ListScope> parse_list_scope(std::string_view text);

// `own`: configured by the operator, not in the catalogue.
enum class ListStatus : std::uint8_t { alive, doubtful, own };
inline constexpr std::string_view list_status_names[] = {"alive", "doubtful", "own"};
std::string_view to_string(ListStatus status);
std::optional<ListStatus> parse_list_status(std::string_view text);

// Which answers a rule speaks of: each octet between low and high (both included), or, with `bit` set, every
// answer in 127.0.0.0/24 whose last octet has that bit (bitmask lists, RFC 5782 section 2.3).
struct CodePattern {
    std::array<std::uint8_t, 4> low{};
    std::array<std::uint8_t, 4> high{};
    std::uint8_t bit = 0;

    // "127.0.0.2", "127.0.0.5-127.0.0.7" (a range in each octet), "127.0.*.3", "127.0.[5-7].0", or "bitN"
    // with N the value of the bit: 1, 2, 4 ... 128. The first octet is 127: nothing else is an answer of a
    // list.
    static std::optional<CodePattern> parse(std::string_view text);
    bool matches(std::uint32_t address) const;  // host order
    std::string to_string() const;              // parses back to the same pattern

    bool operator==(const CodePattern&) const = default;
};

struct CodeMeaning {
    CodePattern pattern;
    std::string meaning;  // "XBL: infected or exploited host"
    Severity severity = Severity::warning;
    // It speaks of the kind of address (dynamic, residential), not of what it did: nothing has to be stopped.
    bool policy = false;
    std::optional<double> score;  // for score lists where the code, not an octet, is the score
};

// Why a list answers with something that is not a listing.
enum class ErrorCause : std::uint8_t {
    resolver,  // the resolver we ask through is refused (public, open, generic PTR, unregistered)
    quota,     // too many questions
    key,       // key wrong, missing or disabled
    query,     // the question was wrong (typo in the zone, an IP sent to a domain list)
};
inline constexpr std::string_view error_cause_names[] = {"resolver", "quota", "key", "query"};
std::string_view to_string(ErrorCause cause);
std::optional<ErrorCause> parse_error_cause(std::string_view text);

struct ErrorMeaning {
    CodePattern pattern;
    std::string meaning;
    ErrorCause cause = ErrorCause::resolver;
};

struct List {
    // The zone as it is asked. It may hold "{key}" (the operator's secret) and "{revip}" (where the reversed
    // address goes).
    std::string zone;
    // The zone without its key: the only form that is ever shown, and the value of the metric label `list`.
    std::string name;
    ListKind kind = ListKind::ip_blocklist;
    // May reversed addresses of this family be asked? For domain lists: they hold addresses, too; never asked
    // here.
    bool ipv4 = true;
    bool ipv6 = false;
    std::string operator_name;
    std::string website;
    // Where to look up or delist; "{ip}" or "{domain}" stand for the subject. Empty where nothing is known.
    std::string lookup;
    // What the answers mean; several rules may match one answer, and then all of them are meant. Empty: any
    // answer in 127.0.0.0/8 but 127.0.0.1 and 127.255.255.0/24 lists (RFC 5782 section 2.1), with
    // generic_severity(); a score list without codes and without score_octet has no score.
    std::vector<CodeMeaning> codes;
    // Answers that are no listing, beside 127.255.255.0/24, which is an error at every list. They go before
    // `codes`.
    std::vector<ErrorMeaning> errors;
    // How a score is judged; null: it is only shown.
    std::shared_ptr<const LevelScale> scale;
    ListScope scope = ListScope::address;
    // Which octet of the answer (1..4) is the score, for ip_score lists that answer with a number; 0 = see
    // codes. The score of a matching code goes before it, and an answer that matches no code has none.
    int score_octet = 0;
    // Test points: addresses for IP lists, names for domain lists. Empty `listed` means that none is known:
    // health rests on the rest.
    std::vector<std::string> test_listed;
    std::vector<std::string> test_clean;
    Access access = Access::unknown;
    ListStatus status = ListStatus::alive;
    int weight = 10;                           // 0..100: how much a listing hurts delivery; 0 never alarms
    std::string subset_of;                     // name of the list that holds all of this one's entries
    std::chrono::seconds interval_floor{300};  // never asked more often
    double queries_per_second = 0;             // the operator's limit; 0 = none known
    std::uint64_t queries_per_day = 0;         // the operator's limit; 0 = none known
    std::string note;

    bool needs_key() const { return zone.find("{key}") != std::string::npos; }
};

// A zone that is refused: dead, or of no use here.
struct DeadZone {
    std::string zone;
    bool suffix = false;  // every zone below it is refused as well
    std::string since;    // "2024-06-05", "2013 or earlier", ...; "" = not dead, but of no use ("answers for
                          // hashes only")
    std::string reason;
};

class Catalogue {
  public:
    // The compiled-in lists.toml. Parsed once; a catalogue that does not parse is a build error (a test reads
    // it).
    static const Catalogue& builtin();

    // Reads TOML text in the form of lists.toml. What is wrong goes to `problems`, and the entry is left out.
    static Catalogue parse(std::string_view toml, std::string_view file, Problems& problems);

    const std::vector<List>& lists() const { return lists_; }
    const std::vector<DeadZone>& dead() const { return dead_; }

    // By shown name (case-insensitive, a trailing dot ignored) or by zone; nullptr when not known.
    const List* find(std::string_view name) const;
    // The entry that refuses this zone, by name or by suffix; nullptr when none does.
    const DeadZone* find_dead(std::string_view zone) const;

  private:
    std::vector<List> lists_;
    std::vector<DeadZone> dead_;
};

// The zone without "{key}." and "{revip}.": what List::name holds.
std::string shown_name(std::string_view zone);

// A list that nobody described: an ip_blocklist under RFC 5782 rules, both families, the test points of
// section 5.
List generic_list(std::string_view zone);

// How much a listing without a known code matters: info for weights below 10, else warning, never critical.
Severity generic_severity(const List& list);

}  // namespace reputed
