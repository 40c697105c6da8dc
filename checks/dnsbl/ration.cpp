#include "checks/dnsbl/ration.hpp"

#include <algorithm>
#include <utility>

#include "config/utc.hpp"

namespace reputed::dnsbl {
namespace {

constexpr std::uint64_t taken_at_once = 32;  // of questions that nobody could foresee

}  // namespace

std::optional<Ration> Ration::take(QueryBudget& budget, const std::string& owner, std::uint64_t count,
                                   WallTime now) {
    if (!budget.take(owner, count, now)) return {};
    return Ration(budget, owner, count, now);
}

Ration::Ration(QueryBudget& budget, std::string owner, std::uint64_t count, WallTime now)
    : budget_(&budget), owner_(std::move(owner)), taken_(count), begun_(now) {}

Ration::Ration(Ration&& other) noexcept
    : budget_(std::exchange(other.budget_, nullptr)),
      owner_(std::move(other.owner_)),
      taken_(other.taken_),
      asked_(other.asked_),
      begun_(other.begun_),
      clock_begun_(other.clock_begun_) {}

Ration& Ration::operator=(Ration&& other) noexcept {
    if (this == &other) return *this;
    settle();
    budget_ = std::exchange(other.budget_, nullptr);
    owner_ = std::move(other.owner_);
    taken_ = other.taken_;
    asked_ = other.asked_;
    begun_ = other.begun_;
    clock_begun_ = other.clock_begun_;
    return *this;
}

Ration::~Ration() {
    settle();
}

void Ration::settle() {
    if (budget_ != nullptr) budget_->settle(owner_, taken_, begun_, asked_, now());
}

// The wall clock may be set while a round is under way: it is not asked again.
Ration::WallTime Ration::now() const {
    return begun_ +
           std::chrono::duration_cast<WallTime::duration>(std::chrono::steady_clock::now() - clock_begun_);
}

bool Ration::has_room(std::uint64_t reserved) {
    if (asked_ + reserved < taken_) return true;
    if (!budget_->take(owner_, taken_at_once, begun_)) return false;
    taken_ += taken_at_once;
    return true;
}

std::string refusal(const QueryBudget& budget, const std::string& owner, std::uint64_t count,
                    QueryBudget::WallTime now) {
    const auto usage = budget.usage(now);
    const auto found = std::find_if(usage.begin(), usage.end(),
                                    [&](const QueryBudget::Usage& one) { return one.owner == owner; });
    if (found == usage.end()) return "was not asked";
    const auto a_day = std::to_string(found->limit.per_day) + " questions a day that " + owner + " allows";
    std::string text = "was not asked: a round may take " + std::to_string(count) + " questions, ";
    const auto room = budget.room_at(owner, count, now);
    if (!room) return text + "more than the " + a_day;
    return text + "and of the " + a_day + ", " + std::to_string(found->used) +
           " are used; evenly over the day, there is room at " + rfc3339(*room);
}

}  // namespace reputed::dnsbl
