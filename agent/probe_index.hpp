#pragma once

#include <array>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "agent/snapshot.hpp"

namespace reputed {

// What a snapshot knows of the addresses that are probed, by address: /probe answers from it, and /metrics leaves it out.
// Points into the snapshot.
class ProbeIndex {
  public:
    struct Known {
        bool configured =
            false;  // a sender of the configuration has the address as well: /metrics shows it, too
        std::vector<const Sample*> samples;
        std::vector<const Sender*> senders;
        std::array<std::size_t, std::size(severity_names)> findings{};  // open ones, by severity
    };

    ProbeIndex() = default;
    explicit ProbeIndex(const Snapshot& snapshot);

    // Null: nobody probed it before the snapshot was made.
    const Known* find(const std::string& address) const;
    // Whether the sample is about an address that is only probed.
    bool hides(const Sample& sample) const;
    // When the blocklist that was asked longest ago was asked; epoch: one never was.
    WallTime oldest_round() const { return oldest_round_; }

  private:
    std::unordered_map<std::string, Known> known_;
    WallTime oldest_round_ = WallTime::max();
};

}  // namespace reputed
