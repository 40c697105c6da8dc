#include "checks/net/query_budget.hpp"

#include <algorithm>
#include <charconv>

namespace reputed {
namespace {

// More than any catalogue has operators; what comes from a store is not believed beyond.
constexpr std::size_t most_accounts = 4096;
constexpr std::size_t longest_owner = 256;

// Of the limit, for the rate that goes on all day: what was planned beforehand needs four fifths, and its intervals sway.
constexpr double even_share = 0.9;

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

// A bucket counts until all of it is older than a day: no window of 24 hours then holds more than the limit. What is in
// the future was asked before the clock went back: it counts as asked now, rather too long than not.
void QueryBudget::forget_old(Account& account, std::int64_t now) {
    auto& buckets = account.buckets;
    buckets.erase(buckets.begin(), buckets.lower_bound(now - day_seconds - bucket_seconds + 1));
    const auto current = now - now % bucket_seconds;
    const auto future = buckets.upper_bound(current);
    if (future == buckets.end()) return;
    std::uint64_t asked = 0;
    for (auto bucket = future; bucket != buckets.end(); ++bucket)
        asked += bucket->second;
    buckets.erase(future, buckets.end());
    buckets[current] += asked;
}

std::uint64_t QueryBudget::used(const Account& account, std::int64_t now) {
    std::uint64_t sum = 0;
    for (auto bucket = account.buckets.lower_bound(now - day_seconds - bucket_seconds + 1);
         bucket != account.buckets.end(); ++bucket)
        sum += bucket->second;
    return sum;
}

// From when on `count` more keep to the limit in every window that ends then, which a later one only helps. `count` is
// at most per_day.
std::int64_t QueryBudget::room_at(const Account& account, std::uint64_t count, std::int64_t now) {
    const auto limit = account.limit.per_day;
    const auto at_once = std::max({account.limit.at_once, limit / 5, count});
    const double a_second = even_share * static_cast<double>(limit) / day_seconds;
    std::int64_t room = now;
    std::uint64_t sum = 0;
    for (auto bucket = account.buckets.rbegin(); bucket != account.buckets.rend(); ++bucket) {
        const auto [begin, asked] = *bucket;
        if (begin <= now - day_seconds - bucket_seconds) break;
        sum += asked;
        const auto gone = begin + day_seconds + bucket_seconds;
        if (sum + count > limit) {
            room = std::max(room, gone);
        } else if (sum + count > at_once) {
            const auto excess = static_cast<double>(sum + count - at_once);
            const auto even = begin + static_cast<std::int64_t>(excess / a_second);
            room = std::max(room, std::min(even, gone));
        }
    }
    return room;
}

void QueryBudget::set_limits(std::map<std::string, Limit, std::less<>> limits) {
    const std::lock_guard lock(mutex_);
    for (auto& [owner, account] : accounts_)
        account.limit = {};
    for (const auto& [owner, limit] : limits)
        accounts_[owner].limit = limit;
}

std::map<std::string, QueryBudget::Limit, std::less<>> QueryBudget::limits() const {
    const std::lock_guard lock(mutex_);
    std::map<std::string, Limit, std::less<>> limits;
    for (const auto& [owner, account] : accounts_)
        if (account.limit != Limit{}) limits.emplace(owner, account.limit);
    return limits;
}

void QueryBudget::allow_at_once() {
    const std::lock_guard lock(mutex_);
    for (auto& [owner, account] : accounts_)
        account.limit.at_once = account.limit.per_day;
}

void QueryBudget::set_writer(std::function<void()> write) {
    auto shared = write ? std::make_shared<const std::function<void()>>(std::move(write)) : nullptr;
    const std::lock_guard lock(mutex_);
    write_ = std::move(shared);
}

bool QueryBudget::take(std::string_view owner, std::uint64_t count, WallTime wall) {
    if (count == 0) return true;
    std::shared_ptr<const std::function<void()>> write;
    {
        const std::lock_guard lock(mutex_);
        const auto now = seconds_of(wall);
        Account& account = account_of(owner);
        forget_old(account, now);
        const auto limit = account.limit.per_day;
        if (limit > 0 && (count > limit || room_at(account, count, now) > now)) {
            ++account.refused;
            return false;
        }
        add(account, count, now);
        if (limit > 0) write = write_;
    }
    if (write) (*write)();
    return true;
}

void QueryBudget::take_away(Account& account, std::uint64_t count, std::int64_t taken) {
    auto bucket = account.buckets.upper_bound(taken);
    while (count > 0 && bucket != account.buckets.begin()) {
        --bucket;
        const auto less = std::min(count, bucket->second);
        bucket->second -= less;
        count -= less;
        account.changed = true;
    }
}

void QueryBudget::add(Account& account, std::uint64_t count, std::int64_t now) {
    forget_old(account, now);
    if (count == 0) return;
    account.buckets[now - now % bucket_seconds] += count;
    account.changed = true;
}

void QueryBudget::give_back(std::string_view owner, std::uint64_t count, WallTime taken) {
    const std::lock_guard lock(mutex_);
    take_away(account_of(owner), count, seconds_of(taken));
}

void QueryBudget::count(std::string_view owner, std::uint64_t count, WallTime now) {
    const std::lock_guard lock(mutex_);
    add(account_of(owner), count, seconds_of(now));
}

void QueryBudget::settle(std::string_view owner, std::uint64_t count, WallTime taken, std::uint64_t asked,
                         WallTime now) {
    const std::lock_guard lock(mutex_);
    Account& account = account_of(owner);
    take_away(account, count, seconds_of(taken));
    add(account, asked, seconds_of(now));
}

std::optional<QueryBudget::WallTime> QueryBudget::room_at(std::string_view owner, std::uint64_t count,
                                                          WallTime wall) const {
    const std::lock_guard lock(mutex_);
    const auto found = accounts_.find(owner);
    if (found == accounts_.end() || found->second.limit.per_day == 0) return wall;
    if (count > found->second.limit.per_day) return {};
    const auto now = seconds_of(wall);
    Account account = found->second;
    forget_old(account, now);
    const auto room = room_at(account, count, now);
    return room <= now ? wall : WallTime(std::chrono::seconds(room));
}

bool QueryBudget::is_rationed(std::string_view owner) const {
    const std::lock_guard lock(mutex_);
    const auto found = accounts_.find(owner);
    return found != accounts_.end() && found->second.limit.per_day > 0;
}

bool QueryBudget::is_paced(std::string_view owner) const {
    const std::lock_guard lock(mutex_);
    const auto found = accounts_.find(owner);
    return found != accounts_.end() && found->second.limit.per_second > 0;
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
    if (owner.empty() || owner.size() > longest_owner) return;
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
        constexpr std::int64_t most = 1'000'000'000'000;  // so that no sum of a part's lines overflows
        if (!begin || !asked || *begin % bucket_seconds != 0 || *asked > most) continue;
        // Old ones would fill the memory before they are forgotten, and so would those of any future.
        if (*begin <= now - day_seconds - bucket_seconds) continue;
        account.buckets[std::min(*begin, now - now % bucket_seconds)] += static_cast<std::uint64_t>(*asked);
    }
}

}  // namespace reputed
