#pragma once

#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "agent/sender_addresses.hpp"
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
    std::unordered_map<std::string_view, const MetricInfo*> families_;
    SenderAddresses addresses_;
};

}  // namespace reputed
