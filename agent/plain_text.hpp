#pragma once

#include <string>
#include <string_view>

namespace reputed {

// Foreign text made fit to be shown: always valid UTF-8, and nothing in it that a terminal, a browser or a
// scraper obeys instead of printing. Control characters (C0 but newline and tab, DEL, C1), direction marks,
// zero-width and other invisible characters become their escaped number ("\x1b", "\u202e"); bytes that are
// not UTF-8 become U+FFFD. At most `max_bytes` of the input are used, cut between characters and marked with
// an ellipsis.
std::string plain_text(std::string_view foreign, std::size_t max_bytes = std::string_view::npos);

// The same with a blank for each newline and tab: for what must stay on one line.
std::string one_line(std::string_view foreign, std::size_t max_bytes = std::string_view::npos);

}  // namespace reputed
