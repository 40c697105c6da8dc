#include "checks/reputation/volume_check.hpp"

#include <algorithm>

#include "checks/mta/log/delivery_log.hpp"
#include "checks/mta/log/log_places.hpp"
#include "checks/reputation/volume_findings.hpp"
#include "checks/reputation/warmup.hpp"

namespace reputed::volume {
namespace {

const MetricInfo sent_metric{
    "reputed_sent_messages_today",
    SampleType::gauge,
    "Messages that left from this address since midnight UTC, one for each recipient; absent where the log "
    "does not name the address and several are configured.",
    {"ip"}};
const MetricInfo planned_metric{
    "reputed_warmup_planned_messages",
    SampleType::gauge,
    "Messages that the plan of its warm-up allows this address today; absent when the plan is over.",
    {"ip"}};

std::vector<std::string> subjects(const Settings& settings, const ActiveLists&) {
    const bool logged = !mta::logged_mtas(settings.mta).empty();
    std::vector<std::string> names;
    for (const auto& sender : settings.senders)
        if (logged || sender.warmup) names.push_back(sender.name);
    return names;
}

// A log tells something new all the time, but a day is long.
std::chrono::seconds interval(const Settings& settings, const ActiveLists&, const std::string&) {
    return 5 * settings.mta.interval;
}

std::uint64_t addresses_of(const Sender& sender, bool v4, bool v6) {
    std::uint64_t count = 0;
    for (const auto& network : sender.networks)
        if (network.first().family() == Family::v4 ? v4 : v6) count += network.size();
    return std::max<std::uint64_t>(count, 1);
}

// One run for one sender.
class Examination {
  public:
    Examination(const Sender& sender, const Services& services, Report& report)
        : sender_(sender),
          settings_(services.settings),
          today_(std::chrono::floor<std::chrono::days>(services.now)),
          report_(report),
          owners_(owners_of(settings_)) {
        if (services.deliveries != nullptr)
            traffic_ = gather(sender, settings_, services.deliveries->views());
    }

    void run() {
        planned_samples();
        if (!traffic_.problem.empty()) return report_.holds.push_back({});
        if (traffic_.mtas.empty()) return untold_warmup("no log of an MTA is followed");
        for (const auto& ip : own_addresses())
            address(ip);
        if (settings_.senders.size() == 1)
            pool();
        else if (someone_elses_too())
            untold_warmup("the log of " + traffic_.mtas +
                          " does not name the address that mail leaves from, and there are several");
    }

  private:
    // Those of the sender that no other one answers for.
    std::vector<IpAddress> own_addresses() const {
        auto addresses = sender_.addresses();
        std::erase_if(addresses, [&](const IpAddress& ip) { return sender_of(ip, settings_) != &sender_; });
        return addresses;
    }

    void planned_samples() {
        const auto stage = warmup::stage(sender_, today_);
        if (!stage) return;
        for (const auto& ip : own_addresses())
            report_.samples.push_back(
                {&planned_metric, {ip.to_string()}, static_cast<double>(stage->planned)});
    }

    bool owns_family(const IpAddress& ip) const { return ip == owners_.v4 || ip == owners_.v6; }
    bool is_only(const IpAddress& ip) const { return ip == owners_.only; }
    const DailyVolume& unnamed_of(const IpAddress& ip) const {
        return ip.family() == Family::v4 ? traffic_.v4 : traffic_.v6;
    }

    void address(const IpAddress& ip) {
        Whole whole{ip.to_string(), 1, {}};
        const auto named = traffic_.named.find(ip);
        if (named != traffic_.named.end()) whole.sent = named->second;
        if (owns_family(ip)) add(whole.sent, unnamed_of(ip));
        if (is_only(ip)) add(whole.sent, traffic_.no_family);
        const auto others = (owns_family(ip) ? 0 : on(unnamed_of(ip), today_)) +
                            (is_only(ip) ? 0 : on(traffic_.no_family, today_));
        if (others == 0)
            report_.samples.push_back(
                {&sent_metric, {whole.name}, static_cast<double>(on(whole.sent, today_))});
        if (!whole.sent.empty()) judge(whole, sender_, traffic_, today_, report_);
    }

    // What leaves from one of the addresses of the only sender, nobody knows from which.
    void pool() {
        Whole whole{sender_.name, 1, {}};
        const bool v4 = !owners_.v4 && !traffic_.v4.empty();
        const bool v6 = !owners_.v6 && !traffic_.v6.empty();
        const bool no_family = !owners_.only && !traffic_.no_family.empty();
        if (v4) add(whole.sent, traffic_.v4);
        if (v6) add(whole.sent, traffic_.v6);
        if (no_family) add(whole.sent, traffic_.no_family);
        if (whole.sent.empty()) return;
        whole.addresses = addresses_of(sender_, v4 || no_family, v6 || no_family);
        judge(whole, sender_, traffic_, today_, report_);
    }

    // Some of the messages may have left from an address of this sender, or from another's.
    bool someone_elses_too() const {
        const auto any = [&](const DailyVolume& volume) {
            return on(volume, today_) + on(volume, today_ - std::chrono::days(1)) > 0;
        };
        return (!owners_.v4 && any(traffic_.v4)) || (!owners_.v6 && any(traffic_.v6)) ||
               (!owners_.only && any(traffic_.no_family));
    }

    void untold_warmup(const std::string& why) {
        const auto stage = warmup::stage(sender_, today_);
        if (!stage || stage->day < 1) return;
        if (sender_.volume)
            judge_given(sender_, today_, report_);
        else
            report_.findings.push_back(untold(sender_, why));
    }

    const Sender& sender_;
    const Settings& settings_;
    Day today_;
    Report& report_;
    Owners owners_;
    Traffic traffic_;
};

Report run(const std::string& subject, const Services& services) {
    Report report;
    const auto& senders = services.settings.senders;
    const auto sender =
        std::find_if(senders.begin(), senders.end(), [&](const Sender& one) { return one.name == subject; });
    if (sender != senders.end()) Examination(*sender, services, report).run();
    return report;
}

}  // namespace

Check volume_check() {
    return {
        .name = "volume",
        .help = "How much mail leaves from each sender's addresses, against its warm-up and its own weeks.",
        .subjects = subjects,
        .interval = interval,
        .run = run,
        .metrics = {&sent_metric, &planned_metric}};
}

}  // namespace reputed::volume
