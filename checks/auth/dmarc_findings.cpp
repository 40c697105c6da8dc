#include <algorithm>
#include <iterator>
#include <utility>

#include "checks/auth/dmarc_check.hpp"
#include "checks/auth/dmarc_remedy.hpp"
#include "checks/auth/record_findings.hpp"
#include "checks/auth/spf_remedy.hpp"

// What is to be said about the record itself.
namespace reputed::dmarc {
namespace {

constexpr std::size_t most_records = 10;
constexpr std::size_t shown_octets = 4000;

std::string evidence_of(const Place& place) {
    std::string out;
    for (std::size_t i = 0; i < std::min(place.answer.records.size(), most_records); ++i)
        out += (i == 0 ? "" : "\n") +
               spf::zone_line("_dmarc." + place.domain, place.answer.records[i].text.substr(0, shown_octets));
    return out.empty() ? "TXT _dmarc." + place.domain + ": " + std::string(to_string(place.answer.outcome))
                       : out;
}

Finding finding_of(const std::string& domain, const Place& place, std::string code, Severity severity,
                   std::string message) {
    Finding finding;
    finding.code = std::move(code);
    finding.subject = domain;
    finding.severity = severity;
    finding.message = std::move(message);
    finding.evidence = evidence_of(place);
    return finding;
}

std::string first_record(const std::string& domain) {
    return "v=DMARC1; p=none; rua=mailto:postmaster@" + domain;
}

std::string with_reports(const PolicyRecord& record, const std::string& domain) {
    return without(record, {"rua"}) + "; rua=mailto:postmaster@" + domain;
}

std::string quarantining(const PolicyRecord& record) {
    const auto rest = without(record, {"v", "p"});
    return "v=DMARC1; p=quarantine" + (rest.empty() ? "" : "; " + rest);
}

std::string remedy_for(const std::string& code, const Place& place) {
    const auto& record = *place.policy;
    if (code == "dmarc.invalid") {
        const auto better = repaired(place.records.front());
        return publish(place.domain, better.empty() ? first_record(place.domain) : better);
    }
    if (code == "dmarc.policy_none")
        return "Once the reports show that your own mail passes, " +
               publish(place.domain, quarantining(record));
    if (code == "dmarc.partial") return publish(place.domain, without(record, {"pct"}));
    if (code == "dmarc.testing") return publish(place.domain, without(record, {"t"}));
    if (code == "dmarc.subdomain_weaker") return publish(place.domain, without(record, {"sp", "np"}));
    if (code == "dmarc.no_reports") return publish(place.domain, with_reports(record, place.domain));
    if (code == "dmarc.historic") return publish(place.domain, without(record, {"pct", "rf", "ri"}));
    if (code == "dmarc.rua_invalid" || code == "dmarc.ruf_invalid") {
        const auto better = repaired(place.records.front());
        return publish(place.domain, better.empty() ? record.to_string() : better);
    }
    return publish(place.domain, record.to_string());
}

// The parser's remarks in the check's codes. What a record says of subdomains counts at the organizational
// domain only, and there it is more than a remark.
record::Remarks as_findings(const PolicyRecord& record, bool organizational) {
    record::Remarks remarks;
    for (auto remark : record.remarks) {
        if (remark.severity == Severity::critical) remark.code = "dmarc.invalid";
        if (remark.code == "dmarc.subdomain_weaker") {
            if (!organizational) continue;
            remark.severity = Severity::warning;
        }
        remarks.push_back(std::move(remark));
    }
    return record::grouped(remarks);
}

void report_own(Report& report, const std::string& domain, const Place& place, bool organizational) {
    for (auto& remark : as_findings(*place.policy, organizational)) {
        auto finding = finding_of(domain, place, remark.code, remark.severity,
                                  "DMARC of " + domain + ": " + remark.message);
        finding.remedy = remedy_for(remark.code, place);
        report.findings.push_back(std::move(finding));
    }
}

// The record of a parent, seen from below: what is wrong with it otherwise is the parent's.
void report_inherited(Report& report, const std::string& domain, const Place& place) {
    const auto& record = *place.policy;
    if (!record.valid()) {
        auto finding = finding_of(domain, place, "dmarc.invalid", Severity::critical,
                                  "DMARC of " + domain + " comes from " + place.domain +
                                      ", whose record receivers ignore: " +
                                      record::grouped(as_findings(record, true)).front().message);
        finding.remedy = remedy_for("dmarc.invalid", place);
        report.findings.push_back(std::move(finding));
        return;
    }
    if (record.for_subdomains() == Policy::none) {
        auto finding = finding_of(domain, place, "dmarc.policy_none", Severity::info,
                                  "DMARC of " + domain + " comes from " + place.domain +
                                      ", which asks for nothing on subdomains: forged mail is delivered");
        finding.remedy = publish(domain, "v=DMARC1; p=quarantine; rua=mailto:postmaster@" + domain);
        report.findings.push_back(std::move(finding));
    }
    for (const auto& remark : record::grouped(record.remarks))
        if (remark.code == "dmarc.partial" || remark.code == "dmarc.testing") {
            auto finding =
                finding_of(domain, place, remark.code, remark.severity,
                           "DMARC of " + domain + ", from " + place.domain + ": " + remark.message);
            finding.remedy = remedy_for(remark.code, place);
            report.findings.push_back(std::move(finding));
        }
}

void report_unknown(Report& report, const std::string& domain, const Discovery& found) {
    report.holds.push_back({"", domain, ""});
    const auto failed = std::find_if(found.places.begin(), found.places.end(), [](const Place& place) {
        return !place.answer.definite() && place.answer.outcome != Outcome::invalid;
    });
    auto finding =
        finding_of(domain, *failed, "dmarc.unknown", Severity::unknown,
                   "the DMARC policy of " + domain + " could not be looked up: _dmarc." + failed->domain +
                       " gives " + std::string(to_string(failed->answer.outcome)));
    finding.remedy = "Look at the name servers of " + failed->domain + '.';
    report.findings.push_back(std::move(finding));
}

void report_several(Report& report, const std::string& domain, const Place& place) {
    auto finding = finding_of(domain, place, "dmarc.multiple", Severity::critical,
                              "_dmarc." + domain + " has " + std::to_string(place.records.size()) +
                                  " DMARC records: receivers discard them all");
    const auto strongest =
        std::max_element(place.records.begin(), place.records.end(), [](const auto& a, const auto& b) {
            const auto x = parse_record(a);
            const auto y = parse_record(b);
            return std::pair(x.valid(), x.policy) < std::pair(y.valid(), y.policy);
        });
    finding.remedy = "Leave a single record. " + publish(domain, *strongest);
    report.findings.push_back(std::move(finding));
}

// A record that was meant as one and is not; false when there is none.
bool report_misspelt(Report& report, const std::string& domain, const Place& place) {
    for (const auto& record : place.answer.records) {
        if (!looks_like_dmarc(record.text)) continue;
        const auto parsed = parse_record(record.text);
        const auto reason =
            std::find_if(parsed.remarks.begin(), parsed.remarks.end(),
                         [](const auto& remark) { return remark.severity == Severity::critical; });
        auto finding = finding_of(
            domain, place, "dmarc.invalid", Severity::critical,
            "DMARC of " + domain + ": " +
                (reason == parsed.remarks.end() ? "receivers ignore the record" : reason->message));
        const auto better = repaired(record.text);
        finding.remedy = publish(domain, better.empty() ? first_record(domain) : better);
        report.findings.push_back(std::move(finding));
        return true;
    }
    return false;
}

}  // namespace

void report_policy(Report& report, const std::string& domain, const Discovery& found) {
    const Place& own = found.places.front();
    if (own.policy) return report_own(report, domain, own, found.organizational == domain);
    if (!found.complete) return report_unknown(report, domain, found);
    if (own.records.size() > 1) return report_several(report, domain, own);
    if (report_misspelt(report, domain, own)) return;
    if (found.applied == nullptr) {
        auto finding =
            finding_of(domain, own, "dmarc.missing", Severity::warning,
                       "DMARC is missing: neither " + domain + " nor a domain above it has a policy");
        finding.remedy = publish(domain, first_record(domain));
        report.findings.push_back(std::move(finding));
        return;
    }
    report_inherited(report, domain, *found.applied);
    if (!found.only_by_walk) return;
    auto finding = finding_of(domain, *found.applied, "dmarc.only_by_walk", Severity::info,
                              "the DMARC policy of " + domain + " comes from " + found.applied->domain +
                                  ", where receivers that follow RFC 7489 do not look");
    finding.remedy = publish(domain, found.applied->policy->to_string());
    report.findings.push_back(std::move(finding));
}

}  // namespace reputed::dmarc
