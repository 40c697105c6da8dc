#pragma once

#include <vector>

#include "agent/published.hpp"
#include "agent/web.hpp"

namespace reputed {

// What the agent serves: / (page), /style.css, /metrics, /-/healthy, /-/ready. `published` must outlive the
// routes.
std::vector<Route> site_routes(const Published& published);

}  // namespace reputed
