#include "checks/dnsbl/sweep.hpp"

#include <algorithm>
#include <chrono>
#include <deque>
#include <map>
#include <utility>

#include "checks/dnsbl/budget_plan.hpp"
#include "config/budget_owner.hpp"

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

    std::string owner;
    bool paced = false;  // the owner allows so many questions a second
    struct Pending {
        Question question;
        Tag tag;
        Clock::time_point at;
    };
    std::optional<Pending> pending;  // waits for its moment
    std::uint64_t targets_left = 0;  // to be asked
    // Where the owner has a limit per day.
    bool rationed = false;
    std::vector<std::uint8_t> kept;  // by subject: the state that an earlier answer gave, or not_asked
    struct Fresh {
        std::uint32_t subject;
        std::uint32_t ttl;
        State state;
        bool negative;
    };
    std::vector<Fresh> fresh;  // answers that may be kept
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
    void open(std::uint32_t list);
    bool take_ration(std::uint32_t list, std::uint64_t accepted);
    void look_for_kept(std::uint32_t list);
    void keep_answers(std::uint32_t list);
    bool may_ask_reason(std::uint32_t list);
    bool next_of(std::uint32_t list, Question& question, Tag& tag);
    bool wait_for_slot(std::uint32_t list, Question& question, Tag& tag, Clock::time_point& not_before);
    bool finished(const Round& round) const;
    void judge_list(std::uint32_t list);
    void give_up(std::uint32_t list, State state);
    void take_refusal(std::uint32_t list, const Classification& what);
    void take_target(const Tag& tag, const Answer& answer);
    void take_reason(const Tag& tag, const Answer& answer);

    const std::vector<List>& lists_;
    const std::vector<Subject>& subjects_;
    const SweepOptions& options_;
    QueryBudget own_budget_;  // where none is given: for the pace
    QueryBudget& budget_;
    Results results_;
    std::vector<Round> rounds_;
    std::vector<std::uint32_t> open_;  // lists that may still have something to ask
    std::size_t turn_ = 0;
    std::uint64_t outstanding_ = 0;
    std::uint64_t answered_ = 0;
    std::uint64_t expected_ = 0;
};

// What the lists themselves say of a second.
std::map<std::string, QueryBudget::Limit, std::less<>> paces(const std::vector<List>& lists) {
    std::map<std::string, QueryBudget::Limit, std::less<>> limits;
    for (const auto& list : lists) {
        if (list.queries_per_second <= 0) continue;
        auto& pace = limits[budget_owner(list)].per_second;
        pace = pace > 0 ? std::min(pace, list.queries_per_second) : list.queries_per_second;
    }
    return limits;
}

Sweep::Sweep(const std::vector<List>& lists, const std::vector<Subject>& subjects,
             const SweepOptions& options)
    : lists_(lists),
      subjects_(subjects),
      options_(options),
      budget_(options.budget != nullptr ? *options.budget : own_budget_),
      results_(lists.size(), subjects.size()),
      rounds_(lists.size()) {
    if (options.budget == nullptr) own_budget_.set_limits(paces(lists));
    results_.health.resize(lists.size());
    results_.exhausted.resize(lists.size());
    results_.rations.resize(lists.size());
    for (std::uint32_t i = 0; i < lists.size(); ++i)
        open(i);
}

void Sweep::open(std::uint32_t list) {
    Round& round = rounds_[list];
    round.owner = budget_owner(lists_[list]);
    round.paced = budget_.is_paced(round.owner);
    round.rationed = budget_.is_rationed(round.owner) && !options_.prepaid;
    round.targets_left = static_cast<std::uint64_t>(
        std::count_if(subjects_.begin(), subjects_.end(),
                      [&](const Subject& subject) { return accepts(lists_[list], subject); }));
    if (round.rationed) look_for_kept(list);
    if (!take_ration(list, round.targets_left)) {
        round.judged = true;
        round.targets_left = 0;
        give_up(list, State::refused);
        return;
    }
    round.probes = probes(lists_[list], options_.seed + list);
    round.answers.resize(round.probes.size());
    expected_ += round.probes.size() + round.targets_left;
    open_.push_back(list);
}

// All questions of the round, or none: half a round would tell of half the addresses, and of the others never.
bool Sweep::take_ration(std::uint32_t list, std::uint64_t accepted) {
    if (!rounds_[list].rationed) return true;
    const auto& owner = rounds_[list].owner;
    const auto count = most_round_questions(lists_[list], accepted);
    auto& ration = results_.rations[list] = Ration::take(budget_, owner, count, options_.now);
    if (ration) return true;
    results_.exhausted[list] = true;
    results_.health[list] = {
        Health::refused, refusal(budget_, owner, count, options_.now), ErrorCause::quota, {}};
    return false;
}

// Once, before anything is counted: an answer must not run out of time between.
void Sweep::look_for_kept(std::uint32_t list) {
    Round& round = rounds_[list];
    round.kept.assign(subjects_.size(), Results::not_asked);
    for (std::size_t i = 0; i < subjects_.size(); ++i) {
        if (!accepts(lists_[list], subjects_[i])) continue;
        const auto said = budget_.answers().find(lists_[list].name, subjects_[i].query, options_.now);
        if (!said || *said >= state_count) continue;
        round.kept[i] = *said;
        --round.targets_left;
    }
}

// Only of a list that was in order to the end.
void Sweep::keep_answers(std::uint32_t list) {
    auto& answers = budget_.answers();
    const auto& name = lists_[list].name;
    if (results_.health[list].health != Health::usable) return answers.erase(name);
    for (const auto& fresh : rounds_[list].fresh)
        answers.put(name, subjects_[fresh.subject].query, static_cast<std::uint8_t>(fresh.state), fresh.ttl,
                    fresh.negative, options_.now);
}

bool Sweep::finished(const Round& round) const {
    return round.judged && round.next_subject == subjects_.size() && round.reasons.empty() && !round.pending;
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
    if (!round.reasons.empty() && !may_ask_reason(list)) {
        expected_ -= round.reasons.size();
        round.reasons.clear();
    }
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
        if (round.rationed && round.kept[round.next_subject] != Results::not_asked) {
            results_.set_kept(list, round.next_subject, static_cast<State>(round.kept[round.next_subject]));
            continue;
        }
        --round.targets_left;
        tag = {Purpose::target, list, round.next_subject++};
        question.name = query_name(lists_[list], subject.query);
        question.type = RecordType::a;
        return true;
    }
    return false;
}

// A reason is worth having, but no question that the round needs.
bool Sweep::may_ask_reason(std::uint32_t list) {
    auto& ration = results_.rations[list];
    return !ration || ration->has_room(rounds_[list].probes.size() + rounds_[list].targets_left);
}

// The list's next question, when its moment has come; otherwise `not_before` may become that moment.
bool Sweep::wait_for_slot(std::uint32_t list, Question& question, Tag& tag, Clock::time_point& not_before) {
    Round& round = rounds_[list];
    const auto now = Clock::now();
    if (!round.pending) {
        if (!next_of(list, question, tag)) return false;
        round.pending = {std::move(question), tag, budget_.next_slot(round.owner, now)};
    }
    if (round.pending->at > now) {
        not_before = std::min(not_before, round.pending->at);
        return false;
    }
    question = std::move(round.pending->question);
    tag = round.pending->tag;
    round.pending.reset();
    return true;
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
        Tag next_tag{};
        if (round.paced ? wait_for_slot(list, question, next_tag, not_before)
                        : next_of(list, question, next_tag)) {
            if (results_.rations[list]) results_.rations[list]->asked(1);
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
    }
    expected_ -= std::min(expected_, std::exchange(rounds_[list].targets_left, 0));
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
    const bool may_keep = is_definite(what.state) && what.state != State::listed;
    if (rounds_[tag.list].rationed && may_keep)
        rounds_[tag.list].fresh.push_back({tag.index, answer.ttl, what.state, answer.outcome != Outcome::ok});
    if (what.state == State::clean) return;
    const bool listed = what.state == State::listed;
    if (what.state == State::refused) take_refusal(tag.list, what);
    results_.entries.push_back({tag.list, tag.index, std::move(what), {}});
    if (listed && rounds_[tag.list].rationed)
        budget_.answers().erase(lists_[tag.list].name, subjects_[tag.index].query);
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
    for (std::uint32_t list = 0; list < lists_.size(); ++list)
        if (rounds_[list].rationed && !results_.exhausted[list]) keep_answers(list);
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
