#include "config/budget_owner.hpp"

#include <algorithm>

#include "config/public_suffix.hpp"

namespace reputed {

std::string budget_owner(const List& list) {
    if (!list.operator_name.empty()) return list.operator_name;
    auto domain = organizational_domain(list.name);
    return domain.empty() ? list.name : domain;
}

std::vector<std::string> budget_owners(const Settings& settings) {
    std::vector<std::string> owners;
    for (const auto& list : Catalogue::builtin().lists())
        owners.push_back(budget_owner(list));
    for (const auto& list : settings.dnsbl.own)
        owners.push_back(budget_owner(list));
    for (const auto* names : {&settings.dnsbl.include, &settings.dnsbl.only})
        for (const auto& name : *names)
            if (Catalogue::builtin().find(name) == nullptr) {
                List list;
                list.name = name;
                owners.push_back(budget_owner(list));
            }
    for (const auto& service : settings.feedback)
        owners.push_back(service.name);
    std::sort(owners.begin(), owners.end());
    owners.erase(std::unique(owners.begin(), owners.end()), owners.end());
    return owners;
}

}  // namespace reputed
