#include "checks/mta/log/delivery_windows.hpp"

#include <algorithm>

#include "config/ip_address.hpp"

namespace reputed::mta {
namespace {

constexpr std::int64_t hour_seconds = 3600;
constexpr std::size_t max_cells = 1000;
constexpr std::size_t max_sources = 256;   // of one bucket or day
constexpr std::size_t max_volumes = 1024;  // of one day
constexpr std::size_t max_lists = 64;
constexpr std::size_t max_refusals = 256;

std::int64_t bucket_of(std::int64_t time) {
    return time - time % DeliveryWindows::bucket_seconds;
}

// Past `limit` names, new ones are not taken in.
template <class Map, class Key>
bool add_bounded(Map& map, const Key& key, std::uint64_t count, std::size_t limit) {
    auto found = map.find(key);
    if (found == map.end()) {
        if (map.size() >= limit) return false;
        found = map.emplace(key, 0).first;
    }
    found->second += count;
    return true;
}

// Written down as one word.
bool is_word(std::string_view text) {
    return !text.empty() && text.size() <= 255 &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

}  // namespace

std::string reply_sample(std::string_view reply) {
    constexpr std::size_t longest = 500;
    reply = reply.substr(0, 4 * longest);
    std::string out;
    constexpr std::string_view stops = " \t<>()[]\"',;:";
    while (!reply.empty() && out.size() < longest) {
        const auto end = reply.find_first_of(stops);
        const auto word = reply.substr(0, end);
        out += word.find('@') != std::string_view::npos && word.size() > 1 ? std::string_view("<address>")
                                                                           : word;
        if (end == std::string_view::npos) break;
        out += reply[end];
        reply.remove_prefix(end + 1);
    }
    for (char& c : out)
        if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) c = ' ';
    for (std::size_t at; (at = out.find("<<address>>")) != std::string::npos;)
        out.replace(at, sizeof "<<address>>" - 1, "<address>");
    if (out.size() > longest) out.resize(longest);
    return out;
}

DeliveryWindows::DeliveryWindows(std::shared_ptr<const Classifier> classifier)
    : classifier_(std::move(classifier)) {}

DeliveryWindows::CellKey DeliveryWindows::key_of(ProviderId provider, ReplyClass reply_class,
                                                 DeliveryStatus status) {
    return (static_cast<CellKey>(provider) << 16U) | (static_cast<CellKey>(reply_class) << 8U) |
           static_cast<CellKey>(status);
}

// Beyond max_cells kinds of outcome, providers are no longer told apart.
DeliveryWindows::CellKey DeliveryWindows::bounded_key(const Attempt& attempt) {
    const auto status = attempt.event.status;
    const auto key = key_of(attempt.provider, attempt.what.reply_class, status);
    if (totals_.contains(key) || totals_.size() < max_cells) return key;
    folded_ += attempt.event.recipients;
    return key_of(other_provider, attempt.what.reply_class, status);
}

void DeliveryWindows::attempt(const Attempt& attempt, std::int64_t now) {
    const auto& event = attempt.event;
    totals_changed_ = true;
    first_ = first_ == 0 ? event.time : std::min(first_, event.time);
    if (event.time <= now + hour_seconds) last_ = std::max(last_, event.time);
    if (event.local) {
        local_[static_cast<std::size_t>(event.status)] += event.recipients;
        return;
    }
    const auto key = bounded_key(attempt);
    totals_[key] += event.recipients;
    count_volume(event, now);
    if (event.time > now + hour_seconds || event.time <= now - day_seconds) return;
    auto& bucket = buckets_[bucket_of(event.time)];
    bucket.changed = true;
    bucket.cells[key] += event.recipients;
    bucket.delays[static_cast<ProviderId>(key >> 16U)].add(event.delay, event.recipients);
    if (!event.source_ip.empty() && IpAddress::parse(event.source_ip)) {
        add_bounded(bucket.sources, event.source_ip, event.recipients, max_sources);
        auto& day = days_[event.time / day_seconds];
        day.changed = true;
        add_bounded(day.sources, event.source_ip, event.recipients, max_sources);
    }
    if (event.status == DeliveryStatus::sent) {
        auto& accepted = accepted_[attempt.provider];
        accepted = std::max(accepted, event.time);
        return;
    }
    if (is_word(attempt.what.list))
        add_bounded(bucket.lists, std::pair(std::string(attempt.what.list), attempt.provider),
                    event.recipients, max_lists);
    refuse(attempt);
}

// Beyond max_volumes addresses, new ones count as not named.
void DeliveryWindows::count_volume(const DeliveryEvent& event, std::int64_t now) {
    const auto today = now / day_seconds;
    const auto date = event.time / day_seconds;
    if (event.time < 0 || event.time > now + hour_seconds || date <= today - days_kept) return;
    const bool reached = !event.relay_ip.empty() || !event.relay_host.empty();
    const bool refused = event.status == DeliveryStatus::bounced && reached;
    if (event.status != DeliveryStatus::sent && !refused) return;
    if (event.relay_ip.starts_with("127.") || event.relay_ip == "::1") return;
    auto& day = days_[date];
    day.changed = true;
    if (IpAddress::parse(event.source_ip) &&
        add_bounded(day.volumes, event.source_ip, event.recipients, max_volumes))
        return;
    const auto& known = event.source_ip.empty() ? event.relay_ip : event.source_ip;
    const bool v6 = known.find(':') != std::string_view::npos;
    day.volumes[std::string(known.empty() ? unnamed : v6 ? unnamed_v6 : unnamed_v4)] += event.recipients;
}

void DeliveryWindows::refuse(const Attempt& attempt) {
    const auto& event = attempt.event;
    const RefusalKey key{attempt.provider, attempt.what.reply_class};
    auto found = refusals_.find(key);
    if (found == refusals_.end()) {
        if (refusals_.size() >= max_refusals) return;
        found = refusals_
                    .emplace(key,
                             Refusal{attempt.provider, attempt.what.reply_class, event.time, 0, 0, 0, "", ""})
                    .first;
    }
    auto& refusal = found->second;
    if (event.time - refusal.last > day_seconds) {
        refusal.since = event.time;
        refusal.count = 0;
    }
    refusal.count += event.recipients;
    if (event.time >= refusal.last) {
        refusal.last = event.time;
        refusal.list = is_word(attempt.what.list) ? attempt.what.list : std::string_view();
        refusal.sample = reply_sample(event.reply);
    }
    refusals_changed_ = true;
}

void DeliveryWindows::reject(const RejectEvent&) {
    ++rejected_;
    totals_changed_ = true;
}

void DeliveryWindows::unknown(std::string_view program) {
    const auto name = program.substr(0, 64);
    unknown_.add(is_word(name) ? name : "other");
    totals_changed_ = true;
}

void DeliveryWindows::lines(std::uint64_t count) {
    lines_ += count;
    if (count > 0) totals_changed_ = true;
}

void DeliveryWindows::fill_volumes(DeliveryView& view) const {
    std::map<std::string_view, Volume> volumes;
    for (const auto& [date, day] : days_)
        for (const auto& [name, messages] : day.volumes)
            volumes[name].days.push_back({date, messages});
    for (auto& [name, volume] : volumes) {
        if (!name.starts_with(unnamed)) volume.ip = name;
        if (name != unnamed)
            volume.family =
                name == unnamed_v6 || name.find(':') != std::string_view::npos ? Family::v6 : Family::v4;
        view.volumes.push_back(std::move(volume));
    }
}

void DeliveryWindows::fill(DeliveryView& view, std::int64_t now) const {
    std::map<CellKey, OutcomeCounts> outcomes;
    for (const auto& [key, count] : totals_)
        outcomes[key].ever = count;
    std::map<std::string, Source, std::less<>> sources;
    std::map<std::pair<std::string, ProviderId>, std::uint64_t> lists;
    std::map<ProviderId, DelayTally> delays;
    for (const auto& [begin, bucket] : buckets_) {
        if (begin <= now - day_seconds) continue;
        for (const auto& [key, count] : bucket.cells) {
            outcomes[key].day += count;
            if (begin > now - hour_seconds) outcomes[key].hour += count;
        }
        for (const auto& [ip, count] : bucket.sources)
            sources[ip].day += count;
        for (const auto& [key, count] : bucket.lists)
            lists[key] += count;
        for (const auto& [provider, tally] : bucket.delays)
            delays[provider].add(tally);
    }
    if (const auto today = days_.find(now / day_seconds); today != days_.end())
        for (const auto& [ip, count] : today->second.sources)
            sources[ip].today += count;
    for (auto& [key, outcome] : outcomes) {
        outcome.provider = static_cast<ProviderId>(key >> 16U);
        outcome.reply_class = static_cast<ReplyClass>((key >> 8U) & 0xffU);
        outcome.status = static_cast<DeliveryStatus>(key & 0xffU);
        view.outcomes.push_back(outcome);
    }
    for (auto& [ip, source] : sources) {
        source.ip = ip;
        view.sources.push_back(source);
    }
    fill_volumes(view);
    for (const auto& [key, count] : lists)
        view.lists.push_back({key.first, key.second, count});
    for (const auto& [provider, tally] : delays)
        view.delays.push_back({provider, tally});
    for (const auto& [key, refusal] : refusals_) {
        if (refusal.last <= now - day_seconds) continue;
        view.refusals.push_back(refusal);
        const auto accepted = accepted_.find(refusal.provider);
        if (accepted != accepted_.end()) view.refusals.back().accepted = accepted->second;
    }
    view.classifier = classifier_;
    view.local = local_;
    view.rejected = rejected_;
    view.unknown_lines = unknown_.counts();
    view.lines = lines_;
    view.folded = folded_;
    view.first_event = first_;
    view.last_event = last_;
}

}  // namespace reputed::mta
