#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "checks/net/dns.hpp"

namespace reputed {

// A stream of questions in, a stream of answers out, so that a sweep of millions needs neither threads nor
// memory in proportion. Resolver::stream() calls both members on the caller's own thread, never concurrently.
class QuestionStream {
  public:
    enum class Next : std::uint8_t {
        question,  // `question` and `tag` are filled in
        // Nothing now: ask again after the next answer, or at `not_before` if that comes first. With neither to come,
        // the stream ends.
        wait,
        end,  // nothing more, ever
    };

    virtual ~QuestionStream() = default;
    virtual Next next(Question& question, std::uint64_t& tag,
                      std::chrono::steady_clock::time_point& not_before) = 0;
    // Every question that was handed out is answered exactly once, in any order; after a stop request not at
    // all.
    virtual void answer(std::uint64_t tag, Answer&& answer) = 0;
};

// Asks DNS. Safe to be called from several threads at once. Never throws for what the network does.
class Resolver {
  public:
    virtual ~Resolver() = default;

    // Asks all at once and waits for all. answers[i] belongs to questions[i]. A stop request makes what is
    // outstanding `cancelled`. Bounded by tries x timeout per question even without a stop.
    virtual std::vector<Answer> lookup(std::span<const Question> questions, std::stop_token stop = {}) = 0;

    virtual void stream(QuestionStream& questions, std::stop_token stop = {}) = 0;

    Answer lookup_one(const std::string& name, RecordType type, std::stop_token stop = {});
};

}  // namespace reputed
