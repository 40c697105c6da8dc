#include <algorithm>
#include <charconv>
#include <utility>

#include "checks/mta/log/delivery_windows.hpp"
#include "config/ip_address.hpp"

// How the windows are written down: lines of words, the first of which says what the line is. Names, not numbers, of
// providers and classes, so that a later version with other providers reads them.
namespace reputed::mta {
namespace {

constexpr std::size_t most_lines = 4096;

template <class Number>
std::optional<Number> number(std::string_view text) {
    Number value{};
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (fault != std::errc() || end != text.data() + text.size()) return {};
    return value;
}

std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> words;
    while (!line.empty() && words.size() < 80) {
        const auto word = line.substr(0, line.find(' '));
        words.push_back(word);
        line.remove_prefix(std::min(line.size(), word.size() + 1));
    }
    return words;
}

std::optional<DeliveryStatus> status_named(std::string_view name) {
    for (std::size_t i = 0; i < delivery_status_count; ++i)
        if (to_string(static_cast<DeliveryStatus>(i)) == name) return static_cast<DeliveryStatus>(i);
    return {};
}

std::string bucket_name(std::int64_t begin) {
    return "bucket-" + std::to_string(begin);
}
std::string day_name(std::int64_t day) {
    return "day-" + std::to_string(day);
}

}  // namespace

std::optional<ProviderId> DeliveryWindows::provider_named(std::string_view name) const {
    for (std::size_t id = 0; id < classifier_->provider_count(); ++id)
        if (classifier_->provider_name(static_cast<ProviderId>(id)) == name)
            return static_cast<ProviderId>(id);
    return {};
}

std::string DeliveryWindows::cells_text(const Cells& cells) const {
    std::string text;
    for (const auto& [key, count] : cells) {
        text += "outcome ";
        text += classifier_->provider_name(static_cast<ProviderId>(key >> 16U));
        text += ' ';
        text += to_string(static_cast<ReplyClass>((key >> 8U) & 0xffU));
        text += ' ';
        text += to_string(static_cast<DeliveryStatus>(key & 0xffU));
        text += ' ' + std::to_string(count) + '\n';
    }
    return text;
}

// A provider that is no longer known counts as "other".
bool DeliveryWindows::restore_cell(Cells& cells, const std::vector<std::string_view>& words) const {
    if (words.size() != 5 || words[0] != "outcome") return false;
    const auto reply_class = parse_reply_class(words[2]);
    const auto status = status_named(words[3]);
    const auto count = number<std::uint64_t>(words[4]);
    if (!reply_class || !status || !count) return false;
    cells[key_of(provider_named(words[1]).value_or(other_provider), *reply_class, *status)] += *count;
    return true;
}

std::string DeliveryWindows::totals_text() const {
    std::string text = cells_text(totals_);
    for (std::size_t i = 0; i < delivery_status_count; ++i)
        text += "local " + std::string(to_string(static_cast<DeliveryStatus>(i))) + ' ' +
                std::to_string(local_[i]) + '\n';
    for (const auto& [provider, time] : accepted_)
        text += "accepted " + std::string(classifier_->provider_name(provider)) + ' ' + std::to_string(time) +
                '\n';
    for (const auto& [program, count] : unknown_.counts())
        text += "unknown " + program + ' ' + std::to_string(count) + '\n';
    text += "rejected " + std::to_string(rejected_) + '\n';
    text += "lines " + std::to_string(lines_) + '\n';
    text += "folded " + std::to_string(folded_) + '\n';
    text += "first " + std::to_string(first_) + '\n';
    text += "last " + std::to_string(last_) + '\n';
    return text;
}

void DeliveryWindows::restore_total(const std::vector<std::string_view>& words) {
    if (restore_cell(totals_, words) || words.size() < 2) return;
    const auto value = number<std::uint64_t>(words.back());
    if (!value) return;
    if (words[0] == "local" && words.size() == 3) {
        if (const auto status = status_named(words[1])) local_[static_cast<std::size_t>(*status)] = *value;
    } else if (words[0] == "unknown" && words.size() == 3) {
        unknown_.add(words[1], *value);
    } else if (words[0] == "accepted" && words.size() == 3) {
        if (const auto provider = provider_named(words[1]))
            accepted_[*provider] = static_cast<std::int64_t>(*value);
    } else if (words[0] == "rejected") {
        rejected_ = *value;
    } else if (words[0] == "lines") {
        lines_ = *value;
    } else if (words[0] == "folded") {
        folded_ = *value;
    } else if (words[0] == "first") {
        first_ = static_cast<std::int64_t>(*value);
    } else if (words[0] == "last") {
        last_ = static_cast<std::int64_t>(*value);
    }
}

std::string DeliveryWindows::bucket_text(const Bucket& bucket) const {
    std::string text = cells_text(bucket.cells);
    for (const auto& [ip, count] : bucket.sources)
        text += "source " + ip + ' ' + std::to_string(count) + '\n';
    for (const auto& [key, count] : bucket.lists)
        text += "list " + key.first + ' ' + std::string(classifier_->provider_name(key.second)) + ' ' +
                std::to_string(count) + '\n';
    for (const auto& [provider, tally] : bucket.delays)
        text += "delay " + std::string(classifier_->provider_name(provider)) + ' ' + tally.to_text() + '\n';
    return text;
}

void DeliveryWindows::restore_bucket(Bucket& bucket, const std::vector<std::string_view>& words) {
    if (restore_cell(bucket.cells, words) || words.size() < 3) return;
    if (words[0] == "delay") {
        if (const auto provider = provider_named(words[1]))
            bucket.delays[*provider].restore(std::vector(words.begin() + 2, words.end()));
        return;
    }
    const auto value = number<std::uint64_t>(words.back());
    if (!value) return;
    if (words[0] == "source" && words.size() == 3)
        bucket.sources[std::string(words[1])] = *value;
    else if (words[0] == "list" && words.size() == 4)
        bucket.lists[{std::string(words[1]), provider_named(words[2]).value_or(other_provider)}] += *value;
}

std::string DeliveryWindows::day_text(const Day& day) {
    std::string text;
    for (const auto& [ip, count] : day.sources)
        text += "source " + ip + ' ' + std::to_string(count) + '\n';
    for (const auto& [ip, count] : day.volumes)
        text += "volume " + ip + ' ' + std::to_string(count) + '\n';
    return text;
}

void DeliveryWindows::restore_day(Day& day, const std::vector<std::string_view>& words) {
    if (words.size() != 3) return;
    const auto name = words[1];
    const auto count = number<std::uint64_t>(words[2]);
    const bool is_name =
        name == unnamed || name == unnamed_v4 || name == unnamed_v6 || IpAddress::parse(name);
    if (!count || !is_name) return;
    if (words[0] == "source") day.sources[std::string(name)] = *count;
    if (words[0] == "volume") day.volumes[std::string(name)] = *count;
}

// PROVIDER CLASS SINCE LAST COUNT LIST SAMPLE...; the list "-" is none.
std::string DeliveryWindows::refusals_text() const {
    std::string text;
    for (const auto& [key, refusal] : refusals_) {
        text += std::string(classifier_->provider_name(refusal.provider)) + ' ' +
                std::string(to_string(refusal.reply_class)) + ' ' + std::to_string(refusal.since) + ' ' +
                std::to_string(refusal.last) + ' ' + std::to_string(refusal.count) + ' ' +
                (refusal.list.empty() ? "-" : refusal.list) + ' ' + refusal.sample + '\n';
    }
    return text;
}

void DeliveryWindows::restore_refusal(std::string_view line) {
    std::array<std::string_view, 6> words;
    for (auto& word : words) {
        word = line.substr(0, line.find(' '));
        line.remove_prefix(std::min(line.size(), word.size() + 1));
    }
    const auto provider = provider_named(words[0]);
    const auto reply_class = parse_reply_class(words[1]);
    const auto since = number<std::int64_t>(words[2]);
    const auto last = number<std::int64_t>(words[3]);
    const auto count = number<std::uint64_t>(words[4]);
    if (!provider || !reply_class || !since || !last || !count) return;
    refusals_[{*provider, *reply_class}] = {.provider = *provider,
                                            .reply_class = *reply_class,
                                            .since = *since,
                                            .last = *last,
                                            .count = *count,
                                            .list = words[5] == "-" ? "" : std::string(words[5]),
                                            .sample = reply_sample(line)};
}

std::vector<DeliveryWindows::Part> DeliveryWindows::all_parts() const {
    std::vector<Part> parts;
    parts.push_back({"totals", totals_text()});
    parts.push_back({"refusals", refusals_text()});
    for (const auto& [begin, bucket] : buckets_)
        parts.push_back({bucket_name(begin), bucket_text(bucket)});
    for (const auto& [day, counts] : days_)
        parts.push_back({day_name(day), day_text(counts)});
    return parts;
}

std::vector<DeliveryWindows::Part> DeliveryWindows::take_changes(std::int64_t now) {
    std::vector<Part> parts;
    if (std::exchange(totals_changed_, false)) parts.push_back({"totals", totals_text()});
    std::erase_if(refusals_, [&](const auto& entry) { return entry.second.last <= now - day_seconds; });
    if (std::exchange(refusals_changed_, false)) parts.push_back({"refusals", refusals_text()});
    std::erase_if(buckets_, [&](const auto& entry) {
        const bool old = entry.first + bucket_seconds <= now - day_seconds;
        if (old) parts.push_back({bucket_name(entry.first), {}});
        return old;
    });
    std::erase_if(days_, [&](const auto& entry) {
        const bool old = entry.first <= now / day_seconds - days_kept;
        if (old) parts.push_back({day_name(entry.first), {}});
        return old;
    });
    for (auto& [begin, bucket] : buckets_)
        if (std::exchange(bucket.changed, false)) parts.push_back({bucket_name(begin), bucket_text(bucket)});
    for (auto& [day, counts] : days_)
        if (std::exchange(counts.changed, false)) parts.push_back({day_name(day), day_text(counts)});
    return parts;
}

void DeliveryWindows::restore(std::string_view name, std::string_view text) {
    const auto numbered = [&](std::string_view prefix) -> std::optional<std::int64_t> {
        if (!name.starts_with(prefix)) return {};
        const auto value = number<std::int64_t>(name.substr(prefix.size()));
        return value && *value >= 0 ? value : std::nullopt;
    };
    const auto begin = numbered("bucket-");
    const auto day = numbered("day-");
    for (std::size_t lines = 0; !text.empty() && lines < most_lines; ++lines) {
        const auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        if (name == "refusals") {
            restore_refusal(line);
            continue;
        }
        const auto words = words_of(line);
        if (words.empty()) continue;
        if (name == "totals") restore_total(words);
        if (begin && *begin % bucket_seconds == 0 && buckets_.size() < 400)
            restore_bucket(buckets_[*begin], words);
        if (day && (days_.size() < 100 || days_.contains(*day))) restore_day(days_[*day], words);
    }
}

}  // namespace reputed::mta
