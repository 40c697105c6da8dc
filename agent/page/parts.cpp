#include "agent/page/parts.hpp"

#include <algorithm>
#include <ctime>

#include "agent/html.hpp"

namespace reputed::page {

std::string time(std::int64_t unix_seconds) {
    const std::time_t seconds = unix_seconds;
    std::tm utc{};
    if (unix_seconds == 0) return "never";
    if (gmtime_r(&seconds, &utc) == nullptr) return "unknown";
    char machine[32];
    char human[32];
    std::strftime(machine, sizeof machine, "%Y-%m-%dT%H:%M:%SZ", &utc);
    std::strftime(human, sizeof human, "%Y-%m-%d %H:%M UTC", &utc);
    return std::string("<time datetime=\"") + machine + "\">" + human + "</time>";
}

std::string time(WallTime when) {
    return time(std::chrono::duration_cast<std::chrono::seconds>(when.time_since_epoch()).count());
}

std::string badge(Severity severity) {
    return badge(severity, to_string(severity));
}

std::string badge(Severity severity, std::string_view word) {
    return "<span class=\"badge " + std::string(to_string(severity)) + "\">" + html::text(word) + "</span>";
}

std::string name(std::string_view foreign) {
    return html::text(foreign, longest_name);
}

std::string breakable(std::string_view foreign) {
    const char separator = IpAddress::parse(foreign) ? ':' : '.';
    std::string out;
    for (const char c : name(foreign)) {
        out += c;
        if (c == separator) out += "<wbr>";
    }
    return out;
}

std::string count(std::size_t n, std::string_view one, std::string_view many) {
    return std::to_string(n) + " " + std::string(n == 1 ? one : many);
}

std::string joined(std::span<const std::string_view> names) {
    std::string out;
    for (std::size_t i = 0; i < std::min(names.size(), most_names); ++i)
        out += (i > 0 ? ", " : "") + name(names[i]);
    if (names.size() > most_names) out += " and " + std::to_string(names.size() - most_names) + " more";
    return out;
}

std::string table_begin(std::string_view caption, std::span<const std::string_view> headers) {
    const std::string label(caption);
    std::string out = "<div class=\"scroll\" role=\"group\" tabindex=\"0\" aria-label=\"" + label +
                      "\"><table><caption>" + label + "</caption><thead><tr>";
    for (const auto header : headers)
        out += "<th scope=\"col\">" + std::string(header) + "</th>";
    return out + "</tr></thead><tbody>\n";
}

std::string table_end() {
    return "</tbody></table></div>\n";
}

}  // namespace reputed::page
