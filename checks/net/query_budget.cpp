#include "checks/net/query_budget.hpp"

#include <algorithm>
#include <charconv>

namespace reputed {
namespace {

// More than any catalogue has operators; what comes from a store is not believed beyond.
constexpr std::size_t most_accounts = 4096;

std::int64_t seconds_of(QueryBudget::WallTime time) {
    return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

std::optional<std::int64_t> number(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 0) return {};
    return value;
}

}  // namespace

QueryBudget::Account& QueryBudget::account_of(std::string_view owner) {
    const auto found = accounts_.find(owner);
    return found != accounts_.end() ? found->second : accounts_[std::string(owner)];
}

// A bucket counts until all of it is older than a day: no window of 24 hours then holds more than the limit.
void QueryBudget::forget_old(Account& account, std::int64_t now) {
    auto& buckets = account.buckets;
    buckets.erase(buckets.begin(), buckets.lower_bound(now - day_seconds - bucket_seconds + 1));
}

// Buckets of the future, left by a clock that went back, count as well: rather too little is asked than too much.
std::uint64_t QueryBudget::used(const Account& account, std::int64_t now) {
    std::uint64_t sum = 0;
    for (auto bucket = account.buckets.lower_bound(now - day_seconds - bucket_seconds + 1);
         bucket != account.buckets.end(); ++bucket)
        sum += bucket->second;
    return sum;
}

void QueryBudget::set_limits(std::map<std::string, Limit, std::less<>> limits) {
    const std::lock_guard lock(mutex_);
    for (auto& [owner, account] : accounts_)
        account.limit = {};
    for (const auto& [owner, limit] : limits)
        accounts_[owner].limit = limit;
}

bool QueryBudget::take(std::string_view owner, std::uint64_t count, WallTime wall) {
    const std::lock_guard lock(mutex_);
    const auto now = seconds_of(wall);
    Account& account = account_of(owner);
    forget_old(account, now);
    const auto limit = account.limit.per_day;
    const auto before = used(account, now);
    if (limit > 0 && (count > limit || before > limit - count)) {
        ++account.refused;
        return false;
    }
    if (count == 0) return true;
    account.buckets[now - now % bucket_seconds] += count;
    account.changed = true;
    return true;
}

void QueryBudget::give_back(std::string_view owner, std::uint64_t count, WallTime wall) {
    const std::lock_guard lock(mutex_);
    Account& account = account_of(owner);
    forget_old(account, seconds_of(wall));
    for (auto bucket = account.buckets.rbegin(); bucket != account.buckets.rend() && count > 0; ++bucket) {
        const auto less = std::min(count, bucket->second);
        bucket->second -= less;
        count -= less;
        account.changed = true;
    }
}

void QueryBudget::count(std::string_view owner, std::uint64_t count, WallTime wall) {
    if (count == 0) return;
    const std::lock_guard lock(mutex_);
    const auto now = seconds_of(wall);
    Account& account = account_of(owner);
    forget_old(account, now);
    account.buckets[now - now % bucket_seconds] += count;
    account.changed = true;
}

std::optional<QueryBudget::WallTime> QueryBudget::room_at(std::string_view owner, std::uint64_t count,
                                                          WallTime wall) const {
    const std::lock_guard lock(mutex_);
    const auto found = accounts_.find(owner);
    if (found == accounts_.end() || found->second.limit.per_day == 0) return wall;
    const Account& account = found->second;
    if (count > account.limit.per_day) return {};
    const auto now = seconds_of(wall);
    auto sum = used(account, now);
    if (sum <= account.limit.per_day - count) return wall;
    for (const auto& [begin, asked] : account.buckets) {
        if (begin < now - day_seconds - bucket_seconds + 1) continue;
        sum -= std::min(sum, asked);
        if (sum <= account.limit.per_day - count)
            return WallTime(std::chrono::seconds(begin + day_seconds + bucket_seconds));
    }
    return wall;
}

QueryBudget::SteadyTime QueryBudget::next_slot(std::string_view owner, SteadyTime now) {
    const std::lock_guard lock(mutex_);
    Account& account = account_of(owner);
    if (account.limit.per_second <= 0) return now;
    const auto slot = std::max(account.next, now);
    account.next = slot + std::chrono::duration_cast<SteadyTime::duration>(
                              std::chrono::duration<double>(1 / account.limit.per_second));
    return slot;
}

std::vector<QueryBudget::Usage> QueryBudget::usage(WallTime wall) const {
    const std::lock_guard lock(mutex_);
    const auto now = seconds_of(wall);
    std::vector<Usage> out;
    for (const auto& [owner, account] : accounts_) {
        const auto sum = used(account, now);
        if (sum > 0 || account.limit != Limit{}) out.push_back({owner, account.limit, sum, account.refused});
    }
    return out;
}

std::string QueryBudget::text_of(const Account& account, std::int64_t now) {
    std::string text;
    for (auto bucket = account.buckets.lower_bound(now - day_seconds - bucket_seconds + 1);
         bucket != account.buckets.end(); ++bucket)
        if (bucket->second > 0)
            text += std::to_string(bucket->first) + ' ' + std::to_string(bucket->second) + '\n';
    return text;
}

std::vector<QueryBudget::Part> QueryBudget::take_changes(WallTime wall) {
    const std::lock_guard lock(mutex_);
    std::vector<Part> parts;
    for (auto& [owner, account] : accounts_) {
        if (!account.changed) continue;
        account.changed = false;
        auto text = text_of(account, seconds_of(wall));
        parts.push_back({owner, text.empty() ? std::nullopt : std::optional(std::move(text))});
    }
    return parts;
}

std::vector<QueryBudget::Part> QueryBudget::all_parts(WallTime wall) const {
    const std::lock_guard lock(mutex_);
    std::vector<Part> parts;
    for (const auto& [owner, account] : accounts_)
        if (auto text = text_of(account, seconds_of(wall)); !text.empty())
            parts.push_back({owner, std::move(text)});
    return parts;
}

void QueryBudget::restore(std::string_view owner, std::string_view text, WallTime wall) {
    const std::lock_guard lock(mutex_);
    if (accounts_.size() >= most_accounts && !accounts_.contains(owner)) return;
    const auto now = seconds_of(wall);
    Account& account = account_of(owner);
    while (!text.empty()) {
        const auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        const auto space = line.find(' ');
        if (space == std::string_view::npos) continue;
        const auto begin = number(line.substr(0, space));
        const auto asked = number(line.substr(space + 1));
        constexpr std::int64_t most = 1'000'000'000'000;
        if (!begin || !asked || *begin % bucket_seconds != 0 || *asked > most) continue;
        if (*begin > now + day_seconds) continue;
        account.buckets[*begin] += static_cast<std::uint64_t>(*asked);
    }
    forget_old(account, now);
}

}  // namespace reputed
