#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/providers.hpp"

namespace reputed::mta {

// Number of a provider: its place in the list, from 1; 0 = none.
class ProviderTable {
  public:
    explicit ProviderTable(const std::vector<Provider>& providers);

    // By the longest suffix of whole labels; any case, a dot at the end or not.
    std::uint16_t by_host(std::string_view host) const;
    std::uint16_t by_domain(std::string_view domain) const;  // the whole of it

  private:
    // Open addressing by a hash that is taken from a name's end, so that one walk over a host asks for each suffix.
    struct Slot {
        std::uint64_t hash = 0;
        std::string name;
        std::uint16_t provider = 0;  // 0 = free
    };
    using Slots = std::vector<Slot>;

    static void add(Slots& slots, const std::string& name, std::uint16_t provider);
    static const Slot* find(const Slots& slots, std::uint64_t hash, std::string_view name);

    Slots hosts_;
    Slots domains_;
    std::size_t most_labels_ = 1;  // of a host suffix
};

}  // namespace reputed::mta
