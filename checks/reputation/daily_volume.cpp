#include "checks/reputation/daily_volume.hpp"

#include <algorithm>

#include "checks/mta/log/delivery_windows.hpp"

namespace reputed::volume {
namespace {

constexpr std::chrono::days four_weeks{28};
constexpr std::size_t least_days = 7;
constexpr std::uint64_t least_messages = 500;
// Of a log that is being caught up, so much may be left: a busy one is never read to its last byte.
constexpr std::uint64_t most_behind = std::uint64_t{4} << 20U;

bool has(const Sender& sender, const IpAddress& ip) {
    return std::any_of(sender.networks.begin(), sender.networks.end(),
                       [&](const IpNetwork& network) { return network.contains(ip); });
}

void read_volume(const mta::Volume& volume, const Sender& sender, const Settings& settings,
                 Traffic& traffic) {
    DailyVolume daily;
    for (const auto& [day, messages] : volume.days)
        daily[Day(std::chrono::days(day))] += messages;
    if (const auto parsed = IpAddress::parse(volume.ip)) {
        const auto ip = parsed->unmapped();
        if (has(sender, ip)) return add(traffic.named[ip], daily);
        // Another sender's, or nobody's: that is the business of the check `sources`.
        if (ip.is_public() || sender_of(ip, settings) != nullptr) return;
        return add(ip.family() == Family::v4 ? traffic.v4 : traffic.v6, daily);
    }
    if (!volume.family) return add(traffic.no_family, daily);
    add(*volume.family == Family::v4 ? traffic.v4 : traffic.v6, daily);
}

// The addresses of one family: none, one, or more.
class Sole {
  public:
    void see(const IpNetwork& network, bool of_a_relay) {
        if (address_ && *address_ != network.first()) several_ = true;
        if (network.size() > 1) several_ = true;
        address_ = network.first();
        of_a_relay_ = of_a_relay_ || of_a_relay;
    }
    bool is_none() const { return !address_; }
    std::optional<IpAddress> address() const { return several_ || of_a_relay_ ? std::nullopt : address_; }

  private:
    std::optional<IpAddress> address_;
    bool several_ = false;
    bool of_a_relay_ = false;
};

}  // namespace

std::uint64_t on(const DailyVolume& volume, Day day) {
    const auto found = volume.find(day);
    return found == volume.end() ? 0 : found->second;
}

void add(DailyVolume& volume, const DailyVolume& more) {
    for (const auto& [day, messages] : more)
        volume[day] += messages;
}

std::optional<Usual> usual(const DailyVolume& volume, Day day, Day whole_since) {
    Usual usual;
    std::vector<std::uint64_t> counts;
    const auto begin = volume.lower_bound(std::max(day - four_weeks, whole_since));
    for (auto one = begin; one != volume.end() && one->first < day; ++one) {
        if (one->second == 0) continue;
        counts.push_back(one->second);
        if (one->second < usual.busiest) continue;
        usual.busiest = one->second;
        usual.busiest_day = one->first;
    }
    if (counts.size() < least_days) return {};
    const auto middle = counts.begin() + static_cast<std::ptrdiff_t>((counts.size() - 1) / 2);
    std::nth_element(counts.begin(), middle, counts.end());
    usual.median = *middle;
    usual.days = counts.size();
    return usual;
}

bool is_sudden(std::uint64_t sent, const Usual& usual) {
    return sent >= least_messages && sent / 2 >= usual.busiest && sent > 2 * usual.busiest &&
           sent > 3 * usual.median;
}

Traffic gather(const Sender& sender, const Settings& settings,
               const std::vector<std::shared_ptr<const mta::DeliveryView>>& views) {
    Traffic traffic;
    for (const auto& view : views) {
        traffic.mtas += (traffic.mtas.empty() ? "" : ", ") + view->mta;
        if (traffic.problem.empty()) traffic.problem = view->problem;
        if (traffic.problem.empty() && view->behind > most_behind)
            traffic.problem = view->log + " is still being read";
        if (view->first_event != 0)
            traffic.whole_since =
                std::max(traffic.whole_since,
                         Day(std::chrono::days(view->first_event / mta::DeliveryWindows::day_seconds + 1)));
        for (const auto& volume : view->volumes)
            read_volume(volume, sender, settings, traffic);
    }
    return traffic;
}

Owners owners_of(const Settings& settings) {
    Sole v4;
    Sole v6;
    for (const auto& sender : settings.senders)
        for (const auto& network : sender.networks)
            (network.first().family() == Family::v4 ? v4 : v6).see(network, !sender.via.empty());
    return {v4.address(), v6.address(),
            v4.is_none()   ? v6.address()
            : v6.is_none() ? v4.address()
                           : std::nullopt};
}

const Sender* sender_of(const IpAddress& ip, const Settings& settings) {
    const Sender* first = nullptr;
    for (const auto& sender : settings.senders) {
        if (first != nullptr && !sender.warmup) continue;
        if (!has(sender, ip)) continue;
        if (sender.warmup) return &sender;
        first = &sender;
    }
    return first;
}

}  // namespace reputed::volume
