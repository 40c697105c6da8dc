#include <algorithm>

#include <re2/re2.h>

#include "config/import/source.hpp"

// SpamAssassin's *.cf: header rules with eval:check_rbl*('SET', 'ZONE.' ...), and the uri* rules of URIDNSBL.
namespace reputed::imports {
namespace {

struct Patterns {
    // check_rbl_sub names a set and no zone; check_rbl_from_* and check_rbl_envfrom ask about domains.
    RE2 header{R"re(eval:\s*check_rbl(?:_txt|_accreditor)?\(\s*['"][^'"]*['"]\s*,\s*['"]([^'"]+)['"])re",
               RE2::Latin1};
    RE2 sender{
        R"re(eval:\s*check_rbl_(?:from_host|from_domain|envfrom|ns_from)\(\s*['"][^'"]*['"]\s*,\s*['"]([^'"]+)['"])re",
        RE2::Latin1};
    RE2 domain{R"re(^\s*(?:urirhsbl|urirhssub|urifullnsrhsbl|urifullnsrhssub)\s+\S+\s+(\S+))re", RE2::Latin1};
    RE2 address{R"re(^\s*(?:uridnsbl|uridnssub|urinsrhsbl|urinsrhssub)\s+\S+\s+(\S+))re", RE2::Latin1};
};

void read_line(std::string_view line, const Place& place, const Patterns& patterns, Found& found) {
    std::string zone;
    const auto text = line.substr(0, line.find('#'));
    if (RE2::PartialMatch(text, patterns.header, &zone))
        add_zone(found, {zone, ListKind::ip_blocklist, false, place});
    else if (RE2::PartialMatch(text, patterns.sender, &zone) ||
             RE2::PartialMatch(text, patterns.domain, &zone))
        add_zone(found, {zone, ListKind::domain_blocklist, false, place});
    else if (RE2::PartialMatch(text, patterns.address, &zone))
        add_remark(found, place, "asks about the addresses of name servers, which are not watched: left out");
}

}  // namespace

void read_spamassassin(std::span<const Source> sources, Found& found) {
    static const Patterns patterns;
    for (const auto& source : sources) {
        unsigned number = 0;
        for (std::size_t at = 0; at < source.text.size();) {
            const auto end = std::min(source.text.find('\n', at), source.text.size());
            read_line(std::string_view(source.text).substr(at, end - at), {source.file, ++number}, patterns,
                      found);
            at = end + 1;
        }
    }
}

}  // namespace reputed::imports
