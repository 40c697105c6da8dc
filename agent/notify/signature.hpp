#pragma once

#include <string>
#include <string_view>

namespace reputed::notify {

// HMAC-SHA256 in lower case hexadecimal digits.
std::string hmac_sha256(std::string_view key, std::string_view text);

// The value of X-Reputed-Signature: "sha256=" and the HMAC of TIMESTAMP "." BODY, the timestamp as it stands in
// X-Reputed-Timestamp, so that a receiver can refuse what was sent long ago.
std::string signature(std::string_view key, std::string_view timestamp, std::string_view body);

}  // namespace reputed::notify
