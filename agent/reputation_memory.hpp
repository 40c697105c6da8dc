#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/reputation_course.hpp"
#include "config/ip_address.hpp"

// What the picture keeps from run to run, as text. Addresses that are plain take next to nothing.
namespace reputed {

// Sorted by address. At most so many bytes: past that the days before are left out, then the last addresses.
std::string reputation_memory(const std::vector<std::pair<IpAddress, const ReputationCourse*>>& courses,
                              WallTime now, std::size_t longest = 1'048'576);

class RememberedReputations {
  public:
    // Takes any bytes; what is no line of a memory is passed over.
    RememberedReputations(std::string_view memory, std::chrono::seconds settle, WallTime now);
    ReputationCourse of(const IpAddress& address) const;  // one of which nothing is known where there is none

  private:
    std::chrono::seconds settle_;
    WallTime now_;
    std::vector<std::pair<IpAddress, IpAddress>> plain_;  // ranges, sorted
    std::map<IpAddress, ReputationCourse> courses_;
};

}  // namespace reputed
