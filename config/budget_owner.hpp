#pragma once

#include <string>
#include <vector>

#include "config/settings.hpp"

namespace reputed {

// Who counts the questions to a list: its operator; where none is known, the organizational domain of the list's name,
// or the name itself. Operators count over all of their lists.
std::string budget_owner(const List& list);

// Every owner that [budgets] may name: those of the catalogue, of own and included lists, and the services.
std::vector<std::string> budget_owners(const Settings& settings);

}  // namespace reputed
