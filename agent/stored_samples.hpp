#pragma once

#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "agent/store.hpp"
#include "checks/check.hpp"

namespace reputed {

// Takes up what was stored, of all jobs one after another. Lives no longer than the checks.
class StoredSampleReader {
  public:
    StoredSampleReader(std::span<const Check> checks, const Settings& settings);

    // Those whose family a check still has, with as many labels, and whose address is still sent from.
    std::vector<Sample> read(std::vector<StoredSample>&& stored);

  private:
    bool is_sent_from(const std::string& text);

    std::unordered_map<std::string_view, const MetricInfo*> families_;
    std::vector<IpNetwork> networks_;              // sorted, none within another
    std::unordered_map<std::string, bool> known_;  // addresses that were looked up
};

}  // namespace reputed
