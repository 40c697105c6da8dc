#include "checks/dnsbl/sweep.hpp"

#include <algorithm>
#include <chrono>
#include <deque>
#include <utility>

namespace reputed::dnsbl {
namespace {

using Clock = std::chrono::steady_clock;

// One list may not take the whole window from the others.
constexpr std::size_t most_in_flight_of_a_list = 2048;

// What a question was for, packed into the stream's tag.
enum class Purpose : std::uint8_t { probe, target, reason };

struct Tag {
    Purpose purpose;
    std::uint32_t list;
    std::uint32_t index;  // of the probe, the subject or the entry

    static constexpr unsigned list_bits = 24;
    std::uint64_t packed() const {
        return static_cast<std::uint64_t>(purpose) << (32 + list_bits) |
               static_cast<std::uint64_t>(list) << 32 | index;
    }
    static Tag unpacked(std::uint64_t value) {
        return {static_cast<Purpose>(value >> (32 + list_bits)),
                static_cast<std::uint32_t>(value >> 32 & ((1U << list_bits) - 1)),
                static_cast<std::uint32_t>(value)};
    }
};

// The operator's limit in questions a second, without bursts.
class Pace {
  public:
    explicit Pace(double per_second)
        : gap_(per_second > 0 ? std::chrono::duration_cast<Clock::duration>(
                                    std::chrono::duration<double>(1 / per_second))
                              : Clock::duration::zero()) {}

    bool limited() const { return gap_ != Clock::duration::zero(); }
    Clock::time_point next() const { return next_; }
    void spend(Clock::time_point now) { next_ = std::max(next_, now) + gap_; }

  private:
    Clock::duration gap_;
    Clock::time_point next_{};
};

struct Round {
    std::vector<Probe> probes;
    std::vector<Answer> answers;
    std::size_t probes_sent = 0;
    std::size_t probes_answered = 0;
    bool judged = false;
    std::uint32_t next_subject = 0;
    std::deque<std::uint32_t> reasons;  // entries whose TXT is to be asked
    std::size_t refusals = 0;
    bool open = true;  // in Sweep::open_
    std::size_t in_flight = 0;
    Pace pace{0};
};

// A list that answered its test points and refuses this many targets is over its quota: more questions make
// it worse. One odd answer alone must not cost all the others theirs.
constexpr std::size_t refusals_enough = 16;

class Sweep : public QuestionStream {
  public:
    Sweep(const std::vector<List>& lists, const std::vector<Subject>& subjects, const SweepOptions& options);

    Next next(Question& question, std::uint64_t& tag, Clock::time_point& not_before) override;
    void answer(std::uint64_t tag, Answer&& answer) override;

    Results take();

  private:
    bool next_of(std::uint32_t list, Question& question, Tag& tag);
    bool finished(const Round& round) const;
    void judge_list(std::uint32_t list);
    void give_up(std::uint32_t list, State state);
    void take_refusal(std::uint32_t list, const Classification& what);
    void take_target(const Tag& tag, const Answer& answer);
    void take_reason(const Tag& tag, const Answer& answer);

    const std::vector<List>& lists_;
    const std::vector<Subject>& subjects_;
    const SweepOptions& options_;
    Results results_;
    std::vector<Round> rounds_;
    std::vector<std::uint32_t> open_;  // lists that may still have something to ask
    std::size_t turn_ = 0;
    std::uint64_t outstanding_ = 0;
    std::uint64_t answered_ = 0;
    std::uint64_t expected_ = 0;
};

Sweep::Sweep(const std::vector<List>& lists, const std::vector<Subject>& subjects,
             const SweepOptions& options)
    : lists_(lists),
      subjects_(subjects),
      options_(options),
      results_(lists.size(), subjects.size()),
      rounds_(lists.size()) {
    results_.health.resize(lists.size());
    for (std::uint32_t i = 0; i < lists.size(); ++i) {
        Round& round = rounds_[i];
        round.probes = probes(lists[i], options.seed + i);
        round.answers.resize(round.probes.size());
        round.pace = Pace(lists[i].queries_per_second);
        const auto accepted = std::count_if(subjects.begin(), subjects.end(), [&](const Subject& subject) {
            return accepts(lists[i], subject);
        });
        expected_ += round.probes.size() + static_cast<std::uint64_t>(accepted);
        open_.push_back(i);
    }
}

bool Sweep::finished(const Round& round) const {
    return round.judged && round.next_subject == subjects_.size() && round.reasons.empty();
}

// The list's next question, if it has one now.
bool Sweep::next_of(std::uint32_t list, Question& question, Tag& tag) {
    Round& round = rounds_[list];
    if (round.probes_sent < round.probes.size()) {
        tag = {Purpose::probe, list, static_cast<std::uint32_t>(round.probes_sent)};
        question = round.probes[round.probes_sent++].question;
        return true;
    }
    if (!round.judged) return false;
    if (!round.reasons.empty()) {
        tag = {Purpose::reason, list, round.reasons.front()};
        round.reasons.pop_front();
        const Entry& entry = results_.entries[tag.index];
        question = {query_name(lists_[list], subjects_[entry.subject].query), RecordType::txt};
        return true;
    }
    for (; round.next_subject < subjects_.size(); ++round.next_subject) {
        const Subject& subject = subjects_[round.next_subject];
        if (!accepts(lists_[list], subject)) continue;
        tag = {Purpose::target, list, round.next_subject++};
        question.name = query_name(lists_[list], subject.query);
        question.type = RecordType::a;
        return true;
    }
    return false;
}

QuestionStream::Next Sweep::next(Question& question, std::uint64_t& tag, Clock::time_point& not_before) {
    for (std::size_t tried = 0; tried < open_.size();) {
        if (turn_ >= open_.size()) turn_ = 0;
        const std::uint32_t list = open_[turn_];
        Round& round = rounds_[list];
        if (finished(round)) {
            round.open = false;
            open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(turn_));
            continue;
        }
        if (round.in_flight >= most_in_flight_of_a_list) {
            ++turn_, ++tried;
            continue;
        }
        if (round.pace.limited() && round.pace.next() > Clock::now()) {
            not_before = std::min(not_before, round.pace.next());
            ++turn_, ++tried;
            continue;
        }
        Tag next_tag{};
        if (next_of(list, question, next_tag)) {
            if (round.pace.limited()) round.pace.spend(Clock::now());
            tag = next_tag.packed();
            ++turn_;
            ++outstanding_;
            ++round.in_flight;
            return Next::question;
        }
        if (!finished(round))
            ++turn_, ++tried;  // the subjects left may all be of a kind that it does not take
    }
    return open_.empty() && outstanding_ == 0 ? Next::end : Next::wait;
}

void Sweep::answer(std::uint64_t packed, Answer&& answer) {
    const Tag tag = Tag::unpacked(packed);
    --outstanding_;
    --rounds_[tag.list].in_flight;
    ++answered_;
    switch (tag.purpose) {
        case Purpose::probe: {
            Round& round = rounds_[tag.list];
            round.answers[tag.index] = std::move(answer);
            if (++round.probes_answered == round.probes.size()) judge_list(tag.list);
            break;
        }
        case Purpose::target:
            take_target(tag, answer);
            break;
        case Purpose::reason:
            take_reason(tag, answer);
            break;
    }
    if (options_.progress) options_.progress(answered_, expected_);
}

void Sweep::judge_list(std::uint32_t list) {
    Round& round = rounds_[list];
    round.judged = true;
    ListHealth& health = results_.health[list] = judge(lists_[list], round.probes, round.answers);
    round.answers.clear();
    if (health.health != Health::usable) give_up(list, state_of(health.health));
}

// Asks the list nothing more; every subject that it was not asked about gets this state.
void Sweep::give_up(std::uint32_t list, State state) {
    auto& next = rounds_[list].next_subject;
    for (; next < subjects_.size(); ++next) {
        if (!accepts(lists_[list], subjects_[next])) continue;
        results_.set(list, next, state);
        --expected_;
    }
}

// It answered its test points and refuses now: over its quota in the middle of the round.
void Sweep::take_refusal(std::uint32_t list, const Classification& what) {
    ListHealth& health = results_.health[list];
    if (health.health == Health::usable) {
        health = {Health::refused, "began to refuse during the round", what.cause, what.codes};
        if (!what.meanings.empty()) health.detail += ": " + what.meanings.front();
    }
    if (++rounds_[list].refusals == refusals_enough) give_up(list, State::refused);
}

void Sweep::take_target(const Tag& tag, const Answer& answer) {
    Classification what = classify(lists_[tag.list], answer);
    results_.set(tag.list, tag.index, what.state);
    if (what.state == State::clean) return;
    const bool listed = what.state == State::listed;
    if (what.state == State::refused) take_refusal(tag.list, what);
    results_.entries.push_back({tag.list, tag.index, std::move(what), {}});
    if (!listed || !options_.reasons) return;
    Round& round = rounds_[tag.list];
    round.reasons.push_back(static_cast<std::uint32_t>(results_.entries.size() - 1));
    ++expected_;
    if (!round.open) open_.push_back(tag.list);
    round.open = true;
}

void Sweep::take_reason(const Tag& tag, const Answer& answer) {
    std::string& reason = results_.entries[tag.index].reason;
    for (const auto& record : answer.records) {
        if (!reason.empty()) reason += " / ";
        reason += record.text;
        if (reason.size() > reason_limit) break;
    }
    reason = without_key(lists_[tag.list], std::move(reason));
    if (reason.size() > reason_limit) reason.resize(reason_limit);
}

Results Sweep::take() {
    std::sort(results_.entries.begin(), results_.entries.end(), [](const Entry& a, const Entry& b) {
        return std::pair(a.subject, a.list) < std::pair(b.subject, b.list);
    });
    results_.questions = answered_;
    results_.complete = open_.empty() && outstanding_ == 0;
    return std::move(results_);
}

}  // namespace

const Entry* Results::find(std::size_t list, std::size_t subject) const {
    const auto key = std::pair(static_cast<std::uint32_t>(subject), static_cast<std::uint32_t>(list));
    const auto found = std::lower_bound(
        entries.begin(), entries.end(), key,
        [](const Entry& entry, const auto& wanted) { return std::pair(entry.subject, entry.list) < wanted; });
    if (found == entries.end() || found->subject != key.first || found->list != key.second) return nullptr;
    return &*found;
}

Results sweep(const std::vector<List>& lists, const std::vector<Subject>& subjects, Resolver& resolver,
              const SweepOptions& options) {
    Sweep questions(lists, subjects, options);
    resolver.stream(questions, options.stop);
    return questions.take();
}

}  // namespace reputed::dnsbl
