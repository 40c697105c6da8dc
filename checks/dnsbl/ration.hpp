#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "checks/net/query_budget.hpp"

namespace reputed::dnsbl {

// What one round may ask of a list's operator: taken as a whole before the round begins, settled when it is over.
class Ration {
  public:
    using WallTime = QueryBudget::WallTime;

    // Nothing when `count` questions do not fit now.
    static std::optional<Ration> take(QueryBudget& budget, const std::string& owner, std::uint64_t count,
                                      WallTime now);
    ~Ration();
    Ration(Ration&& other) noexcept;
    Ration& operator=(Ration&& other) noexcept;

    void asked(std::uint64_t count) { asked_ += count; }
    // Whether one more question fits, beyond which `reserved` are still to come; takes some more where it can.
    bool has_room(std::uint64_t reserved);

  private:
    Ration(QueryBudget& budget, std::string owner, std::uint64_t count, WallTime now);
    WallTime now() const;
    void settle();

    QueryBudget* budget_;  // null: moved from
    std::string owner_;
    std::uint64_t taken_;
    std::uint64_t asked_ = 0;
    WallTime begun_;
    std::chrono::steady_clock::time_point clock_begun_ = std::chrono::steady_clock::now();
};

// Why `count` questions do not fit now, as half a sentence.
std::string refusal(const QueryBudget& budget, const std::string& owner, std::uint64_t count,
                    QueryBudget::WallTime now);

}  // namespace reputed::dnsbl
