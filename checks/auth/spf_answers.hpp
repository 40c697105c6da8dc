#pragma once

#include <chrono>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <unordered_map>

#include "checks/net/resolver.hpp"

namespace reputed::spf {

// The answers that one evaluation, or many evaluations in a row, got from the resolver: no question is asked
// twice. TTLs are not looked at, so it must not outlive the run of a check. Not for several threads at once.
class Answers {
  public:
    explicit Answers(Resolver& resolver) : resolver_(resolver) {}

    // Asks those that are not known yet, all at once.
    void prefetch(std::span<const Question> questions, const std::stop_token& stop);
    // The reference stays valid as long as this object. An answer that a stop request cancelled is not kept.
    const Answer& get(const std::string& name, RecordType type, const std::stop_token& stop);

  private:
    Resolver& resolver_;
    std::unordered_map<std::string, Answer> known_;  // normalized name, '/', type
    std::string key_;                                // reused
    Answer cancelled_;
};

}  // namespace reputed::spf
