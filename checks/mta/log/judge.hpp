#pragma once

#include <cstddef>
#include <vector>

#include "checks/mta/log/event.hpp"
#include "checks/mta/reply/classifier.hpp"

namespace reputed::mta {

// An attempt with what it comes to. Lives as its event does.
struct Attempt {
    const DeliveryEvent& event;
    ProviderId provider = other_provider;
    Classification what;
};

// Says of each delivery event whose receiver it was and what the outcome means. Remembers, in bounded memory, which
// provider a recipient's domain went to: attempts that reached no host then count for it too.
class Judge {
  public:
    explicit Judge(const Classifier& classifier);

    Attempt judge(const DeliveryEvent& event);

  private:
    // Direct-mapped by hash: one entry takes another's place, and memory never grows.
    struct Known {
        std::uint64_t hash = 0;
        ProviderId provider = other_provider;
    };
    ProviderId provider_of(const DeliveryEvent& event);
    static std::uint64_t hash_of(std::string_view name);

    const Classifier& classifier_;
    std::vector<Known> hosts_;
    std::vector<Known> domains_;
};

}  // namespace reputed::mta
