#pragma once

#include <string>
#include <string_view>

// The only two ways by which foreign text gets into a page.
namespace reputed::html {

// `foreign` as text, fit for element content and for quoted attribute values alike: made plain
// (agent/plain_text.hpp) and with & < > " ' ` escaped. At most `max_bytes` of it are used.
std::string text(std::string_view foreign, std::size_t max_bytes = 4096);

// A link to `url`, shown as `label` (the URL itself when empty). Only http and https URLs of printable ASCII
// become links; anything else (javascript:, data:, blanks, quotes, more than 2,048 bytes) is shown as text.
std::string link(std::string_view url, std::string_view label = {});

}  // namespace reputed::html
