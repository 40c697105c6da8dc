#include "checks/auth/dmarc_check.hpp"

#include <algorithm>

#include "checks/auth/dmarc_remedy.hpp"
#include "checks/auth/record_findings.hpp"
#include "checks/auth/spf_remedy.hpp"
#include "config/public_suffix.hpp"

namespace reputed {
namespace dmarc {

const MetricInfo verdict_metric = {
    "reputed_dmarc_verdict",
    SampleType::gauge,
    "What is to be said about the domain's DMARC policy: 0 ok, 1 info, 2 warning, 3 critical, -1 unknown.",
    {"domain"}};

namespace {

constexpr std::size_t most_destinations = 10;

std::vector<std::string> outside_domains(const Place& place) {
    std::vector<std::string> domains;
    const auto own = organizational_domain(place.domain);
    for (const auto* uris : {&place.policy->aggregate, &place.policy->failure})
        for (const auto& uri : *uris) {
            if (uri.domain.empty() || uri.domain == place.domain) continue;
            if (!own.empty() && organizational_domain(uri.domain) == own) continue;
            if (std::find(domains.begin(), domains.end(), uri.domain) == domains.end() &&
                domains.size() < most_destinations)
                domains.push_back(uri.domain);
        }
    return domains;
}

}  // namespace

void report_destinations(Report& report, const std::string& domain, const Place& place,
                         const Services& services) {
    const auto destinations = outside_domains(place);
    std::vector<Question> questions;
    for (const auto& destination : destinations)
        questions.push_back({place.domain + "._report._dmarc." + destination, RecordType::txt});
    const auto answers = services.resolver.lookup(questions, services.stop);
    for (std::size_t i = 0; i < answers.size(); ++i) {
        const auto& answer = answers[i];
        if (!answer.definite() && answer.outcome != Outcome::invalid) {
            report.holds.push_back({"dmarc.external_unauthorised", domain, destinations[i]});
            continue;
        }
        if (std::any_of(answer.records.begin(), answer.records.end(),
                        [](const Record& record) { return is_dmarc(record.text); }))
            continue;
        Finding finding;
        finding.code = "dmarc.external_unauthorised";
        finding.subject = domain;
        finding.object = destinations[i];
        finding.severity = Severity::warning;
        finding.message = destinations[i] + " does not say that it takes DMARC reports about " +
                          place.domain + ": receivers send none there";
        finding.evidence = spf::zone_line("_dmarc." + place.domain, place.records.front()) + "\nTXT " +
                           questions[i].name + ": " + std::string(to_string(answer.outcome));
        finding.remedy = "Ask the operator of " + destinations[i] + " to publish " +
                         spf::zone_line(questions[i].name, "v=DMARC1") +
                         ", or name an address in your own domain.";
        report.findings.push_back(std::move(finding));
    }
}

namespace {

std::vector<std::string> subjects(const Settings& settings, const ActiveLists&) {
    std::vector<std::string> domains;
    for (const auto& sender : settings.senders)
        for (const auto& domain : sender.domains)
            if (std::find(domains.begin(), domains.end(), domain) == domains.end()) domains.push_back(domain);
    return domains;
}

std::chrono::seconds interval(const Settings& settings, const ActiveLists&, const std::string&) {
    return settings.checks.dmarc;
}

Report run(const std::string& domain, const Services& services) {
    Report report;
    const auto found = discover(domain, services.resolver, services.stop);
    report_policy(report, domain, found);
    if (found.complete && found.applied != nullptr) {
        report_destinations(report, domain, *found.applied, services);
        report_alignment(report, domain, found, services);
    }
    report.samples.push_back({&verdict_metric, {domain}, verdict_value(report.verdict())});
    return report;
}

}  // namespace
}  // namespace dmarc

Check dmarc_check() {
    return {"dmarc",
            "Examines the DMARC policy of each domain, and whether its senders' mail passes it (RFC 9989).",
            dmarc::subjects,
            dmarc::interval,
            dmarc::run,
            {&dmarc::verdict_metric}};
}

}  // namespace reputed
