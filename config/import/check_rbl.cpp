#include <algorithm>
#include <array>
#include <string_view>

#include "config/import/ini.hpp"
#include "config/import/source.hpp"
#include "config/import/zone.hpp"

// The extra options of github.com/matteocorti/check_rbl: its long options as keys, in any section.
namespace reputed::imports {
namespace {

constexpr std::array<std::string_view, 12> other_options = {"critical", "c",       "warning",       "w",
                                                            "retry",    "workers", "query-timeout", "timeout",
                                                            "t",        "verbose", "append",        "debug"};

bool is_other_option(std::string_view key) {
    return std::find(other_options.begin(), other_options.end(), key) != other_options.end();
}

// --whitelistings turns all lists of a section around.
bool is_allowlist_section(const IniText& ini, const std::string& section) {
    return std::any_of(ini.entries.begin(), ini.entries.end(), [&](const IniEntry& entry) {
        return entry.section == section && (entry.key == "whitelistings" || entry.key == "wl") &&
               entry.value != "0";
    });
}

void read_source(const Source& source, Found& found) {
    const auto ini = read_ini(source.text);
    for (const auto line : ini.not_taken)
        add_remark(found, {source.file, line}, "is neither a section nor KEY=VALUE: left out");
    for (const auto& entry : ini.entries) {
        const Place place{source.file, entry.line};
        const bool allows = is_allowlist_section(ini, entry.section);
        if (entry.key == "server" || entry.key == "s")
            add_zone(found,
                     {entry.value, allows ? ListKind::ip_allowlist : ListKind::ip_blocklist, false, place});
        else if (entry.key == "host" || entry.key == "h")
            add_target(found, {entry.value, false, place});
        else if (entry.key == "url" || entry.key == "u")
            add_target(found, {entry.value, true, place});
        else if (entry.key == "whitelistings" || entry.key == "wl")
            continue;
        else if (is_other_option(entry.key))
            add_remark(found, place, shown(entry.key) + " has no counterpart here: left out");
        else
            add_remark(found, place, shown(entry.key) + " is no option of check_rbl: left out");
    }
}

}  // namespace

void read_check_rbl(std::span<const Source> sources, Found& found) {
    found.whole = true;
    for (const auto& source : sources)
        read_source(source, found);
}

}  // namespace reputed::imports
