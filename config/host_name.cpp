#include "config/host_name.hpp"

#include <algorithm>
#include <string_view>

#include "config/ip_address.hpp"
#include "config/text.hpp"

namespace reputed {

namespace {

std::string_view noun(NameUse use) {
    switch (use) {
        case NameUse::host:
            return "host name";
        case NameUse::domain:
            return "domain";
        case NameUse::selector:
            return "selector";
        case NameUse::zone:
            return "list name";
    }
    return "";
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::string wrong_character(std::string_view shown, char c, NameUse use) {
    if (c == '@') return std::string(shown) + " is a mailbox: write only what stands behind the @";
    if (c == '_')
        return std::string(shown) + " holds an underscore, which a " + std::string(noun(use)) +
               " must not (RFC 1123 section 2.1)";
    return std::string(shown) + " holds " + in_quotes(std::string_view(&c, 1)) + ", which a " +
           std::string(noun(use)) + " must not";
}

// RFC 1035 section 2.3.1, with the leading digit that RFC 1123 section 2.1 allows.
std::string label_fault(std::string_view label, std::string_view shown, NameUse use) {
    const std::string name(shown);
    if (label.empty()) return name + " has an empty label";
    for (const char c : label) {
        const bool letter = c >= 'a' && c <= 'z';
        const bool underscore = c == '_' && (use == NameUse::selector || use == NameUse::zone);
        if (!letter && !is_digit(c) && c != '-' && !underscore) return wrong_character(shown, c, use);
    }
    if (label.size() > 63) return name + " has a label of more than 63 characters";
    if (label.front() == '-' || label.back() == '-')
        return name + " has a label that begins or ends with a hyphen";
    return "";
}

}  // namespace

std::string normalize_name(std::string& name, NameUse use) {
    const std::string shown = in_quotes(name);
    if (name.empty()) return "a " + std::string(noun(use)) + " must not be empty";
    if (std::any_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; }))
        return shown + " has letters beyond ASCII: write its A-labels (xn--...)";
    if (IpAddress::parse(name)) return shown + " is an address, not a " + std::string(noun(use));

    name = lower(name);
    if (name.size() > 1 && name.back() == '.') name.pop_back();
    if (name.size() > 253) return shown + " is longer than 253 characters";
    std::string_view label;
    std::size_t labels = 0;
    for (std::size_t begin = 0; begin <= name.size(); begin += label.size() + 1) {
        label = std::string_view(name).substr(begin, std::min(name.find('.', begin), name.size()) - begin);
        if (auto fault = label_fault(label, shown, use); !fault.empty()) return fault;
        ++labels;
    }
    if (use == NameUse::selector) return "";
    if (labels < 2) return shown + " is one label: write the full name, such as \"" + name + ".example.org\"";
    // A top-level domain of digits only cannot exist (RFC 3696 section 2); it is an address with a slip in
    // it.
    if (std::all_of(label.begin(), label.end(), is_digit))
        return shown + " ends in a number: an address with a slip is no " + std::string(noun(use));
    return "";
}

bool is_local_name(std::string_view name) {
    for (const std::string_view suffix :
         {"localhost", "localdomain", "localnet", "local", "lan", "home", "corp", "internal", "intranet",
          "private", "home.arpa", "invalid", "test"})
        if (name.ends_with(suffix) &&
            (name.size() == suffix.size() || name[name.size() - suffix.size() - 1] == '.'))
            return true;
    return false;
}

}  // namespace reputed
