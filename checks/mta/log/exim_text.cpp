#include "checks/mta/log/exim_text.hpp"

#include <algorithm>
#include <array>

#include "checks/mta/log/fields.hpp"
#include "checks/mta/log/text_scan.hpp"

namespace reputed::mta::exim {
namespace {

// Values of the digits of base 62; -1 = none.
constexpr auto base62 = [] {
    std::array<std::int8_t, 256> values{};
    values.fill(-1);
    constexpr std::string_view digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    for (std::size_t i = 0; i < digits.size(); ++i)
        values[static_cast<unsigned char>(digits[i])] = static_cast<std::int8_t>(i);
    return values;
}();

int base62_digit(char c) {
    return base62[static_cast<unsigned char>(c)];
}

bool has_id_form(std::string_view text, std::size_t second, std::size_t third) {
    const auto length = 6 + 1 + second + 1 + third;
    if (text.size() < length || text[6] != '-' || text[7 + second] != '-') return false;
    for (std::size_t i = 0; i < length; ++i)
        if (i != 6 && i != 7 + second && base62_digit(text[i]) < 0) return false;
    return text.size() == length || text[length] == ' ';
}

// What begins `text` after its opening quotation mark, up to the closing one; takes both off. All of it when none closes.
std::string_view take_quoted(std::string_view& text) {
    std::size_t i = 0;
    while (i < text.size() && text[i] != '"')
        i += text[i] == '\\' ? 2 : 1;
    i = std::min(i, text.size());
    const auto quoted = text.substr(0, i);
    text.remove_prefix(std::min(text.size(), i + 1));
    return quoted;
}

void take_address_notes(std::string_view& text) {
    while (true) {
        if (text.starts_with(" (")) {
            const auto end = text.find(')');
            if (end == std::string_view::npos) return;
            text.remove_prefix(end + 1);
        } else if (text.starts_with(" <")) {
            auto rest = text.substr(2);
            if (!take_address(rest)) return;
            text = rest;
        } else {
            return;
        }
    }
}

// "[192.0.2.1]:25", "[192.0.2.1]25" (old versions), "[2001:db8::1]": the address; "" = none.
std::string_view bracketed_ip(std::string_view text) {
    if (!text.starts_with('[')) return {};
    const auto ip = text.substr(1, text.find(']') == std::string_view::npos ? 0 : text.find(']') - 1);
    return is_ip_text(ip) ? ip : std::string_view();
}

void set_field(std::string_view name, std::string_view value, Fields& fields) {
    if (name == "R")
        fields.router = value;
    else if (name == "T")
        fields.transport = value;
    else if (name == "H")
        fields.host = value;
    else if (name == "I")
        fields.interface_ip = bracketed_ip(value);
    else if (name == "X")
        fields.cipher = value;
    else if (name == "QT")
        fields.queue_time = value;
}

// "NAME=" with a name of capital letters at the front: the name; "" = no field.
std::string_view field_name(std::string_view text) {
    std::size_t i = 0;
    while (i < text.size() && i < 5 && text[i] >= 'A' && text[i] <= 'Z')
        ++i;
    return i > 0 && i < text.size() && text[i] == '=' ? text.substr(0, i) : std::string_view();
}

// A word that stands among the fields without being one: "(helo)", "[192.0.2.1]:25", "DS", "L", "TFO*", "K", "PRDR", "*".
bool is_field_flag(std::string_view word) {
    if (word.starts_with('[') || word.starts_with('(')) return true;
    while (word.ends_with('*') || word.ends_with('-') || word.ends_with('.'))
        word.remove_suffix(1);
    return word.empty() || word == "DS" || word == "L" || word == "TFO" || word == "K" || word == "PRDR" ||
           word == "SMTPUTF8" || word == "U8" || word == "DSN";
}

}  // namespace

std::string_view take_message_id(std::string_view& text) {
    const std::size_t length = has_id_form(text, 6, 2) ? 16 : has_id_form(text, 11, 4) ? 23 : 0;
    const auto id = text.substr(0, length);
    text.remove_prefix(length == 0 ? 0 : std::min(text.size(), length + 1));
    return id;
}

std::int64_t message_id_time(std::string_view id) {
    std::int64_t time = 0;
    for (const char c : id.substr(0, 6))
        time = time * 62 + base62_digit(c);
    return time;
}

Subject take_subject(std::string_view& text) {
    Subject subject;
    subject.path = text.starts_with('|') || text.starts_with('/') || text.starts_with('>') ||
                   text.starts_with(':') || text.starts_with("save ");
    std::size_t end = 0;
    if (subject.path) {
        // A command has blanks, and may have anything else.
        end = std::min({text.find(" <"), text.find(" ("), text.find(" R="), text.find(" T=")});
        if (end == std::string_view::npos) end = text.find(": ");
    } else {
        if (text.starts_with('"')) {
            auto rest = text.substr(1);
            take_quoted(rest);
            if (!rest.empty()) end = text.size() - rest.size();
        }
        end = text.find(' ', end);
        if (end != std::string_view::npos && end > 0 && text[end - 1] == ':') --end;
    }
    if (end == std::string_view::npos) {
        end = text.size();
        if (text.ends_with(':')) --end;
    }
    subject.address = text.substr(0, end);
    text.remove_prefix(end);
    take_address_notes(text);
    return subject;
}

Fields take_fields(std::string_view& text, bool& colon) {
    Fields fields;
    colon = false;
    while (!text.empty()) {
        if (text.starts_with(": ") || text == ":") {
            text.remove_prefix(std::min<std::size_t>(text.size(), 2));
            colon = true;
            break;
        }
        if (text.starts_with(' ')) {
            text.remove_prefix(1);
            continue;
        }
        const auto name = field_name(text);
        auto rest = text.substr(name.empty() ? 0 : name.size() + 1);
        if (!name.empty() && rest.starts_with('"')) {
            rest.remove_prefix(1);
            const auto value = take_quoted(rest);
            if (name == "C") fields.confirmation = value;
        } else if (!name.empty() && rest.starts_with('<')) {
            rest.remove_prefix(1);
            if (!take_address(rest)) rest = {};
        } else {
            auto word = rest.substr(0, rest.find(' '));
            if (word.ends_with(':')) word.remove_suffix(1);
            if (name.empty() && !is_field_flag(word)) break;
            if (!name.empty())
                set_field(name, word, fields);
            else if (fields.ip.empty())
                fields.ip = bracketed_ip(word);
            rest.remove_prefix(word.size());
        }
        text = rest;
    }
    if (fields.host.starts_with('[')) {
        fields.ip = bracketed_ip(fields.host);
        fields.host = {};
    }
    if (fields.host.starts_with('(')) fields.host = {};
    return fields;
}

Place place_of_transport(std::string_view transport) {
    if (transport.empty()) return Place::unsaid;
    if (contains_any(transport, "lmtp|bsmtp")) return Place::here;
    if (contains_any(transport, "smtp|remote|relay|smarthost|smart_host|outgoing|outbound"))
        return Place::away;
    if (contains_any(transport,
                     "local|file|pipe|spool|maildir|mailbox|mbox|dovecot|cyrus|virtual|"
                     "procmail|maildrop|deliver|reply|vacation|mailman|list|majordomo|null|"
                     "discard|blackhole|archive|bypassed"))
        return Place::here;
    return Place::unsaid;
}

Place place_of_router(std::string_view router) {
    if (router.empty()) return Place::unsaid;
    if (contains_any(router, "dns|smart|remote|nonlocal|lookuphost|hub|relay|route|gateway"))
        return Place::away;
    if (contains_any(router,
                     "local|alias|forward|procmail|maildir|maildrop|virtual|mailman|lowuid|"
                     "dovecot|user|mailbox|reply|vacation"))
        return Place::here;
    return Place::unsaid;
}

std::string_view unescaped(std::string_view text, std::string& buffer) {
    auto slash = text.find('\\');
    if (slash == std::string_view::npos) return text;
    buffer.clear();
    for (; slash != std::string_view::npos; slash = text.find('\\')) {
        buffer += text.substr(0, slash);
        text.remove_prefix(slash + 1);
        // Within C="..." the backslash of "\n" is itself escaped.
        if (text.size() > 1 && text[0] == '\\' && text[1] == 'n') text.remove_prefix(1);
        if (text.empty()) break;
        const char c = text[0];
        const auto octal = [&](std::size_t i) { return text.size() > i && text[i] >= '0' && text[i] <= '7'; };
        if (c >= '0' && c <= '3' && octal(1) && octal(2)) {
            const int value = (c - '0') * 64 + (text[1] - '0') * 8 + (text[2] - '0');
            buffer += value < 32 || value == 127 ? ' ' : static_cast<char>(value);
            text.remove_prefix(3);
            continue;
        }
        buffer += c == 'n' || c == 'r' || c == 't' ? ' ' : c;
        text.remove_prefix(1);
    }
    buffer += text;
    return buffer;
}

}  // namespace reputed::mta::exim
