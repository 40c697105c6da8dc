#include "checks/auth/spf_check.hpp"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include "checks/auth/spf_audit.hpp"

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

double metric_value(Severity severity) {
    switch (severity) {
        case Severity::ok:
            return 0;
        case Severity::info:
            return 1;
        case Severity::warning:
            return 2;
        case Severity::critical:
            return 3;
        case Severity::unknown:
            return -1;
    }
    return -1;
}

void add_samples(Report& report, const Audit& audit) {
    std::set<IpAddress> seen;
    for (const auto& judged : audit.senders)
        for (const auto& address : judged.addresses)
            if (!address.from_hostname && seen.insert(address.ip).second)
                report.samples.push_back(
                    {&verdict_metric,
                     {audit.domain, address.ip.to_string()},
                     metric_value(severity_of(address.evaluation.result, *judged.sender))});
    if (audit.probe.result == Result::none) return;
    const bool known = audit.probe.result != Result::temperror;
    report.samples.push_back({&lookups_metric,
                              {audit.domain},
                              known ? audit.probe.lookups : std::numeric_limits<double>::quiet_NaN()});
}

Report run(const std::string& domain, const Services& services) {
    const Audit seen = audit(domain, services);
    Report report = findings_of(seen);
    add_samples(report, seen);
    return report;
}

std::vector<std::string> subjects(const Settings& settings, const ActiveLists&) {
    std::vector<std::string> domains;
    for (const auto& sender : settings.senders)
        for (const auto& domain : sender.domains)
            if (std::find(domains.begin(), domains.end(), domain) == domains.end()) domains.push_back(domain);
    return domains;
}

std::chrono::seconds interval(const Settings& settings, const ActiveLists&, const std::string&) {
    return settings.checks.spf;
}

}  // namespace
}  // namespace spf

Check spf_check() {
    return {
        "spf",
        "Evaluates the SPF record of each envelope-from domain for every address of its senders (RFC 7208).",
        spf::subjects,
        spf::interval,
        spf::run,
        {&spf::verdict_metric, &spf::lookups_metric}};
}

}  // namespace reputed
