#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "checks/check.hpp"

namespace reputed {

// The value of the sample's label "ip"; null where it has none.
const std::string* address_of(const Sample& sample);

// Which addresses, written as texts, senders send from. Remembers what it was asked: a label has few values and many
// series.
class SenderAddresses {
  public:
    enum class Of { all_senders, configured_senders };  // the latter: without those that are only probed
    explicit SenderAddresses(const Settings& settings, Of which = Of::all_senders);

    bool contains(const std::string& text);

  private:
    std::vector<IpNetwork> networks_;  // disjoint, in order
    std::unordered_map<std::string, bool> known_;
};

}  // namespace reputed
