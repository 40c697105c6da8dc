#include "agent/alert_rules.hpp"

#include <algorithm>

#include "config/host_name.hpp"
#include "config/public_suffix.hpp"

namespace reputed {
namespace {

bool concerns(const std::string& party, const Sender& sender) {
    if (party.empty()) return false;
    if (const auto address = IpAddress::parse(party))
        return std::any_of(sender.networks.begin(), sender.networks.end(),
                           [&](const IpNetwork& network) { return network.contains(*address); });
    if (party == sender.name || party == sender.hostname) return true;
    if (!sender.hostname.empty() && party == organizational_domain(sender.hostname)) return true;
    return std::any_of(sender.domains.begin(), sender.domains.end(), [&](const std::string& domain) {
        return party == domain || party == organizational_domain(domain);
    });
}

bool fits(const std::string& wanted, const std::string& value) {
    return wanted.empty() || wanted == value;
}

bool is_about_list(const MuteRule& rule, const Finding& finding) {
    return rule.list.empty() || rule.list == finding.object || rule.list == finding.subject;
}

}  // namespace

std::vector<std::string> senders_of(const Finding& finding, const Settings& settings) {
    std::vector<std::string> names;
    for (const auto& sender : settings.senders)
        if (concerns(finding.subject, sender) || concerns(finding.object, sender))
            names.push_back(sender.name);
    return names;
}

Severity severity_here(const Finding& finding, const Settings& settings) {
    for (const auto& rule : settings.severities)
        if (fits(rule.code, finding.code) && fits(rule.subject, finding.subject) &&
            fits(rule.object, finding.object))
            return rule.severity;
    return finding.severity;
}

const MuteRule* mute_of(const Finding& finding, const Settings& settings, WallTime now) {
    if (settings.mutes.empty() || finding.drill) return nullptr;
    const auto senders = senders_of(finding, settings);
    for (const auto& rule : settings.mutes) {
        if (rule.until && now >= *rule.until) continue;
        const bool sender_fits =
            rule.sender.empty() || std::find(senders.begin(), senders.end(), rule.sender) != senders.end();
        if (sender_fits && is_about_list(rule, finding) && fits(rule.code, finding.code)) return &rule;
    }
    return nullptr;
}

}  // namespace reputed
