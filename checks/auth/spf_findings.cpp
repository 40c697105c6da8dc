#include "checks/auth/spf_findings.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "checks/auth/spf_remedy.hpp"

namespace reputed::spf {
namespace {

constexpr std::size_t single_findings =
    8;  // more addresses of one sender with the same result are one finding
constexpr std::size_t shown_records = 2000;  // octets

// What an evaluation that DNS cut short cannot confirm. The criticism of the text needs no evaluation, but an
// answer for the text; what is included may be among what did not answer.
constexpr std::string_view codes[] = {
    "spf.missing",      "spf.fail",         "spf.softfail",      "spf.neutral",   "spf.permerror",
    "spf.family",       "spf.lookups",      "spf.via_missing",   "spf.pass_all",  "spf.wide_network",
    "spf.include_void", "spf.include_loop", "spf.stale_address", "spf.void_term", "spf.ptr"};
constexpr std::string_view text_codes[] = {"spf.no_all",    "spf.neutral_all", "spf.redirect_ignored",
                                           "spf.after_all", "spf.duplicate",   "spf.unknown_modifier",
                                           "spf.glued",     "spf.long",        "spf.pieces"};

std::string evidence_of(const Audit& audit) {
    std::string out;
    for (const auto& record : audit.records)
        out += (out.empty() ? "" : "\n") + zone_line(audit.domain, record);
    if (out.size() > shown_records) out = out.substr(0, shown_records) + "...";
    return out.empty() ? "no TXT record at " + audit.domain + " begins with v=spf1" : out;
}

// Mail through a relay that is named comes from its addresses; the sender's own are added where they are missing.
std::string remedy_for(const Audit& audit, const JudgedSender& judged,
                       const std::vector<const Judged*>& uncovered) {
    const std::string& via = judged.sender->via;
    if (!via.empty() && names_relay(audit.tree, via) && !audit.proposal.empty())
        return publish(audit.domain, with_terms(audit.proposal, terms_for(judged, uncovered)));
    return publish(audit.domain, audit.proposal);
}

std::string list_of(const std::vector<const Judged*>& addresses) {
    std::string out;
    for (std::size_t i = 0; i < std::min(addresses.size(), single_findings); ++i)
        out += (i == 0 ? "" : ", ") + addresses[i]->ip.to_string();
    if (addresses.size() > single_findings)
        out += " and " + std::to_string(addresses.size() - single_findings) + " more";
    return out;
}

void note_sample(Finding& finding, const JudgedSender& judged) {
    const auto configured = static_cast<std::uint64_t>(
        std::count_if(judged.addresses.begin(), judged.addresses.end(),
                      [](const Judged& address) { return !address.from_hostname; }));
    if (judged.size > configured)
        finding.evidence += "\nlooked at " + std::to_string(configured) + " of " +
                            std::to_string(judged.size) + " addresses of " + judged.sender->name;
}

void report_family(Report& report, const Audit& audit, const JudgedSender& judged,
                   const std::vector<const Judged*>& uncovered) {
    const Judged& first = *uncovered.front();
    const bool v4 = first.ip.family() == Family::v4;
    Severity severity = Severity::ok;
    for (const auto* address : uncovered)
        severity = std::max(severity, severity_of(address->evaluation.result, *judged.sender));
    if (first.from_hostname) severity = std::min(severity, Severity::warning);
    std::string message = "SPF of " + audit.domain + " covers " + judged.sender->name + " over " +
                          (v4 ? "IPv6, but not over IPv4: " : "IPv4, but not over IPv6: ") +
                          list_of(uncovered) + (uncovered.size() == 1 ? " gets " : " get ") +
                          std::string(to_string(first.evaluation.result)) + " (" + first.evaluation.reason +
                          ')';
    auto finding = finding_of(audit, "spf.family", judged.sender->name, severity, std::move(message));
    if (first.from_hostname)
        finding.evidence += "\n" + judged.sender->hostname +
                            (v4 ? " has an A record" : " has an AAAA record") +
                            ", so that mail may leave from there";
    finding.remedy = remedy_for(audit, judged, uncovered);
    note_sample(finding, judged);
    report.findings.push_back(std::move(finding));
}

void report_result(Report& report, const Audit& audit, const JudgedSender& judged, Result result,
                   const std::vector<const Judged*>& addresses) {
    const std::string code = "spf." + std::string(to_string(result));
    const auto severity = severity_of(result, *judged.sender);
    const std::string begin = "SPF of " + audit.domain + " says " + std::string(to_string(result)) + " for ";
    const std::string relayed =
        judged.sender->via.empty() ? "" : "; mail leaves through " + judged.sender->via;
    if (addresses.size() > single_findings) {
        auto finding = finding_of(audit, code, judged.sender->name, severity,
                                  begin + std::to_string(addresses.size()) + " addresses of " +
                                      judged.sender->name + " (" + list_of(addresses) +
                                      "): " + addresses.front()->evaluation.reason + relayed);
        finding.remedy = remedy_for(audit, judged, addresses);
        note_sample(finding, judged);
        report.findings.push_back(std::move(finding));
        return;
    }
    for (const auto* address : addresses) {
        auto finding =
            finding_of(audit, code, address->ip.to_string(), severity,
                       begin + address->ip.to_string() + ": " + address->evaluation.reason + relayed);
        finding.remedy = remedy_for(audit, judged, {address});
        note_sample(finding, judged);
        report.findings.push_back(std::move(finding));
    }
}

void report_sender(Report& report, const Audit& audit, const JudgedSender& judged) {
    const auto other_family = uncovered_family(judged);
    if (!other_family.empty()) report_family(report, audit, judged, other_family);
    for (const auto result : {Result::fail, Result::softfail, Result::neutral}) {
        std::vector<const Judged*> addresses;
        for (const auto& address : judged.addresses) {
            const bool told =
                std::find(other_family.begin(), other_family.end(), &address) != other_family.end();
            if (address.evaluation.result == result && !told && !address.from_hostname)
                addresses.push_back(&address);
        }
        if (!addresses.empty()) report_result(report, audit, judged, result, addresses);
    }
}

void report_missing(Report& report, const Audit& audit) {
    auto finding =
        finding_of(audit, "spf.missing", "", Severity::warning, "SPF is missing: " + audit.probe.reason);
    finding.remedy = publish(audit.domain, first_record(audit));
    report.findings.push_back(std::move(finding));
}

std::string permerror_remedy(const Audit& audit, const Evaluation& evaluation) {
    if (audit.records.size() > 1)
        return audit.proposal.empty()
                   ? "Leave a single SPF record."
                   : "Leave a single SPF record: " + zone_line(audit.domain, audit.proposal);
    if (audit.records.size() == 1) {
        const auto parsed = parse_record(audit.records.front());
        if (const auto* syntax = std::get_if<SyntaxError>(&parsed)) {
            const auto parts = unglued(syntax->term);
            const std::string lost =
                parts.size() < 2 ? ""
                : audit.pieces > 1
                    ? ": the blank before \"" + parts.back() + "\" is missing where two strings are joined"
                    : ": a blank is missing before \"" + parts.back() + '"';
            return "Correct \"" + syntax->term + '"' + lost + '.' +
                   (audit.proposal.empty() ? "" : " What works: " + zone_line(audit.domain, audit.proposal));
        }
    }
    if (evaluation.lookups > most_lookups) return lookups_remedy(audit);
    const bool helps = audit.records.size() == 1 && audit.proposal != audit.records.front();
    return helps ? "Take the term that fails out of the record. " + publish(audit.domain, audit.proposal)
                 : "Take the term that fails out of the record, or have its target mended.";
}

// A record that only some receivers can read to its end: a match before the fault saves this domain's own
// addresses.
void report_permerror(Report& report, const Audit& audit) {
    const Evaluation* evaluation = audit.first_with(Result::permerror);
    if (evaluation == nullptr) return;
    const bool only_probe = evaluation == &audit.probe;
    const bool over = evaluation->lookups > most_lookups;
    if (over && (only_probe || find_loop(audit.tree) != nullptr)) return;  // spf.lookups or spf.include_loop
    auto finding = finding_of(
        audit, "spf.permerror", "", only_probe ? Severity::warning : Severity::critical,
        only_probe
            ? "SPF of " + audit.domain + " is broken behind the terms that match: " + evaluation->reason
            : "SPF of " + audit.domain + " cannot be interpreted: " + evaluation->reason);
    if (over) finding.evidence += tree_evidence(audit.tree);
    finding.remedy = permerror_remedy(audit, *evaluation);
    report.findings.push_back(std::move(finding));
}

void report_temperror(Report& report, const Audit& audit) {
    const Evaluation* evaluation = audit.first_with(Result::temperror);
    if (evaluation == nullptr) return;
    for (const auto code : codes)
        report.holds.push_back({std::string(code), audit.domain, ""});
    if (audit.records.empty())
        for (const auto code : text_codes)
            report.holds.push_back({std::string(code), audit.domain, ""});
    // What no address of ours comes to does not hurt our mail.
    if (evaluation == &audit.probe && !audit.senders.empty()) return;
    auto finding = finding_of(audit, "spf.temperror", "", Severity::unknown,
                              "SPF of " + audit.domain + " could not be evaluated: " + evaluation->reason);
    finding.remedy =
        "Look at the name servers of the name in the message; until they answer, receivers defer or ignore "
        "SPF.";
    if (audit.records.empty()) finding.evidence = evaluation->reason;
    report.findings.push_back(std::move(finding));
}

void report_relays(Report& report, const Audit& audit) {
    std::set<std::string> told;
    for (const auto& judged : audit.senders) {
        const std::string& via = judged.sender->via;
        if (via.empty() || names_relay(audit.tree, via) || !told.insert(normalized_name(via)).second)
            continue;
        if (audit.probe.result == Result::temperror) continue;  // held by report_temperror()
        if (!audit.tree.answered) {
            report.holds.push_back({"spf.via_missing", audit.domain, via});
            continue;
        }
        const auto severity = audit.probe.result == Result::fail ? Severity::critical : Severity::warning;
        auto finding = finding_of(audit, "spf.via_missing", via, severity,
                                  "SPF of " + audit.domain + " does not include " + via + ", through which " +
                                      judged.sender->name + " sends: its mail gets " +
                                      std::string(to_string(audit.probe.result)));
        finding.remedy = "Add include:" + via + '.';
        if (!audit.proposal.empty()) finding.remedy += ' ' + publish(audit.domain, audit.proposal);
        report.findings.push_back(std::move(finding));
    }
}

}  // namespace

Finding finding_of(const Audit& audit, std::string code, std::string object, Severity severity,
                   std::string message) {
    Finding finding;
    finding.code = std::move(code);
    finding.subject = audit.domain;
    finding.object = std::move(object);
    finding.severity = severity;
    finding.message = std::move(message);
    finding.evidence = evidence_of(audit);
    return finding;
}

std::string publish(const std::string& domain, const std::string& record, const std::string& otherwise) {
    return record.empty() ? otherwise : "Publish " + zone_line(domain, record);
}

Report findings_of(const Audit& audit) {
    Report report;
    report.holds = audit.holds;
    report_temperror(report, audit);
    if (audit.probe.result == Result::none) {
        report_missing(report, audit);
        return report;
    }
    report_permerror(report, audit);
    for (const auto& judged : audit.senders)
        report_sender(report, audit, judged);
    report_relays(report, audit);
    report_records(report, audit);
    return report;
}

}  // namespace reputed::spf
