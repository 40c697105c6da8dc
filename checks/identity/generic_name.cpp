#include "checks/identity/generic_name.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <span>
#include <utility>
#include <vector>

#include "checks/net/dns.hpp"

namespace reputed::identity {
namespace {

using Sign = GenericName::Sign;

// Words that name an access line and nothing else.
constexpr std::string_view line_words[] = {
    "adsl",        "adslpool",   "broadband",   "cablemodem", "catv",      "dhcp",  "dialin",
    "dialup",      "dsl",        "dslpool",     "dynamic",    "dynamicip", "dynip", "dynpool",
    "ftth",        "gprs",       "gpon",        "hsdpa",      "ppp",       "pppoe", "pppool",
    "residential", "unassigned", "unallocated", "vdsl",       "wimax",     "xdsl",  "ipoe",
};
// Words that also have a life of their own (pool.ntp.org, res.cisco.com): they count only beside a number.
constexpr std::string_view numbered_line_words[] = {
    "cable", "client", "clients", "cpe", "cust",       "customer",    "customers", "dial",  "dyn",  "lte",
    "modem", "pool",   "pools",   "res", "subscriber", "subscribers", "user",      "users", "wifi",
};
// Words that make two octets of the address a default name, and say nothing alone.
constexpr std::string_view host_words[] = {"host", "ip", "rev", "reverse", "server", "static", "vps"};
// Words by which a provider or an owner says that the line is not a changing one.
constexpr std::string_view fixed_words[] = {"static", "fixed"};
constexpr std::string_view mail_words[] = {
    "bounce",   "bounces",  "email",   "exim",  "imap", "list",       "lists",
    "mout",     "mta",      "mx",      "mxout", "news", "newsletter", "out",
    "outbound", "outgoing", "postfix", "relay", "send", "sender",     "sendmail",
};

struct ProviderZone {
    std::string_view suffix;
    bool numbered;  // only names whose first label is at most two letters before its first digit
};
// Zones in which providers name customers' addresses by default, in forms without the address or with one
// that is not recognisable.
constexpr ProviderZone provider_zones[] = {
    {"ap.plala.or.jp", false},
    {"ap.so-net.ne.jp", false},
    {"au-net.ne.jp", false},
    {"bbtec.net", false},
    {"cnode.io", false},
    {"cnode.jp", false},
    {"compute-1.amazonaws.com", false},
    {"compute.amazonaws.com", false},
    {"contaboserver.net", false},
    {"googleusercontent.com", false},
    {"hinet-ip.hinet.net", false},
    {"linodeusercontent.com", false},
    {"members.linode.com", false},
    {"mesh.ad.jp", false},
    {"ocn.ne.jp", true},
    {"openmobile.ne.jp", false},
    {"panda-world.ne.jp", false},
    {"spmode.ne.jp", false},
    {"startdedicated.com", false},
    {"stratoserver.net", false},
    {"t-ipconnect.de", false},
    {"uqwimax.jp", false},
    {"userreverse.dion.ne.jp", false},
    {"vps.ovh.ca", false},
    {"vps.ovh.net", false},
    {"vs.sakura.ne.jp", false},
    {"vultrusercontent.com", false},
    {"xvps.ne.jp", false},
};

// Second-level labels below which country registries register names: the registered domain has three labels
// there.
constexpr std::string_view registry_labels[] = {"ac", "ad", "co",  "com", "ed",  "edu", "go", "gob", "gov",
                                                "gr", "lg", "ltd", "ne",  "net", "nom", "or", "org", "plc"};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_letter(char c) {
    return c >= 'a' && c <= 'z';
}

template <std::size_t N>
bool is_one_of(std::string_view word, const std::string_view (&words)[N]) {
    return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

std::vector<std::string_view> split_labels(std::string_view name) {
    std::vector<std::string_view> labels;
    for (;;) {
        const auto dot = name.find('.');
        labels.push_back(name.substr(0, dot));
        if (dot == std::string_view::npos) return labels;
        name.remove_prefix(dot + 1);
    }
}

// How many labels stand left of the registered domain. Near enough to the public suffix list: a wrong guess
// keeps a word out of sight, and does not bring one in.
std::size_t host_label_count(std::span<const std::string_view> labels) {
    if (labels.size() < 3) return 0;
    const bool by_country =
        labels.back().size() == 2 && is_one_of(labels[labels.size() - 2], registry_labels);
    return labels.size() - (by_country ? 3 : 2);
}

std::vector<std::string_view> words_of(std::string_view label) {
    std::vector<std::string_view> words;
    for (std::size_t i = 0; i < label.size();) {
        std::size_t end = i;
        while (end < label.size() && is_letter(label[end]))
            ++end;
        if (end > i) words.push_back(label.substr(i, end - i));
        i = std::max(end, i + 1);
    }
    return words;
}

bool has_digit(std::string_view text) {
    return std::any_of(text.begin(), text.end(), is_digit);
}

// "33", "h33", "p1234-abc": at most two letters before the first digit, as numbering schemes have it.
bool is_numbered(std::string_view label) {
    const auto digit = std::find_if(label.begin(), label.end(), is_digit);
    return digit != label.end() && digit - label.begin() <= 2 && std::all_of(label.begin(), digit, is_letter);
}

bool says_mail(std::span<const std::string_view> host_labels) {
    for (const auto label : host_labels)
        for (const auto word : words_of(label))
            if (word.starts_with("mail") || word.starts_with("smtp") || word.ends_with("mail") ||
                word.ends_with("smtp") || is_one_of(word, mail_words))
                return true;
    return false;
}

// A run of decimal digits in the name.
struct Number {
    std::size_t begin = 0;
    std::size_t end = 0;
    int octet = -1;  // its value when it can be an octet (at most three digits, zero-padded or not), else -1
};

std::vector<Number> numbers_in(std::string_view name) {
    std::vector<Number> numbers;
    for (std::size_t i = 0; i < name.size();) {
        if (!is_digit(name[i])) {
            ++i;
            continue;
        }
        Number number{i, i, 0};
        for (; number.end < name.size() && is_digit(name[number.end]); ++number.end)
            number.octet = number.end - i < 3 ? number.octet * 10 + (name[number.end] - '0') : 256;
        if (number.octet > 255) number.octet = -1;
        numbers.push_back(number);
        i = number.end;
    }
    return numbers;
}

enum class Joint : std::uint8_t {
    any,   // one or two characters of any kind: 1-2, 1x2, a1.b2
    sign,  // one hyphen, dot or underscore
};

bool adjoin(std::string_view name, const Number& left, const Number& right, Joint joint) {
    const auto between = name.substr(left.end, right.begin - left.end);
    return joint == Joint::any ? between.size() <= 2 : between == "-" || between == "." || between == "_";
}

// The text from the first to the last of `octets` where the name holds them one after the other, else "".
std::string_view find_octets(std::string_view name, std::span<const Number> numbers,
                             std::span<const int> octets, Joint joint) {
    for (std::size_t i = 0; i + octets.size() <= numbers.size(); ++i) {
        bool same = true;
        for (std::size_t k = 0; k < octets.size() && same; ++k)
            same = numbers[i + k].octet == octets[k] &&
                   (k == 0 || adjoin(name, numbers[i + k - 1], numbers[i + k], joint));
        if (same) return name.substr(numbers[i].begin, numbers[i + octets.size() - 1].end - numbers[i].begin);
    }
    return {};
}

std::string_view find_octets_either_way(std::string_view name, std::span<const Number> numbers,
                                        std::vector<int> octets, Joint joint) {
    if (const auto found = find_octets(name, numbers, octets, joint); !found.empty()) return found;
    std::reverse(octets.begin(), octets.end());
    return find_octets(name, numbers, octets, joint);
}

// a1b2c3d4 without the hyphens and underscores that may be between.
std::string compact(std::string_view label) {
    std::string out;
    std::copy_if(label.begin(), label.end(), std::back_inserter(out),
                 [](char c) { return c != '-' && c != '_'; });
    return out;
}

std::string hex(std::span<const std::uint8_t> bytes) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string out;
    for (const auto byte : bytes) {
        out += digits[byte >> 4];
        out += digits[byte & 0xf];
    }
    return out;
}

// Spellings of an IPv4 address as one number: 116058168033, 1165816833, each also backwards, and 1949964321.
std::vector<std::string> joined_spellings(const std::array<unsigned, 4>& octets, std::uint32_t value) {
    constexpr std::size_t telling_digits = 7;  // below, a serial number may well be the same by chance
    std::vector<std::string> spellings;
    for (const bool backwards : {false, true}) {
        std::string padded;
        std::string plain;
        for (std::size_t i = 0; i < 4; ++i) {
            const unsigned octet = octets[backwards ? 3 - i : i];
            char text[8];
            std::snprintf(text, sizeof text, "%03u", octet);
            padded += text;
            plain += std::to_string(octet);
        }
        spellings.push_back(std::move(padded));
        if (plain.size() >= telling_digits) spellings.push_back(std::move(plain));
    }
    if (auto whole = std::to_string(value); whole.size() > telling_digits)
        spellings.push_back(std::move(whole));
    return spellings;
}

bool holds_v4(std::string_view name, std::span<const std::string_view> labels,
              std::span<const Number> numbers, const IpAddress& address) {
    const auto& b = address.bytes();
    if (!find_octets_either_way(name, numbers, {b[0], b[1], b[2], b[3]}, Joint::any).empty()) return true;
    const auto spellings = joined_spellings({b[0], b[1], b[2], b[3]}, address.v4_value());
    for (const auto& number : numbers) {
        const auto text = name.substr(number.begin, number.end - number.begin);
        if (std::find(spellings.begin(), spellings.end(), text) != spellings.end()) return true;
    }
    const std::array<std::uint8_t, 4> forward = {b[0], b[1], b[2], b[3]};
    const std::array<std::uint8_t, 4> backward = {b[3], b[2], b[1], b[0]};
    return std::any_of(labels.begin(), labels.end(), [&](std::string_view label) {
        const std::string text = compact(label);
        return text.find(hex(forward)) != std::string::npos || text.find(hex(backward)) != std::string::npos;
    });
}

bool is_hex_digit(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f');
}

// True where the groups `text` stand in `name` and neither their first nor their last one goes on.
bool holds_whole(std::string_view name, std::string_view text) {
    for (auto at = name.find(text); at != std::string_view::npos; at = name.find(text, at + 1)) {
        const auto end = at + text.size();
        const bool begins = at == 0 || !is_hex_digit(name[at - 1]);
        const bool ends = end == name.size() || (!is_digit(name[end]) && !is_letter(name[end]));
        if (begins && ends) return true;
    }
    return false;
}

// The first `count` groups of an IPv6 address without leading zeros, joined by hyphens: 2001-db8-0-1.
std::string dashed_groups(const IpAddress& address, std::size_t count) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) {
        char text[8];
        std::snprintf(text, sizeof text, "%x", address.bytes()[2 * i] << 8 | address.bytes()[2 * i + 1]);
        if (i != 0) out += '-';
        out += text;
    }
    return out;
}

bool holds_v6(std::string_view name, std::span<const std::string_view> labels, const IpAddress& address) {
    const std::string digits = hex(address.bytes());
    std::string nibbles = digits;
    std::reverse(nibbles.begin(), nibbles.end());
    std::string whole = compact(name);
    std::erase(whole, '.');
    if (whole.find(digits) != std::string::npos || whole.find(nibbles) != std::string::npos) return true;

    std::string printed = address.to_string();
    std::replace(printed.begin(), printed.end(), ':', '-');
    if (holds_whole(name, printed) || holds_whole(name, dashed_groups(address, 8))) return true;

    // The interface identifier alone tells only where it is not a small number such as ::25.
    const std::string identifier = digits.substr(16);
    if (identifier.find_first_not_of('0') > 8) return false;
    return std::any_of(labels.begin(), labels.end(), [&](std::string_view label) {
        return compact(label).find(identifier) != std::string::npos;
    });
}

// Some other address in the usual place: four octets joined by the same hyphen or dot.
bool holds_any_v4(std::string_view name, std::span<const Number> numbers) {
    for (std::size_t i = 0; i + 4 <= numbers.size(); ++i) {
        bool address = true;
        for (std::size_t k = 0; k < 4 && address; ++k) {
            address = numbers[i + k].octet >= 0;
            if (k == 0 || !address) continue;
            const auto between =
                name.substr(numbers[i + k - 1].end, numbers[i + k].begin - numbers[i + k - 1].end);
            address = (between == "-" || between == ".") && between[0] == name[numbers[i].end];
        }
        if (address) return true;
    }
    return false;
}

bool has_word(std::span<const std::string_view> labels, auto matches) {
    for (const auto label : labels)
        for (const auto word : words_of(label))
            if (matches(word)) return true;
    return false;
}

// The text that is a telling part of the address, or "".
std::string part_of_address(std::string_view name, std::span<const std::string_view> host_labels,
                            std::span<const Number> numbers, const IpAddress& address) {
    if (address.family() == Family::v6) {
        const std::string prefix = dashed_groups(address, 4);
        return holds_whole(name, prefix) ? prefix : std::string();
    }
    const auto& b = address.bytes();
    for (const auto& three : {std::vector<int>{b[0], b[1], b[2]}, std::vector<int>{b[1], b[2], b[3]}})
        if (const auto found = find_octets_either_way(name, numbers, three, Joint::sign); !found.empty())
            return std::string(found);

    // The last two octets are in many a good name (m69-130.mailgun.net): they need nothing beside them, or a
    // word.
    const auto two = find_octets_either_way(name, numbers, {b[2], b[3]}, Joint::sign);
    if (two.empty()) return {};
    const bool bare = two.data() == name.data() && name.size() > two.size() && name[two.size()] == '.';
    const bool with_word = has_word(host_labels, [](std::string_view word) {
        return is_one_of(word, host_words) || is_one_of(word, line_words) ||
               is_one_of(word, numbered_line_words);
    });
    return bare || with_word ? std::string(two) : std::string();
}

std::string_view provider_zone(std::string_view name, std::string_view first_label) {
    for (const auto& zone : provider_zones) {
        const bool below = name.size() > zone.suffix.size() && name.ends_with(zone.suffix) &&
                           name[name.size() - zone.suffix.size() - 1] == '.';
        if (below && (!zone.numbered || is_numbered(first_label))) return zone.suffix;
    }
    return {};
}

// The word for an access line among the labels left of the registered domain, or "".
std::string_view line_word(std::span<const std::string_view> host_labels) {
    if (has_word(host_labels, [](std::string_view word) { return is_one_of(word, fixed_words); })) return {};
    for (const auto label : host_labels) {
        const bool numbered = has_digit(label) || is_numbered(host_labels.front());
        for (const auto word : words_of(label))
            if (is_one_of(word, line_words) || (numbered && is_one_of(word, numbered_line_words)))
                return word;
    }
    return {};
}

}  // namespace

std::optional<GenericName> generic_name(std::string_view name_as_seen, const IpAddress& address) {
    if (!is_valid_name(name_as_seen)) return {};
    const std::string name = normalized_name(name_as_seen);
    const auto labels = split_labels(name);
    const auto host_labels = std::span(labels).first(host_label_count(labels));
    const auto numbers = numbers_in(name);

    const bool v4 = address.family() == Family::v4;
    if (v4 ? holds_v4(name, labels, numbers, address) : holds_v6(name, labels, address))
        return GenericName{Sign::address, "contains the address itself"};
    if (says_mail(host_labels)) return {};
    if (holds_any_v4(name, numbers)) return GenericName{Sign::address, "contains another address"};
    if (const auto part = part_of_address(name, host_labels, numbers, address); !part.empty())
        return GenericName{Sign::part_of_address, "contains \"" + part + "\", a part of the address"};
    if (const auto zone = provider_zone(name, labels.front()); !zone.empty())
        return GenericName{Sign::provider_default, "lies under " + std::string(zone) +
                                                       ", where a provider names customers' addresses"};
    if (const auto word = line_word(host_labels); !word.empty())
        return GenericName{Sign::line_word, "contains the word \"" + std::string(word) + '"'};
    return {};
}

}  // namespace reputed::identity
