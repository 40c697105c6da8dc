#include "checks/net/answer_cache.hpp"

#include <algorithm>

namespace reputed {
namespace {

constexpr std::int64_t cleaning_gap = 60;

std::int64_t seconds_of(AnswerCache::WallTime time) {
    return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

}  // namespace

void AnswerCache::put(std::string_view group, std::string_view name, std::uint8_t said, std::uint32_t ttl,
                      bool negative, WallTime wall) {
    if (ttl == 0) return;
    const auto now = seconds_of(wall);
    const std::lock_guard lock(mutex_);
    if (size_ >= most_entries) forget_old(now);
    auto at = groups_.find(group);
    if (at == groups_.end()) at = groups_.emplace(group, Names{}).first;
    const Entry entry{now, std::min(ttl, negative ? longest_negative : longest), said};
    const std::string key(name);
    if (const auto found = at->second.find(key); found != at->second.end()) {
        found->second = entry;
    } else if (size_ < most_entries) {
        at->second.emplace(key, entry);
        ++size_;
    }
}

std::optional<std::uint8_t> AnswerCache::find(std::string_view group, std::string_view name,
                                              WallTime wall) const {
    const std::lock_guard lock(mutex_);
    const auto at = groups_.find(group);
    if (at == groups_.end()) return {};
    const auto found = at->second.find(std::string(name));
    if (found == at->second.end() || !found->second.holds(seconds_of(wall))) return {};
    return found->second.said;
}

void AnswerCache::erase(std::string_view group, std::string_view name) {
    const std::lock_guard lock(mutex_);
    const auto at = groups_.find(group);
    if (at != groups_.end()) size_ -= at->second.erase(std::string(name));
}

void AnswerCache::erase(std::string_view group) {
    const std::lock_guard lock(mutex_);
    const auto at = groups_.find(group);
    if (at == groups_.end()) return;
    size_ -= at->second.size();
    groups_.erase(at);
}

std::size_t AnswerCache::size() const {
    const std::lock_guard lock(mutex_);
    return size_;
}

// Under mutex_.
void AnswerCache::forget_old(std::int64_t now) {
    if (now < next_cleaning_ && next_cleaning_ - now <= cleaning_gap) return;
    next_cleaning_ = now + cleaning_gap;
    for (auto& [group, names] : groups_)
        size_ -= std::erase_if(names, [&](const auto& entry) { return !entry.second.holds(now); });
    std::erase_if(groups_, [](const auto& group) { return group.second.empty(); });
}

}  // namespace reputed
