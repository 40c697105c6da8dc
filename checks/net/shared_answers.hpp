#pragma once

#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "checks/net/resolver.hpp"

namespace reputed {

// Asks another resolver each question once and gives everybody that answer, also while it is still on its way: the
// parts of a one-shot run see the same DNS, and a dead name server costs one time limit. TTLs are not looked at, so it
// must not outlive the run. A stop request is final: what it cancelled stays cancelled.
class SharedAnswers : public Resolver {
  public:
    explicit SharedAnswers(std::shared_ptr<Resolver> resolver) : resolver_(std::move(resolver)) {}

    std::vector<Answer> lookup(std::span<const Question> questions, std::stop_token stop = {}) override;
    // Not shared: a sweep asks nothing twice, and its millions of answers are not worth keeping.
    void stream(QuestionStream& questions, std::stop_token stop = {}) override;

  private:
    std::shared_ptr<Resolver> resolver_;
    std::mutex mutex_;
    std::unordered_map<std::string, std::shared_future<Answer>> answers_;  // normalized name, '/', type
};

}  // namespace reputed
