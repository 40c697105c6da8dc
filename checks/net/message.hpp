#pragma once

#include <cstdint>
#include <span>

#include "checks/net/dns.hpp"

namespace reputed {

// Reads a DNS response (RFC 1035 section 4.1) to a question of this type. Never sends, never throws; whatever
// does not parse is Outcome::malformed. The caller has matched id and question already.
Answer decode_response(std::span<const std::uint8_t> message, RecordType type);

}  // namespace reputed
