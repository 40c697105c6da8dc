#include "config/import/source.hpp"

#include <re2/re2.h>

#include "config/text.hpp"

namespace reputed::imports {
namespace {

struct Sign {
    Kind kind;
    const char* pattern;
};

// The first that is found counts: what only one kind can have comes first.
constexpr Sign signs[] = {
    {Kind::exim, R"re((?m)^\s*(?:[a-z]+\s+)?!?\s*dnslists\s*=)re"},
    {Kind::spamassassin,
     R"re((?m)^\s*(?:header\s.*eval:\s*check_rbl|(?:urirhs|urins|uridns)\w+\s+\w+\s+\S))re"},
    {Kind::postfix, R"re((?m)^(?:postscreen_|smtpd_|smtp_|my|maps_rbl_|queue_directory|inet_)\w*\s*=)re"},
    {Kind::dnsbl_exporter, R"re((?m)^\s*(?:rbls|targets|rbls_domain|targets_domain)\s*:)re"},
    {Kind::dnsbl_exporter, R"re((?mi)^\s*\[\s*targets\s*\])re"},
    {Kind::rspamd, R"re((?m)^\s*"?(?:rbls?|surbl|rules)"?\s*=?\s*\{)re"},
    {Kind::rspamd, R"re((?m)^\s*"?(?:rbl|suffix)"?\s*[=:]\s*["'])re"},
    {Kind::check_rbl, R"re((?mi)^\s*\[\s*rbl\s*\])re"},
    {Kind::check_rbl, R"re((?m)^\s*server\s*=)re"},
};

}  // namespace

std::string_view to_string(Kind kind) {
    return kind_names[static_cast<std::size_t>(kind)];
}

std::optional<Kind> parse_kind(std::string_view text) {
    for (std::size_t i = 0; i < std::size(kind_names); ++i)
        if (kind_names[i] == text) return static_cast<Kind>(i);
    return {};
}

std::string Remark::to_string() const {
    constexpr std::size_t longest_name = 4096;
    auto out = printable(place.file, longest_name);
    if (place.line > 0) out += ':' + std::to_string(place.line);
    return out + ": " + text;
}

std::optional<Kind> recognise(const Source& source) {
    for (const auto& sign : signs)
        if (RE2::PartialMatch(source.text, RE2(sign.pattern, RE2::Latin1))) return sign.kind;
    return {};
}

void read_sources(Kind kind, std::span<const Source> sources, Found& found) {
    switch (kind) {
        case Kind::dnsbl_exporter:
            return read_dnsbl_exporter(sources, found);
        case Kind::check_rbl:
            return read_check_rbl(sources, found);
        case Kind::postfix:
            return read_postfix(sources, found);
        case Kind::rspamd:
            return read_rspamd(sources, found);
        case Kind::spamassassin:
            return read_spamassassin(sources, found);
        case Kind::exim:
            return read_exim(sources, found);
    }
}

void add_zone(Found& found, FoundZone zone) {
    if (found.zones.size() < most_zones) return found.zones.push_back(std::move(zone));
    if (!found.zones_cut) add_remark(found, zone.place, "more than 2000 lists: the rest is left out");
    found.zones_cut = true;
}

void add_target(Found& found, FoundTarget target) {
    if (found.targets.size() < most_found) return found.targets.push_back(std::move(target));
    if (!found.targets_cut) add_remark(found, target.place, "more than 20000 targets: the rest is left out");
    found.targets_cut = true;
}

void add_remark(Found& found, Place place, std::string text) {
    if (found.remarks.size() < most_found) found.remarks.push_back({std::move(place), std::move(text)});
}

}  // namespace reputed::imports
