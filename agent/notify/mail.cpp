#include "agent/notify/mail.hpp"

#include <algorithm>
#include <ctime>
#include <set>

#include <openssl/evp.h>

#include "agent/plain_text.hpp"

namespace reputed::notify {

namespace {

constexpr std::size_t most_references = 20;

std::string base64(std::string_view bytes) {
    std::string out(4 * ((bytes.size() + 2) / 3) + 1, '\0');
    const int length =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                        reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
    out.resize(static_cast<std::size_t>(length));
    return out;
}

bool is_plain_header(std::string_view text) {
    return text.find("=?") == std::string_view::npos &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < '\x7f'; });
}

bool is_continuation(char c) {
    return (static_cast<unsigned char>(c) & 0xc0U) == 0x80;
}

// RFC 5322 section 3.3. Not strftime's names: they are the locale's.
std::string date_text(WallTime time) {
    constexpr const char* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char rest[32];
    std::strftime(rest, sizeof rest, "%Y %H:%M:%S +0000", &parts);
    return std::string(days[parts.tm_wday]) + ", " + std::to_string(parts.tm_mday) + ' ' +
           months[parts.tm_mon] + ' ' + rest;
}

std::string atom(std::string_view text) {
    std::string out;
    for (const char c : text.substr(0, 100))
        out += (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '_' || (c == '.' && !out.empty() && out.back() != '.')
                   ? c
                   : '-';
    while (out.ends_with('.'))
        out.back() = '-';
    return out.empty() ? "none" : out;
}

std::string id_domain(const NotifierSettings& notifier, const Context& context) {
    if (context.instance.find('.') != std::string::npos) return atom(context.instance);
    return atom(notifier.from.substr(notifier.from.rfind('@') + 1));
}

// A long text of printable ASCII is folded at its blanks.
std::string folded(std::string_view text, std::size_t line) {
    std::string out;
    std::size_t column = 10;  // the field's name
    while (!text.empty()) {
        const auto end = std::min(text.find(' ', 1), text.size());
        if (column + end > line && text.front() == ' ' &&
            text.substr(0, end).find_first_not_of(' ') != std::string::npos) {
            out += "\r\n";
            column = 0;
        }
        out += text.substr(0, end);
        column += end;
        text.remove_prefix(end);
    }
    return out;
}

std::string references(const Message& message, const std::string& domain) {
    std::set<std::uint64_t> episodes;
    std::string out;
    for (const auto& transition : message.transitions) {
        if (episodes.size() == most_references) break;
        if (!episodes.insert(transition.episode).second) continue;
        out += (out.empty() ? "" : "\r\n ") + ("<reputed.episode." + std::to_string(transition.episode)) +
               '@' + domain + '>';
    }
    return out;
}

std::string receivers(const NotifierSettings& notifier) {
    std::string out;
    for (const auto& to : notifier.to)
        out += (out.empty() ? "" : ",\r\n ") + to;
    return out;
}

}  // namespace

std::string header_words(std::string_view text, std::size_t line) {
    const std::string clean = one_line(text);
    if (is_plain_header(clean)) return folded(clean, line);
    constexpr std::size_t most_bytes = 42;  // 56 characters of base64, 68 with what is around them
    std::string out;
    for (std::size_t at = 0; at < clean.size();) {
        std::size_t end = std::min(at + most_bytes, clean.size());
        while (end < clean.size() && end > at && is_continuation(clean[end]))
            --end;
        if (!out.empty()) out += line >= clean.size() * 4 ? " " : "\r\n ";
        out += "=?UTF-8?B?" + base64(std::string_view(clean).substr(at, end - at)) + "?=";
        at = end;
    }
    return out;
}

std::string quoted_printable(std::string_view text) {
    constexpr char digits[] = "0123456789ABCDEF";
    constexpr std::size_t longest = 75;  // and the "=" of a soft line break
    std::string out;
    std::size_t column = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '\n') {
            out += "\r\n";
            column = 0;
            continue;
        }
        const bool last = i + 1 == text.size() || text[i + 1] == '\n';
        // A line of "." alone, or one that begins with "From ", is what mail programs on the way change.
        const bool risky = column == 0 && (c == '.' || c == 'F');
        const bool literal =
            (c > ' ' && c < '\x7f' && c != '=' && !risky) || ((c == ' ' || c == '\t') && !last);
        const std::size_t width = literal ? 1 : 3;
        if (column + width > longest) {
            out += "=\r\n";
            column = 0;
        }
        if (literal) {
            out += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            out += '=';
            out += digits[byte >> 4];
            out += digits[byte & 15];
        }
        column += width;
    }
    return out;
}

std::string mail_message(const NotifierSettings& notifier, const Message& message, const Context& context) {
    const Text text = compose(message, context);
    const std::string domain = id_domain(notifier, context);
    const std::string episodes = references(message, domain);
    std::string out;
    out += "Date: " + date_text(context.now) + "\r\n";
    out += "From: reputed <" + notifier.from + ">\r\n";
    out += "To: " + receivers(notifier) + "\r\n";
    out += "Subject: " + header_words(text.title) + "\r\n";
    out += "Message-ID: <reputed." + atom(message.key) + '@' + domain + ">\r\n";
    if (message.transitions.size() == 1) out += "In-Reply-To: " + episodes + "\r\n";
    out += "References: " + episodes + "\r\n";
    out += "Auto-Submitted: auto-generated\r\n";  // RFC 3834 section 5: nobody is to answer by itself
    out += "X-Reputed-Key: " + atom(message.key) + "\r\n";
    if (text.drill) out += "X-Reputed-Drill: true\r\n";
    out += "MIME-Version: 1.0\r\n";
    out += "Content-Type: text/plain; charset=utf-8\r\n";
    out += "Content-Transfer-Encoding: quoted-printable\r\n\r\n";
    out += quoted_printable(plain(text) + "\n-- \nreputed" +
                            (context.instance.empty() ? "" : " on " + one_line(context.instance, 253)) +
                            ", message " + one_line(message.key, 100) + '\n');
    return out;
}

}  // namespace reputed::notify
