#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace reputed {

// What operators of lists and services allow to be asked of them: so much within any 24 hours, so much a second.
// Shared by all jobs; safe to be called from several threads at once. It is told the time.
class QueryBudget {
  public:
    using WallTime = std::chrono::system_clock::time_point;
    using SteadyTime = std::chrono::steady_clock::time_point;

    struct Limit {
        std::uint64_t per_day = 0;  // 0 = none
        double per_second = 0;      // 0 = none
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

    // Whether `count` more may be asked of `owner` now: then they count. All of them or none.
    bool take(std::string_view owner, std::uint64_t count, WallTime now);
    // Of those taken, so many were not asked after all.
    void give_back(std::string_view owner, std::uint64_t count, WallTime now);
    // So many more were asked without being taken: what belongs to a round that has begun.
    void count(std::string_view owner, std::uint64_t count, WallTime now);
    // When `count` may be taken, as far as the past decides that: `now` where they may be at once; nothing where they
    // never fit.
    std::optional<WallTime> room_at(std::string_view owner, std::uint64_t count, WallTime now) const;

    // The moment at which the next single question may be sent; each call is one question.
    SteadyTime next_slot(std::string_view owner, SteadyTime now);

    std::vector<Usage> usage(WallTime now) const;  // by owner: those with a limit, and those that were asked

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
    static std::uint64_t used(const Account& account, std::int64_t now);
    static std::string text_of(const Account& account, std::int64_t now);

    mutable std::mutex mutex_;
    std::map<std::string, Account, std::less<>> accounts_;
};

}  // namespace reputed
