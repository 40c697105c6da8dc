#pragma once

#include <string>
#include <string_view>

#include "agent/snapshot.hpp"

namespace reputed {

// The page at /: what a person wants to know at a glance, as one HTML document without script. Its size is
// bounded (a few megabytes at worst) however many addresses, lists and findings there are; what is left out
// is counted.
std::string render_page(const Snapshot& snapshot);

// The style sheet that it links to at /style.css.
std::string_view page_style();

}  // namespace reputed
