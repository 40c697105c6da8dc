#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "checks/net/resolver.hpp"
#include "config/settings.hpp"

namespace reputed {

// What the resolver has done since it was made, for the metrics.
struct DnsStatistics {
    static constexpr std::size_t outcomes = static_cast<std::size_t>(Outcome::cancelled) + 1;
    // Upper bounds of the duration buckets in seconds; the last bucket has none.
    static constexpr std::array<double, 12> bounds = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                      0.1,   0.25,   0.5,   1,    2.5,   5};
    struct Durations {
        std::array<std::uint64_t, bounds.size() + 1> buckets{};  // not cumulative
        double sum = 0;                                          // seconds
    };
    // By outcome. A question counts once, however many tries it took; its duration spans them all.
    std::array<Durations, outcomes> durations{};
    std::uint64_t retries = 0;

    std::uint64_t total(Outcome outcome) const;
};

// The Resolver over c-ares. One thread owns the c-ares channel (1.18 is not thread-safe) and all of its
// state; calls hand their questions over and wait. Questions of several calls share one window and take
// turns, so that a single look-up does not queue behind a sweep.
class CaresResolver : public Resolver {
  public:
    // Throws std::runtime_error, with the server's text, when c-ares does not take a server or cannot start.
    explicit CaresResolver(const DnsSettings& settings);
    ~CaresResolver() override;  // no call may be under way

    std::vector<Answer> lookup(std::span<const Question> questions, std::stop_token stop = {}) override;
    void stream(QuestionStream& questions, std::stop_token stop = {}) override;

    DnsStatistics statistics() const;

    // The servers in use, as c-ares writes them: "127.0.0.1:53".
    std::vector<std::string> servers() const;

  private:
    class Engine;
    std::unique_ptr<Engine> engine_;
};

}  // namespace reputed
