#include "checks/auth/spf_check.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <set>
#include <utility>

#include "checks/auth/spf_audit.hpp"
#include "checks/auth/spf_helo.hpp"

namespace reputed {
namespace spf {

const MetricInfo verdict_metric = {
    "reputed_spf_verdict",
    SampleType::gauge,
    "Whether SPF covers the address: 0 ok, 1 info, 2 warning, 3 critical, -1 unknown.",
    {"domain", "ip"}};
const MetricInfo lookups_metric = {"reputed_spf_lookups",
                                   SampleType::gauge,
                                   "Terms that query DNS when no address matches; RFC 7208 allows 10.",
                                   {"domain"}};

namespace {

void add_samples(Report& report, const Audit& audit) {
    std::set<IpAddress> seen;
    for (const auto& judged : audit.senders)
        for (const auto& address : judged.addresses)
            if (!address.from_hostname && seen.insert(address.ip).second)
                report.samples.push_back(
                    {&verdict_metric,
                     {audit.domain, address.ip.to_string()},
                     verdict_value(severity_of(address.evaluation.result, *judged.sender))});
    if (audit.probe.result == Result::none) return;
    const bool known = audit.probe.result != Result::temperror && audit.tree.answered;
    report.samples.push_back({&lookups_metric,
                              {audit.domain},
                              known ? audit.tree.lookups() : std::numeric_limits<double>::quiet_NaN()});
}

std::vector<std::string> domains_of(const Settings& settings) {
    std::vector<std::string> domains;
    for (const auto& sender : settings.senders)
        for (const auto& domain : sender.domains)
            if (std::find(domains.begin(), domains.end(), domain) == domains.end()) domains.push_back(domain);
    return domains;
}

bool is_domain(const std::string& name, const Settings& settings) {
    return std::any_of(settings.senders.begin(), settings.senders.end(), [&](const Sender& sender) {
        return std::find(sender.domains.begin(), sender.domains.end(), name) != sender.domains.end();
    });
}

Report run(const std::string& name, const Services& services) {
    Report report;
    if (is_domain(name, services.settings)) {
        const Audit seen = audit({name, services});
        report = findings_of(seen);
        add_samples(report, seen);
    }
    Report helo = helo_report(name, services);
    std::move(helo.findings.begin(), helo.findings.end(), std::back_inserter(report.findings));
    std::move(helo.holds.begin(), helo.holds.end(), std::back_inserter(report.holds));
    return report;
}

// A name that is both is one job.
std::vector<std::string> subjects(const Settings& settings, const ActiveLists&) {
    auto names = domains_of(settings);
    for (auto& name : helo_names(settings))
        if (!is_domain(name, settings)) names.push_back(std::move(name));
    return names;
}

std::chrono::seconds interval(const Settings& settings, const ActiveLists&, const std::string&) {
    return settings.checks.spf;
}

}  // namespace
}  // namespace spf

Check spf_check() {
    return {"spf",
            "Evaluates SPF of each envelope-from domain and EHLO name for every address of its senders (RFC "
            "7208), "
            "and criticises the records.",
            spf::subjects,
            spf::interval,
            spf::run,
            {&spf::verdict_metric, &spf::lookups_metric}};
}

}  // namespace reputed
