#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/net/answer_cache.hpp"

namespace reputed {

// What operators of lists and services allow to be asked of them: so much within any 24 hours, so much a second.
// Shared by all jobs; safe to be called from several threads at once. It is told the time.
//
// A day's questions are handed out evenly: beside the day, any shorter time holds no more than its share of it and what
// may be asked at once. What is asked again in a hurry then never uses up what the rest of the day needs.
class QueryBudget {
  public:
    using WallTime = std::chrono::system_clock::time_point;
    using SteadyTime = std::chrono::steady_clock::time_point;

    struct Limit {
        std::uint64_t per_day = 0;  // 0 = none
        double per_second = 0;      // 0 = none
        std::uint64_t at_once = 0;  // beyond the even share of the time; at least a fifth of per_day
        bool operator==(const Limit&) const = default;
    };
    struct Usage {
        std::string owner;
        Limit limit;
        std::uint64_t used = 0;     // within the last 24 hours
        std::uint64_t refused = 0;  // times that take() said no, since the start
    };
    struct Part {
        std::string owner;
        std::optional<std::string> text;  // nullopt: it is gone
    };

    // Replaces the limits; what was used stays. An owner without a limit is counted and never refused.
    void set_limits(std::map<std::string, Limit, std::less<>> limits);
    std::map<std::string, Limit, std::less<>> limits() const;
    // For a run that is over soon: the whole day's questions may be asked at once.
    void allow_at_once();
    // Called after something was taken of an owner with a limit per day, without a lock held: it returns when
    // take_changes() is on disk, so that what was asked is known even after a crash. None: nobody writes.
    void set_writer(std::function<void()> write);

    // Whether `count` more may be asked of `owner` now: then they count. All of them or none.
    bool take(std::string_view owner, std::uint64_t count, WallTime now);
    // Of those that take() gave at `taken`, so many were not asked after all.
    void give_back(std::string_view owner, std::uint64_t count, WallTime taken);
    // So many more were asked without being taken: what belongs to a round that has begun.
    void count(std::string_view owner, std::uint64_t count, WallTime now);
    // What began at `taken` with `count` questions is over: `asked` were asked, the last of them now. A long round counts
    // from its end, so that none of it is forgotten before a day has passed.
    void settle(std::string_view owner, std::uint64_t count, WallTime taken, std::uint64_t asked,
                WallTime now);
    // When `count` may be taken, as far as the past decides that: `now` where they may be at once; nothing where they
    // never fit.
    std::optional<WallTime> room_at(std::string_view owner, std::uint64_t count, WallTime now) const;

    bool is_paced(std::string_view owner) const;     // it has a limit per second
    bool is_rationed(std::string_view owner) const;  // it has a limit per day
    // The moment at which the next single question may be sent; each call is one question.
    SteadyTime next_slot(std::string_view owner, SteadyTime now);

    std::vector<Usage> usage(WallTime now) const;  // by owner: those with a limit, and those that were asked

    // What need not be asked again yet.
    AnswerCache& answers() { return answers_; }

    // What is not as it was written last.
    std::vector<Part> take_changes(WallTime now);
    std::vector<Part> all_parts(WallTime now) const;
    // What a damaged store holds is refused.
    void restore(std::string_view owner, std::string_view text, WallTime now);

  private:
    static constexpr std::int64_t bucket_seconds = 600;
    static constexpr std::int64_t day_seconds = 86'400;

    struct Account {
        Limit limit;
        std::map<std::int64_t, std::uint64_t> buckets;  // asked, by the beginning of each ten minutes
        std::uint64_t refused = 0;
        SteadyTime next{};
        bool changed = false;
    };
    Account& account_of(std::string_view owner);
    static void forget_old(Account& account, std::int64_t now);
    static void take_away(Account& account, std::uint64_t count, std::int64_t taken);
    static void add(Account& account, std::uint64_t count, std::int64_t now);
    static std::int64_t room_at(const Account& account, std::uint64_t count, std::int64_t now);
    static std::uint64_t used(const Account& account, std::int64_t now);
    static std::string text_of(const Account& account, std::int64_t now);

    mutable std::mutex mutex_;
    std::map<std::string, Account, std::less<>> accounts_;
    AnswerCache answers_;
    std::shared_ptr<const std::function<void()>> write_;
};

}  // namespace reputed
