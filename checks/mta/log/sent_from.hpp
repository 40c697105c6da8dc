#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "checks/auth/spf_judge.hpp"
#include "checks/check.hpp"
#include "checks/mta/log/delivery_view.hpp"

// From which of our addresses mail leaves, and what SPF says about them.
namespace reputed::mta {

// The public addresses that a reply names, each once, at most 8: "... with ip: [192.0.2.1] = did not pass". Not those of
// hosts, as Postfix puts the receiver's before its words: "host mx.example.com[192.0.2.1] said: 550 ...".
std::vector<IpAddress> addresses_in(std::string_view reply);

// Public addresses of a day with how we know: the MTA's own word, else a receiver's that refused mail for missing
// authentication. At most 16.
std::map<IpAddress, std::string> sent_from(const DeliveryView& view);

// Envelope-from domains of the configured senders, at most 4.
std::vector<std::string> sender_domains(const Settings& settings);

// SPF evaluations that are asked once a run.
class SpfWords {
  public:
    explicit SpfWords(const Services& services) : services_(services), answers_(services.resolver) {}

    struct Word {
        spf::Result result{};
        std::string text;  // "SPF of example.com for 192.0.2.1: softfail, matched ~all ..."
    };
    const Word& of(const std::string& domain, const IpAddress& ip);
    spf::Answers& answers() { return answers_; }

  private:
    const Services& services_;
    spf::Answers answers_;
    std::map<std::pair<std::string, IpAddress>, Word> known_;
};

}  // namespace reputed::mta
