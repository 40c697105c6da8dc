#include "checks/auth/report_uri.hpp"

#include <algorithm>

#include "checks/auth/tag_list.hpp"
#include "config/host_name.hpp"
#include "config/text.hpp"

namespace reputed::record {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_alpha(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_hex(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// RFC 3986 section 3.1.
bool is_scheme(std::string_view text) {
    return !text.empty() && is_alpha(text.front()) && std::all_of(text.begin(), text.end(), [](char c) {
        return is_alpha(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
    });
}

// "!" 1*DIGIT [ "k" / "m" / "g" / "t" ]: RFC 7489 section 6.4.
bool is_size(std::string_view text) {
    if (!text.empty() && std::string_view("kmgtKMGT").find(text.back()) != std::string_view::npos)
        text.remove_suffix(1);
    return !text.empty() && text.size() <= 20 && std::all_of(text.begin(), text.end(), is_digit);
}

// RFC 3986 sections 2.1 to 2.3: the characters of a URI, with "%" only before two hexadecimal digits.
bool is_uri_text(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '%' && (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2]))) return false;
        if (!is_alpha(c) && !is_digit(c) &&
            std::string_view("-._~:/?#[]@$&'()*+=%").find(c) == std::string_view::npos)
            return false;
    }
    return true;
}

// RFC 6068 section 2: one address, header fields behind "?".
void read_mailto(ReportUri& uri, std::string_view rest) {
    rest = rest.substr(0, rest.find('?'));
    const auto at = rest.rfind('@');
    if (at == std::string_view::npos || at == 0) {
        uri.error = "holds no mail address";
        return;
    }
    uri.domain = std::string(rest.substr(at + 1));
    if (auto fault = normalize_name(uri.domain, NameUse::domain); !fault.empty())
        uri.error = "holds a bad address: " + fault;
    else if (rest.find('@') != at)
        uri.error = "holds an address with two @";
}

void read_web(ReportUri& uri, std::string_view rest) {
    if (!rest.starts_with("//")) {
        uri.error = "needs // behind " + uri.scheme + ':';
        return;
    }
    rest.remove_prefix(2);
    rest = rest.substr(0, rest.find_first_of("/?#"));
    if (const auto at = rest.find('@'); at != std::string_view::npos) rest.remove_prefix(at + 1);
    if (rest.empty() || rest.front() == ':') uri.error = "holds no host";
}

}  // namespace

ReportUri parse_report_uri(std::string_view text) {
    ReportUri uri;
    text = trimmed(text);
    if (text.empty()) {
        uri.error = "is empty";
        return uri;
    }
    const auto mark = text.rfind('!');
    const auto body = text.substr(0, mark);
    const auto colon = body.find(':');
    uri.text = std::string(body);
    if (colon == std::string_view::npos || !is_scheme(body.substr(0, colon))) {
        uri.error =
            body.find('@') != std::string_view::npos ? "lacks mailto: before the address" : "is no URI";
        return uri;
    }
    uri.scheme = lower(body.substr(0, colon));
    uri.text = uri.scheme + std::string(body.substr(colon));
    if (mark != std::string_view::npos) {
        uri.size = lower(text.substr(mark + 1));
        if (!is_size(uri.size)) {
            uri.error = "ends in a bad size: write digits and k, m, g or t behind the \"!\"";
            return uri;
        }
    }
    const auto rest = body.substr(colon + 1);
    if (!is_uri_text(rest))
        uri.error = "holds a character that a URI must not: encode it with %";
    else if (rest.empty())
        uri.error = "names no destination";
    else if (uri.scheme == "mailto")
        read_mailto(uri, rest);
    else if (uri.scheme == "https" || uri.scheme == "http")
        read_web(uri, rest);
    return uri;
}

}  // namespace reputed::record
