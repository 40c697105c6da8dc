#include "agent/html.hpp"

#include <algorithm>

#include "agent/plain_text.hpp"

namespace reputed::html {
namespace {

constexpr std::size_t longest_link = 2048;

bool starts_with_ignoring_case(std::string_view text, std::string_view lower_case_prefix) {
    if (text.size() < lower_case_prefix.size()) return false;
    return std::equal(
        lower_case_prefix.begin(), lower_case_prefix.end(), text.begin(),
        [](char want, char have) { return want == (have >= 'A' && have <= 'Z' ? have + 32 : have); });
}

bool is_web_link(std::string_view url) {
    std::size_t host = 0;
    for (const std::string_view scheme : {"http://", "https://"})
        if (starts_with_ignoring_case(url, scheme)) host = scheme.size();
    if (host == 0 || url.size() == host || url.size() > longest_link) return false;
    // RFC 3986 section 2: a URL holds no blanks, controls, quotes or bytes above ASCII.
    return std::all_of(url.begin(), url.end(), [](char c) {
        return c > ' ' && c <= '~' && std::string_view("\"'<>\\^`{|}").find(c) == std::string_view::npos;
    });
}

}  // namespace

std::string text(std::string_view foreign, std::size_t max_bytes) {
    const std::string plain = plain_text(foreign, max_bytes);
    std::string out;
    out.reserve(plain.size());
    for (const char c : plain)
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\'':
                out += "&#39;";
                break;
            case '`':
                out += "&#96;";
                break;
            default:
                out += c;
        }
    return out;
}

std::string link(std::string_view url, std::string_view label) {
    const std::string shown = text(label.empty() ? url : label, longest_link);
    if (!is_web_link(url))
        return label.empty() || url.empty() ? shown : shown + " (" + text(url, longest_link) + ")";
    return "<a href=\"" + text(url, longest_link) + "\" rel=\"noopener noreferrer\">" + shown + "</a>";
}

}  // namespace reputed::html
