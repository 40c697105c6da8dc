#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/catalogue.hpp"

// What the configurations of other tools say about DNS lists and whom to watch. A source may hold the keys of lists:
// no message repeats a line of it, only names that zone.hpp found to be free of keys.
namespace reputed::imports {

enum class Kind : std::uint8_t { dnsbl_exporter, check_rbl, postfix, rspamd, spamassassin, exim };
inline constexpr std::string_view kind_names[] = {"dnsbl-exporter", "check-rbl",    "postfix",
                                                  "rspamd",         "spamassassin", "exim"};
std::string_view to_string(Kind kind);
std::optional<Kind> parse_kind(std::string_view text);

struct Source {
    std::string file;
    std::string text;
};

struct Place {
    std::string file;
    unsigned line = 0;  // from 1
};

// What is not taken from a source, or has to be done by hand.
struct Remark {
    Place place;  // line 0: the file as a whole
    std::string text;

    std::string to_string() const;  // "FILE:LINE: TEXT", the file's name made printable
};

// A list that the source asks.
struct FoundZone {
    std::string zone;                        // as written; may hold a key
    ListKind kind = ListKind::ip_blocklist;  // as the source uses it; the catalogue knows better
    bool ipv6 = false;                       // the source asks it about IPv6 addresses
    Place place;
};

// Whom the source watches: an address, a network or a name.
struct FoundTarget {
    std::string text;
    bool domain = false;  // the name is asked of domain lists as it is, and not resolved
    Place place;
};

struct Found {
    std::vector<FoundZone> zones;
    std::vector<FoundTarget> targets;
    std::vector<Remark> remarks;
    // A source is the configuration of a monitor: what it does not name shall not be asked.
    bool whole = false;
    bool zones_cut = false;  // there was more than is taken
    bool targets_cut = false;
};

// More than any real configuration has. What is beyond is left out with a remark.
inline constexpr std::size_t largest_source = 1024 * 1024;  // bytes
inline constexpr std::size_t most_sources = 64;
inline constexpr std::size_t most_zones = 2'000;
inline constexpr std::size_t most_found = 20'000;  // targets and remarks each

// What the text is, by its content; nullopt: none of them.
std::optional<Kind> recognise(const Source& source);

// Each takes all sources of its kind: Rspamd's later files change what earlier ones say.
void read_dnsbl_exporter(std::span<const Source> sources, Found& found);
void read_check_rbl(std::span<const Source> sources, Found& found);
void read_postfix(std::span<const Source> sources, Found& found);
void read_rspamd(std::span<const Source> sources, Found& found);
void read_spamassassin(std::span<const Source> sources, Found& found);
void read_exim(std::span<const Source> sources, Found& found);
void read_sources(Kind kind, std::span<const Source> sources, Found& found);

// Keep to most_zones and most_found.
void add_zone(Found& found, FoundZone zone);
void add_target(Found& found, FoundTarget target);
void add_remark(Found& found, Place place, std::string text);

}  // namespace reputed::imports
