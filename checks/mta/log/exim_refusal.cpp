#include "checks/mta/log/exim_refusal.hpp"

#include "checks/mta/log/exim_text.hpp"
#include "checks/mta/log/fields.hpp"
#include "checks/mta/log/text_scan.hpp"

namespace reputed::mta::exim {
namespace {

// The words from "rejected" or "refused" on:
//     H=host (helo) [192.0.2.1] F=<a@b> temporarily rejected RCPT <c@d>: words
//     rejected EHLO from H=[192.0.2.1]: words
//     SMTP protocol synchronization error (...): rejected connection from H=[192.0.2.1] ...
//     Connection from [192.0.2.1] refused: too many connections
//     refused connection from H=[192.0.2.1] (host_reject_connection)
std::optional<std::string_view> refusal_words(std::string_view text) {
    if (begins_with_any(text, "H=|U=|F=<")) {
        bool colon = false;
        take_fields(text, colon);
        if (text.starts_with("temporarily ")) text.remove_prefix(12);
        return text.starts_with("rejected ") ? std::optional(text) : std::nullopt;
    }
    if (text.starts_with("rejected ") || text.starts_with("refused connection ")) return text;
    if (text.starts_with("temporarily rejected ")) return text.substr(12);
    if (text.starts_with("Connection from ")) {
        const auto at = text.find(" refused: ");
        return at == std::string_view::npos ? std::nullopt : std::optional(text.substr(at + 1));
    }
    if (text.starts_with("SMTP protocol ")) {
        const auto at = text.find(": rejected ");
        return at == std::string_view::npos ? std::nullopt : std::optional(text.substr(at + 2));
    }
    return {};
}

std::string_view client_ip(std::string_view text) {
    if (const auto at = text.find("H="); at != std::string_view::npos) {
        text.remove_prefix(at);
        bool colon = false;
        return take_fields(text, colon).ip;
    }
    const auto open = text.find('[');
    if (open == std::string_view::npos) return {};
    const auto ip = front_until(text.substr(open + 1), "]");
    return is_ip_text(ip) ? ip : std::string_view();
}

}  // namespace

std::optional<Refusal> read_refusal(std::string_view text) {
    const auto words = refusal_words(text);
    if (!words) return {};
    // Why stands behind the address, which may hold anything.
    auto why = *words;
    if (const auto open = why.find('<'); open < why.find(": ")) {
        why.remove_prefix(open + 1);
        if (!take_address(why)) why = *words;
    }
    return Refusal{client_ip(text), take_until(why, ": ") ? why : *words};
}

}  // namespace reputed::mta::exim
