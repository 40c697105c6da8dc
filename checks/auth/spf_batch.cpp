#include "checks/auth/spf_batch.hpp"

#include <deque>
#include <memory>
#include <utility>

namespace reputed::spf {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t evaluations_in_flight = 32;

// Knows no answer: notes the first questions that an evaluation has, and lets it come to its end without them.
class Notes : public Resolver {
  public:
    std::vector<Answer> lookup(std::span<const Question> questions, std::stop_token) override {
        if (questions_.empty()) questions_.assign(questions.begin(), questions.end());
        Answer unknown;
        unknown.outcome = Outcome::cancelled;
        return std::vector<Answer>(questions.size(), unknown);
    }
    void stream(QuestionStream&, std::stop_token) override {}

    std::vector<Question> take() { return std::exchange(questions_, {}); }

  private:
    std::vector<Question> questions_;
};

// Runs each evaluation from its beginning whenever all that it had asked is answered. That is cheap, since records
// stay parsed, and seldom: an evaluation asks in few batches.
class Batch : public QuestionStream {
  public:
    Batch(std::span<const Query> queries, const Options& options)
        : queries_(queries), options_(options), results_(queries.size()), slots_(evaluations_in_flight) {
        for (std::size_t i = slots_.size(); i-- > 0;)
            free_.push_back(i);
    }

    Next next(Question& question, std::uint64_t& tag, Clock::time_point&) override {
        while (unasked_.empty() && begun_ < queries_.size() && !free_.empty())
            begin();
        if (unasked_.empty()) return free_.size() == slots_.size() ? Next::end : Next::wait;
        tag = unasked_.front();
        unasked_.pop_front();
        question = slots_[tag >> 32].asked[tag & 0xffff'ffff];
        return Next::question;
    }

    void answer(std::uint64_t tag, Answer&& answer) override {
        Slot& slot = slots_[tag >> 32];
        slot.answers->put(slot.asked[tag & 0xffff'ffff], std::move(answer));
        if (--slot.outstanding == 0) run(tag >> 32);
    }

    // What a stop request left undone is evaluated to its temperror.
    std::vector<Evaluation> finish() {
        for (std::size_t i = 0; i < slots_.size(); ++i)
            if (slots_[i].answers != nullptr) run(i);
        while (begun_ < queries_.size())
            begin();
        return std::move(results_);
    }

  private:
    struct Slot {
        std::size_t index = 0;  // of the query
        Clock::time_point deadline;
        Notes notes;
        std::unique_ptr<Answers> answers;  // null: the slot is free
        std::vector<Question> asked;
        std::size_t outstanding = 0;
    };

    void begin() {
        const std::size_t at = free_.back();
        free_.pop_back();
        Slot& slot = slots_[at];
        slot.index = begun_++;
        slot.deadline = Clock::now() + options_.time_limit;
        slot.answers = std::make_unique<Answers>(slot.notes, &parsed_);
        run(at);
    }

    void run(std::size_t at) {
        Slot& slot = slots_[at];
        Options options = options_;
        options.time_limit =
            std::chrono::duration_cast<std::chrono::milliseconds>(slot.deadline - Clock::now());
        auto evaluation = check_host(queries_[slot.index], *slot.answers, options);
        slot.asked = slot.notes.take();
        slot.outstanding = slot.asked.size();
        for (std::size_t i = 0; i < slot.asked.size(); ++i)
            unasked_.push_back(static_cast<std::uint64_t>(at) << 32 | i);
        if (slot.outstanding != 0) return;
        results_[slot.index] = std::move(evaluation);
        slot.answers.reset();
        free_.push_back(at);
    }

    std::span<const Query> queries_;
    const Options& options_;
    std::vector<Evaluation> results_;
    ParsedRecords parsed_;
    std::vector<Slot> slots_;
    std::vector<std::size_t> free_;      // of slots_
    std::deque<std::uint64_t> unasked_;  // slot << 32 | index into Slot::asked
    std::size_t begun_ = 0;              // queries
};

}  // namespace

std::vector<Evaluation> check_hosts(std::span<const Query> queries, Resolver& resolver,
                                    const Options& options) {
    Batch batch(queries, options);
    resolver.stream(batch, options.stop);
    return batch.finish();
}

}  // namespace reputed::spf
