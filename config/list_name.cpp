#include "config/list_name.hpp"

#include "config/catalogue.hpp"
#include "config/host_name.hpp"
#include "config/list_key.hpp"
#include "config/text.hpp"

namespace reputed {

namespace {

std::string key_fault(const std::string& name) {
    const auto* keyed = reveals_key(name, Catalogue::builtin().lists());
    if (keyed == nullptr) return "";
    return "this list name has a key inside: write " + in_quotes(keyed->name) +
           " and put the key under [dnsbl.keys]";
}

}  // namespace

std::string list_name_fault(const std::string& name) {
    if (auto fault = key_fault(name); !fault.empty()) return fault;
    const auto* dead = Catalogue::builtin().find_dead(name);
    if (dead == nullptr) return "";
    if (dead->since.empty()) return in_quotes(name) + " cannot be used: " + dead->reason;
    const std::string reason = dead->reason.empty() ? "" : " (" + dead->reason + ")";
    return in_quotes(name) + " is dead since " + dead->since + reason + ": remove it";
}

std::string take_list_name(std::string& name) {
    // Before anything that repeats the text.
    if (auto fault = key_fault(name); !fault.empty()) return fault;
    if (auto fault = normalize_name(name, NameUse::zone); !fault.empty()) return fault;
    return list_name_fault(name);
}

}  // namespace reputed
