#include "checks/net/cares_resolver.hpp"

#include <numeric>
#include <utility>

#include "checks/net/cares_engine.hpp"

namespace reputed {
namespace {

Answer with_outcome(Outcome outcome) {
    Answer answer;
    answer.outcome = outcome;
    return answer;
}

// The questions of lookup() as a stream.
class Batch : public QuestionStream {
  public:
    explicit Batch(std::span<const Question> questions)
        : questions_(questions), answers_(questions.size(), with_outcome(Outcome::cancelled)) {}

    Next next(Question& question, std::uint64_t& tag, std::chrono::steady_clock::time_point&) override {
        if (next_ == questions_.size()) return Next::end;
        question = questions_[next_];
        tag = next_++;
        return Next::question;
    }
    void answer(std::uint64_t tag, Answer&& answer) override { answers_[tag] = std::move(answer); }

    std::vector<Answer> take() { return std::move(answers_); }

  private:
    std::span<const Question> questions_;
    std::vector<Answer> answers_;
    std::size_t next_ = 0;
};

}  // namespace

std::uint64_t DnsStatistics::total(Outcome outcome) const {
    const auto& buckets = durations[static_cast<std::size_t>(outcome)].buckets;
    return std::accumulate(buckets.begin(), buckets.end(), std::uint64_t{0});
}

CaresResolver::CaresResolver(const DnsSettings& settings) : engine_(std::make_unique<Engine>(settings)) {}
CaresResolver::~CaresResolver() = default;

std::vector<Answer> CaresResolver::lookup(std::span<const Question> questions, std::stop_token stop) {
    Batch batch(questions);
    stream(batch, std::move(stop));
    return batch.take();
}

void CaresResolver::stream(QuestionStream& questions, std::stop_token stop) {
    using Next = QuestionStream::Next;
    const auto exchange = std::make_shared<Exchange>();
    const auto limit = static_cast<std::size_t>(engine_->max_in_flight()) + 1024;
    std::size_t outstanding = 0;
    std::vector<FinishedQuestion> taken;
    while (!stop.stop_requested()) {
        Next next = Next::question;
        auto not_before = std::chrono::steady_clock::time_point::max();
        std::vector<PendingQuestion> fresh;
        std::vector<std::uint64_t> impossible;
        while (outstanding + fresh.size() < limit) {
            PendingQuestion pending;
            next = questions.next(pending.question, pending.tag, not_before);
            if (next != Next::question) break;
            if (is_valid_name(pending.question.name))
                fresh.push_back(std::move(pending));
            else
                impossible.push_back(pending.tag);
        }
        outstanding += fresh.size();
        if (!fresh.empty()) engine_->submit(exchange, std::move(fresh));
        for (const auto tag : impossible)
            questions.answer(tag, with_outcome(Outcome::invalid));
        if (!impossible.empty()) continue;
        const bool never = not_before == std::chrono::steady_clock::time_point::max();
        if (outstanding == 0 && (next == Next::end || (next == Next::wait && never))) return;

        {
            std::unique_lock lock(exchange->mutex);
            const auto arrived = [&] { return !exchange->delivered.empty(); };
            if (never)
                exchange->changed.wait(lock, stop, arrived);
            else
                exchange->changed.wait_until(lock, stop, not_before, arrived);
            taken.swap(exchange->delivered);
        }
        outstanding -= taken.size();
        for (auto& finished : taken)
            questions.answer(finished.tag, std::move(finished.answer));
        taken.clear();
    }
    exchange->abandoned = true;
}

DnsStatistics CaresResolver::statistics() const {
    return engine_->statistics();
}
std::vector<std::string> CaresResolver::servers() const {
    return engine_->servers();
}

}  // namespace reputed
