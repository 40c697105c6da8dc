#include "checks/net/dns.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace reputed {
namespace {

constexpr std::pair<RecordType, std::string_view> type_names[] = {
    {RecordType::a, "A"},     {RecordType::ns, "NS"},     {RecordType::cname, "CNAME"},
    {RecordType::soa, "SOA"}, {RecordType::ptr, "PTR"},   {RecordType::mx, "MX"},
    {RecordType::txt, "TXT"}, {RecordType::aaaa, "AAAA"},
};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// The length of the escape at name[i] == '\\': 4 for \DDD, 2 for \X, 0 when it is broken.
std::size_t escape_length(std::string_view name, std::size_t i) {
    if (i + 1 >= name.size()) return 0;
    if (!is_digit(name[i + 1])) return 2;
    if (i + 3 >= name.size() || !is_digit(name[i + 2]) || !is_digit(name[i + 3])) return 0;
    const int value = (name[i + 1] - '0') * 100 + (name[i + 2] - '0') * 10 + (name[i + 3] - '0');
    return value <= 255 ? 4 : 0;
}

// Whether the name ends in a dot that is not escaped: after an even number of backslashes.
bool ends_in_root(std::string_view name) {
    if (name.empty() || name.back() != '.') return false;
    name.remove_suffix(1);
    const auto last = name.find_last_not_of('\\');
    return (name.size() - (last == std::string_view::npos ? 0 : last + 1)) % 2 == 0;
}

void append_octet(std::string& out, unsigned octet) {
    if (octet >= 100) out += static_cast<char>('0' + octet / 100);
    if (octet >= 10) out += static_cast<char>('0' + octet / 10 % 10);
    out += static_cast<char>('0' + octet % 10);
}

}  // namespace

std::string_view to_string(RecordType type) {
    for (const auto& [value, name] : type_names)
        if (value == type) return name;
    return "?";
}

std::string_view to_string(Outcome outcome) {
    static constexpr std::string_view names[] = {"ok",      "nodata",    "nxdomain", "servfail", "refused",
                                                 "timeout", "malformed", "invalid",  "cancelled"};
    return names[static_cast<std::size_t>(outcome)];
}

bool is_valid_name(std::string_view name) {
    if (name.find('\0') != std::string_view::npos) return false;
    if (ends_in_root(name)) name.remove_suffix(1);
    std::size_t label = 0;
    std::size_t wire = 1;  // the root label; RFC 1035 section 3.1: 255 octets in all
    for (std::size_t i = 0; i < name.size();) {
        if (name[i] == '.') {
            if (label == 0) return false;
            wire += label + 1;
            label = 0;
            ++i;
            continue;
        }
        const std::size_t length = name[i] == '\\' ? escape_length(name, i) : 1;
        if (length == 0 || ++label > 63) return false;
        if (length == 4 && name.substr(i + 1, 3) == "000") return false;
        i += length;
    }
    if (label == 0) return false;
    return wire + label + 1 <= 255;
}

std::string normalized_name(std::string_view name) {
    if (ends_in_root(name)) name.remove_suffix(1);
    std::string out(name);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

void append_reversed(std::string& out, const IpAddress& address) {
    const auto& bytes = address.bytes();
    if (address.family() == Family::v4) {
        for (std::size_t i = 4; i-- > 0;) {
            append_octet(out, bytes[i]);
            if (i != 0) out += '.';
        }
        return;
    }
    static constexpr char hex[] = "0123456789abcdef";
    for (std::size_t i = 16; i-- > 0;) {
        out += hex[bytes[i] & 0xf];
        out += '.';
        out += hex[bytes[i] >> 4];
        if (i != 0) out += '.';
    }
}

std::string reversed(const IpAddress& address) {
    std::string out;
    append_reversed(out, address);
    return out;
}

std::string reverse_name(const IpAddress& address) {
    std::string out = reversed(address);
    out += address.family() == Family::v4 ? ".in-addr.arpa" : ".ip6.arpa";
    return out;
}

}  // namespace reputed
