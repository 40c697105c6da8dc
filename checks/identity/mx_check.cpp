#include "checks/identity/mx_check.hpp"

#include <algorithm>
#include <utility>

#include "checks/identity/mx.hpp"
#include "checks/identity/ptr.hpp"
#include "checks/net/resolver.hpp"

namespace reputed::identity {
namespace {

const MetricInfo mx_verdict{
    "reputed_mx_verdict",
    SampleType::gauge,
    "Whether an envelope-from domain can receive: 0 ok, 1 info, 2 warning, 3 critical, -1 unknown.",
    {"domain"}};

bool sends_over_ipv6(const std::string& domain, const Settings& settings) {
    return std::any_of(settings.senders.begin(), settings.senders.end(), [&](const Sender& sender) {
        const auto is_v6 = [](const IpNetwork& network) { return network.first().family() == Family::v6; };
        return std::find(sender.domains.begin(), sender.domains.end(), domain) != sender.domains.end() &&
               std::any_of(sender.networks.begin(), sender.networks.end(), is_v6);
    });
}

// First the domain, then, in a second batch, the mail exchangers that count.
MxSeen ask(const std::string& domain, const Services& services) {
    MxSeen seen;
    seen.domain = domain;
    seen.sends_over_ipv6 = sends_over_ipv6(domain, services.settings);
    const Question of_domain[] = {
        {domain, RecordType::mx}, {domain, RecordType::a}, {domain, RecordType::aaaa}};
    auto answers = services.resolver.lookup(of_domain, services.stop);
    seen.mx = std::move(answers[0]);
    seen.a = std::move(answers[1]);
    seen.aaaa = std::move(answers[2]);
    seen.targets = mx_targets(seen.mx);

    std::vector<Question> questions;
    for (const auto& target : seen.targets.targets) {
        if (seen.hosts.size() == max_mx_hosts) break;
        seen.hosts.push_back({target, {}, {}});
        if (target.is_null() || is_address_literal(target.name)) continue;
        questions.push_back({target.name, RecordType::a});
        questions.push_back({target.name, RecordType::aaaa});
    }
    if (questions.empty()) return seen;
    answers = services.resolver.lookup(questions, services.stop);
    auto answer = answers.begin();
    for (auto& host : seen.hosts) {
        if (host.target.is_null() || is_address_literal(host.target.name)) continue;
        host.a = std::move(*answer++);
        host.aaaa = std::move(*answer++);
    }
    return seen;
}

std::vector<std::string> subjects(const Settings& settings, const ActiveLists&) {
    std::vector<std::string> domains;
    for (const auto& sender : settings.senders)
        domains.insert(domains.end(), sender.domains.begin(), sender.domains.end());
    sort_unique(domains);
    return domains;
}

std::chrono::seconds interval(const Settings& settings, const ActiveLists&, const std::string&) {
    return settings.checks.mx;
}

Report run(const std::string& domain, const Services& services) {
    Report report = judge_mx(ask(domain, services));
    report.samples.push_back({&mx_verdict, {domain}, verdict_value(report.verdict())});
    return report;
}

}  // namespace

Check mx_check() {
    return {"mx",     "Mail exchangers of each envelope-from domain: whether its bounces can be delivered.",
            subjects, interval,
            run,      {&mx_verdict}};
}

}  // namespace reputed::identity
