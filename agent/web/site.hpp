#pragma once

#include <string>
#include <vector>

#include "agent/published.hpp"
#include "agent/web/server.hpp"

namespace reputed {

// What the agent serves: the pages of agent/page/page.hpp with /style.css and /page.js, /metrics, /-/healthy, /-/ready,
// and /api/v1/ (agent/web/api.hpp) with findings, senders, lists, and transitions from the store at `store_path` ("" =
// there is none). `published` must outlive the routes.
std::vector<Route> site_routes(const Published& published, const std::string& store_path = {});

}  // namespace reputed
