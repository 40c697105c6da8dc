#pragma once

#include <string_view>

namespace reputed {

// Whether an Accept-Encoding header (RFC 9110 section 12.5.3) admits gzip: named without q=0, or not named
// and "*" is.
bool accepts_gzip(std::string_view header);

}  // namespace reputed
