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
    std::uint64_t reply_key = 0;  // of what was not taken: reply_key() of its reply
};

// Says of each delivery event whose receiver it was and what the outcome means. Remembers, in bounded memory, which
// provider a recipient's domain went to: attempts that reached no host then count for it too; and what the last replies
// meant, since most differ in nothing but an id.
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
    struct Judged {
        std::uint64_t key = 0;
        ProviderId provider = other_provider;
        Classification what;  // its dsn is not to be used
    };
    ProviderId provider_of(const DeliveryEvent& event);
    Judged read_reply(const DeliveryEvent& event, ProviderId provider) const;
    void judge_reply(Attempt& attempt);
    static std::uint64_t hash_of(std::string_view name);

    const Classifier& classifier_;
    std::vector<Known> hosts_;
    std::vector<Known> domains_;
    std::vector<Judged> replies_;
};

}  // namespace reputed::mta
