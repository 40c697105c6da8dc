#include "checks/mta/log/list_blame.hpp"

#include <algorithm>

#include "checks/mta/log/delivery_log.hpp"
#include "checks/mta/log/delivery_metrics.hpp"

namespace reputed::mta {

std::string list_blame(const Services& services, const std::string& list) {
    // Fewer attempts say nothing about who asks the list.
    constexpr std::uint64_t enough = 100;
    if (services.deliveries == nullptr) return "";
    std::uint64_t attempts = 0;
    for (const auto& view : services.deliveries->views()) {
        attempts += shares(*view, Period::day).attempts;
        if (std::any_of(view->lists.begin(), view->lists.end(),
                        [&](const NamedList& named) { return named.list == list && named.day > 0; }))
            return "receivers name it in refusals of our mail";
    }
    return attempts >= enough ? "no receiver has named it in a refusal within a day" : "";
}

}  // namespace reputed::mta
