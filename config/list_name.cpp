#include "config/list_name.hpp"

#include "config/catalogue.hpp"
#include "config/host_name.hpp"
#include "config/list_key.hpp"
#include "config/text.hpp"

namespace reputed {

std::string list_name_fault(const std::string& name) {
    const auto& catalogue = Catalogue::builtin();
    if (const auto* keyed = reveals_key(name, catalogue.lists()))
        return "this list name has a key inside: write " + in_quotes(keyed->name) +
               " and put the key under [dnsbl.keys]";
    const auto* dead = catalogue.find_dead(name);
    if (dead == nullptr) return "";
    const std::string reason = dead->reason.empty() ? "" : " (" + dead->reason + ")";
    if (dead->since.empty()) return in_quotes(name) + " cannot be used: " + dead->reason;
    return in_quotes(name) + " is dead since " + dead->since + reason + ": remove it";
}

std::string take_list_name(std::string& name) {
    // Before anything that repeats the text.
    if (auto fault = list_name_fault(name); !fault.empty()) return fault;
    if (auto fault = normalize_name(name, NameUse::zone); !fault.empty()) return fault;
    return list_name_fault(name);
}

}  // namespace reputed
