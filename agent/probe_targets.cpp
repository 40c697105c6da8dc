#include "agent/probe_targets.hpp"

#include <algorithm>
#include <utility>

namespace reputed {
namespace {

const MetricInfo target_count{"reputed_probe_targets",
                              SampleType::gauge,
                              "Addresses that the module watches for /probe, or is about to.",
                              {"module"}};
const MetricInfo target_limit{"reputed_probe_targets_limit",
                              SampleType::gauge,
                              "Addresses that the module may watch; those beyond are refused.",
                              {"module"}};

constexpr std::string_view part_owner = "probe";
constexpr std::chrono::seconds expiry_gap{
    60};  // how often those are looked for that nobody asks for any more

Sender sender_of(const ModuleSettings& module) {
    Sender sender;
    sender.name = module.name;
    sender.domains = module.domains;
    sender.via = module.via;
    sender.probed = true;
    return sender;
}

template <typename Targets>
StoredPart part_of(const std::string& module, const Targets& targets) {
    std::string text;
    for (const auto& [address, target] : targets)
        if (target.watched_since) text += address.to_string() + '\n';
    return {std::string(part_owner), module, text.empty() ? std::nullopt : std::optional(std::move(text))};
}

}  // namespace

void ProbeTargets::configure(const std::vector<ModuleSettings>& modules, Time now) {
    const std::lock_guard lock(mutex_);
    auto before = std::exchange(modules_, {});
    for (const auto& settings : modules) {
        Module& module = modules_[settings.name];
        module.settings = settings;
        const auto known = before.find(settings.name);
        if (known == before.end()) continue;
        module.changed = known->second.changed;
        module.targets.swap(known->second.targets);
        // One that is full keeps those with the lowest addresses: any choice will do, so long as it is the same next time.
        while (module.targets.size() > static_cast<std::size_t>(settings.most_targets)) {
            known->second.targets.insert(module.targets.extract(std::prev(module.targets.end())));
            module.changed = true;
        }
    }
    for (const auto& [name, module] : before) {
        if (!modules_.contains(name)) dropped_parts_.push_back(name);
        for (const auto& [address, target] : module.targets)
            if (target.watched_since) dropped_.push_back(address);
    }
    if (!dropped_.empty() || !dropped_parts_.empty()) news_ = news_.value_or(now);
}

ProbeTargets::Answer ProbeTargets::probe(std::string_view module, const IpAddress& address, Time now) {
    const std::lock_guard lock(mutex_);
    const auto found = module.empty() && modules_.size() == 1 ? modules_.begin() : modules_.find(module);
    if (found == modules_.end()) return {Standing::no_module, std::string(module), {}};
    auto& [name, known] = *found;
    auto target = known.targets.find(address);
    if (target == known.targets.end()) {
        if (known.targets.size() >= static_cast<std::size_t>(known.settings.most_targets))
            return {Standing::full, name, {}};
        target = known.targets.emplace(address, Target{}).first;
        news_ = news_.value_or(now);
    }
    target->second.probed = now;
    const auto& since = target->second.watched_since;
    return {since ? Standing::watched : Standing::waiting, name, since};
}

std::optional<ProbeTargets::Time> ProbeTargets::due() const {
    const std::lock_guard lock(mutex_);
    if (news_) return std::max(*news_ + gather, looked_ == Time{} ? *news_ : looked_ + gap);
    const bool none = std::all_of(modules_.begin(), modules_.end(),
                                  [](const auto& entry) { return entry.second.targets.empty(); });
    if (none) return {};
    return looked_ + expiry_gap;
}

ProbeTargets::Changes ProbeTargets::take_up(WallTime wall, Time now) {
    const std::lock_guard lock(mutex_);
    Changes changes;
    changes.gone = std::exchange(dropped_, {});
    for (auto& name : std::exchange(dropped_parts_, {}))
        changes.parts.push_back({std::string(part_owner), std::move(name), {}});
    for (auto& entry : modules_) {
        auto& module = entry.second;
        std::erase_if(module.targets, [&](const auto& one) {
            if (now - one.second.probed < module.settings.keep) return false;
            if (one.second.watched_since) changes.gone.push_back(one.first);
            return module.changed = true;
        });
        for (auto& [address, target] : module.targets) {
            if (target.watched_since) continue;
            target.watched_since = wall;
            module.changed = true;
            ++changes.added;
        }
        if (std::exchange(module.changed, false))
            changes.parts.push_back(part_of(entry.first, module.targets));
    }
    std::erase_if(changes.gone, [&](const IpAddress& address) { return is_watched(address); });
    changes.any = !changes.parts.empty() || !changes.gone.empty();
    news_.reset();
    looked_ = now;
    return changes;
}

bool ProbeTargets::is_watched(const IpAddress& address) const {
    return std::any_of(modules_.begin(), modules_.end(),
                       [&](const auto& entry) { return entry.second.targets.contains(address); });
}

std::vector<Sender> ProbeTargets::senders() const {
    const std::lock_guard lock(mutex_);
    std::vector<Sender> senders;
    for (const auto& [name, module] : modules_) {
        Sender sender = sender_of(module.settings);
        for (const auto& [address, target] : module.targets)
            if (target.watched_since) sender.networks.emplace_back(address, address.bits());
        if (!sender.networks.empty()) senders.push_back(std::move(sender));
    }
    return senders;
}

bool ProbeTargets::restore(const StoredPart& part, Time now) {
    if (part.owner != part_owner) return false;
    const std::lock_guard lock(mutex_);
    const auto found = modules_.find(part.name);
    if (found == modules_.end()) {
        dropped_parts_.push_back(part.name);
        news_ = news_.value_or(now);
        return true;
    }
    auto& module = found->second;
    std::string_view rest = part.value ? std::string_view(*part.value) : std::string_view();
    while (!rest.empty() && module.targets.size() < static_cast<std::size_t>(module.settings.most_targets)) {
        const auto line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(rest.size(), line.size() + 1));
        if (const auto address = IpAddress::parse(line)) module.targets[*address] = {now, WallTime{}};
    }
    return true;
}

std::vector<StoredPart> ProbeTargets::state() const {
    const std::lock_guard lock(mutex_);
    std::vector<StoredPart> parts;
    for (const auto& [name, module] : modules_)
        if (auto part = part_of(name, module.targets); part.value) parts.push_back(std::move(part));
    return parts;
}

std::vector<Sample> ProbeTargets::samples() const {
    const std::lock_guard lock(mutex_);
    std::vector<Sample> samples;
    for (const auto& [name, module] : modules_) {
        samples.push_back({&target_count, {name}, static_cast<double>(module.targets.size())});
        samples.push_back({&target_limit, {name}, static_cast<double>(module.settings.most_targets)});
    }
    return samples;
}

std::vector<const MetricInfo*> probe_target_metrics() {
    return {&target_count, &target_limit};
}

}  // namespace reputed
