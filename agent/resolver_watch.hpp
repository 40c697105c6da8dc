#pragma once

#include <cstdint>

#include "checks/check.hpp"
#include "checks/net/cares_resolver.hpp"

namespace reputed {

// Judges the resolver by what became of the questions that the checks asked it. A resolver that answers from its own
// cache or files looks alive to any probe; this is about the answers that were needed.
class ResolverWatch {
  public:
    // Counts from `statistics` on; another resolver's, smaller counts begin anew.
    // Finding: dns.resolver_silent (subject "resolver"), which blinds. Few questions since the last look: a hold.
    Report look(const DnsStatistics& statistics);

  private:
    std::uint64_t answered_ = 0;
    std::uint64_t failed_ = 0;
};

}  // namespace reputed
