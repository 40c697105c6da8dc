#include "agent/web/accept_encoding.hpp"

#include <optional>

#include <strings.h>

namespace reputed {
namespace {

std::string_view trimmed(std::string_view text) {
    const auto begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

std::string_view next_part(std::string_view& rest, char separator) {
    const auto end = rest.find(separator);
    const auto part = trimmed(rest.substr(0, end));
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    return part;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

// "q=0", "q=0.0", ...: not acceptable.
bool is_zero_weight(std::string_view parameter) {
    if (parameter.size() < 3 || (parameter[0] != 'q' && parameter[0] != 'Q') || parameter[1] != '=')
        return false;
    return parameter.find_first_not_of("0.", 2) == std::string_view::npos;
}

}  // namespace

bool accepts_gzip(std::string_view header) {
    std::optional<bool> named;
    bool any = false;
    while (!header.empty()) {
        auto parameters = next_part(header, ',');
        const auto coding = next_part(parameters, ';');
        bool wanted = true;
        while (!parameters.empty())
            if (is_zero_weight(next_part(parameters, ';'))) wanted = false;
        if (equal_ignoring_case(coding, "gzip") || equal_ignoring_case(coding, "x-gzip")) named = wanted;
        if (coding == "*") any = wanted;
    }
    return named.value_or(any);
}

}  // namespace reputed
