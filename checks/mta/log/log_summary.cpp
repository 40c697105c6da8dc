#include "checks/mta/log/log_summary.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>

namespace reputed::mta {
namespace {

constexpr std::size_t max_receivers = 16'384;
constexpr std::size_t max_replies = 4096;
constexpr std::size_t max_hours = 24 * 400;

void add(StatusCounts& counts, const DeliveryEvent& event) {
    counts[static_cast<std::size_t>(event.status)] += event.recipients;
}

}  // namespace

std::uint64_t total(const StatusCounts& counts) {
    return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

void DelayTally::add(float seconds, std::uint64_t count) {
    if (std::isnan(seconds)) return;
    const double steps = seconds <= 0.01F ? 0 : std::ceil(std::log(seconds / 0.01F) / std::log(1.5F));
    buckets_[static_cast<std::size_t>(std::min(steps, bucket_count - 1.0))] += count;
}

void DelayTally::add(const DelayTally& other) {
    for (std::size_t i = 0; i < bucket_count; ++i)
        buckets_[i] += other.buckets_[i];
}

std::string DelayTally::to_text() const {
    std::string text;
    for (std::size_t i = 0; i < bucket_count; ++i)
        if (buckets_[i] > 0)
            text += (text.empty() ? "" : " ") + std::to_string(i) + ':' + std::to_string(buckets_[i]);
    return text;
}

void DelayTally::restore(const std::vector<std::string_view>& words) {
    for (const auto word : words) {
        std::size_t bucket = 0;
        std::uint64_t count = 0;
        const auto* const end = word.data() + word.size();
        const auto [colon, fault] = std::from_chars(word.data(), end, bucket);
        if (fault != std::errc() || colon == end || *colon != ':' || bucket >= bucket_count) continue;
        if (std::from_chars(colon + 1, end, count).ec == std::errc()) buckets_[bucket] += count;
    }
}

double DelayTally::quantile(double share) const {
    const auto all = std::accumulate(buckets_.begin(), buckets_.end(), std::uint64_t{0});
    if (all == 0) return std::nan("");
    const auto wanted = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(all)));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < bucket_count; ++i) {
        seen += buckets_[i];
        if (seen >= wanted) return 0.01 * std::pow(1.5, static_cast<double>(i));
    }
    return std::nan("");
}

void BoundedCounts::add(std::string_view text, std::uint64_t count) {
    auto found = counts_.find(text);
    if (found == counts_.end())
        found = counts_.emplace(counts_.size() < limit_ ? std::string(text) : std::string("other"), 0).first;
    found->second += count;
}

LogSummary::Hour& LogSummary::hour(std::int64_t time) {
    const auto begin = time - ((time % timeline_step) + timeline_step) % timeline_step;
    if (hour_ == nullptr || begin != hour_begin_) {
        if (timeline.size() >= max_hours && !timeline.contains(begin)) {
            // A log of many years, or with stamps at random: one step a day, then ten, and so on.
            timeline_step *= timeline_step == 3600 ? 24 : 10;
            std::map<std::int64_t, Hour> coarser;
            for (const auto& [old, counts] : timeline) {
                auto& into = coarser[old - ((old % timeline_step) + timeline_step) % timeline_step];
                for (std::size_t i = 0; i < delivery_status_count; ++i)
                    into.status[i] += counts.status[i];
                into.rejected += counts.rejected;
            }
            timeline = std::move(coarser);
            hour_ = nullptr;
            return hour(time);
        }
        hour_ = &timeline[begin];
        hour_begin_ = begin;
    }
    return *hour_;
}

void LogSummary::count_receiver(const DeliveryEvent& event) {
    if (event.recipient_domain.empty() || event.recipient_domain.size() > 255) return;
    key_.assign(event.recipient_domain);
    std::transform(key_.begin(), key_.end(), key_.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
    const auto found = receivers_.find(key_);
    if (found != receivers_.end()) return add(found->second, event);
    if (receivers_.size() >= max_receivers) {
        // Those that only ever accepted, or failed once, are not among the worst.
        std::erase_if(receivers_,
                      [](const auto& entry) { return total(entry.second) - entry.second[0] < 2; });
        if (receivers_.size() >= max_receivers) return;
    }
    add(receivers_[key_], event);
}

void LogSummary::count_reply(const Attempt& attempt) {
    constexpr std::size_t longest = 1000;
    const auto key = attempt.reply_key;
    auto found = replies_.find(key);
    if (found == replies_.end()) {
        if (replies_.size() >= max_replies) {
            for (const auto& [old, reply] : replies_)
                reasons_.add(reply.text, reply.count);
            replies_.clear();
        }
        found = replies_.emplace(key, Reply{std::string(attempt.event.reply.substr(0, longest)), 0}).first;
    }
    found->second.count += attempt.event.recipients;
}

std::vector<QueueReason> LogSummary::reasons() const {
    auto all = reasons_;
    for (const auto& [key, reply] : replies_)
        all.add(reply.text, reply.count);
    return all.top();
}

void LogSummary::attempt(const Attempt& attempt) {
    const auto& event = attempt.event;
    first = first == 0 ? event.time : std::min(first, event.time);
    last = std::max(last, event.time);
    if (event.local) return add(local, event);
    const auto reply_class = static_cast<std::size_t>(attempt.what.reply_class);
    add(status, event);
    by_class[reply_class] += event.recipients;
    if (attempt.what.hard) hard_by_class[reply_class] += event.recipients;
    auto& provider = by_provider[attempt.provider];
    add(provider.status, event);
    provider.classes[reply_class] += event.recipients;
    provider.delays.add(event.delay, event.recipients);
    if (!attempt.what.dsn.empty()) dsn.add(attempt.what.dsn, event.recipients);
    if (!event.source_ip.empty()) sources.add(event.source_ip, event.recipients);
    tls[static_cast<std::size_t>(event.tls)] += event.recipients;
    add(hour(event.time).status, event);
    count_receiver(event);
    if (event.status == DeliveryStatus::sent) return;
    if (!attempt.what.list.empty()) lists.add(attempt.what.list, event.recipients);
    count_reply(attempt);
}

void LogSummary::reject(const RejectEvent& event) {
    ++rejected;
    first = first == 0 ? event.time : std::min(first, event.time);
    last = std::max(last, event.time);
    ++hour(event.time).rejected;
}

std::vector<LogSummary::Receiver> LogSummary::worst_receivers(std::size_t limit) const {
    std::vector<Receiver> worst;
    for (const auto& [domain, counts] : receivers_)
        if (Receiver receiver{domain, counts}; receiver.failures() > 0) worst.push_back(std::move(receiver));
    std::sort(worst.begin(), worst.end(), [](const Receiver& a, const Receiver& b) {
        return a.failures() != b.failures() ? a.failures() > b.failures() : a.domain < b.domain;
    });
    if (worst.size() > limit) worst.resize(limit);
    return worst;
}

}  // namespace reputed::mta
