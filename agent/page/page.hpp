#pragma once

#include <string>
#include <string_view>

#include "agent/chronicle.hpp"
#include "agent/day_course.hpp"
#include "agent/snapshot.hpp"

namespace reputed {

namespace page {
struct View;
}

// The page at /: what a person wants to know at a glance, as one HTML document that needs no script. Its size is
// bounded (a few megabytes at worst) however many addresses, lists and findings there are; what is left out
// is counted.
std::string render_page(const page::View& view);
std::string render_page(const Snapshot& snapshot);  // without what the store or the last hours tell

// What it links to: /style.css, and /page.js, which keeps an open page up to date.
std::string_view page_style();
std::string_view page_script();

namespace page {

// A page about one thing; 404 where there is no such thing, with what may help.
struct Answer {
    unsigned status = 200;
    std::string html;
};
Answer address_page(const View& view, std::string_view name);  // /ip/NAME
Answer list_page(const View& view, std::string_view name);     // /list/NAME
Answer domain_page(const View& view, std::string_view name);   // /domain/NAME
Answer explain_page(const View& view, std::string_view code);  // /explain/CODE; "" = all codes
Answer search_page(const View& view, std::string_view asked);  // /search?q=ASKED

}  // namespace page
}  // namespace reputed
