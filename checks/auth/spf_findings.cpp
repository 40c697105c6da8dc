#include <algorithm>
#include <set>
#include <utility>

#include "checks/auth/spf_audit.hpp"
#include "checks/auth/spf_remedy.hpp"

namespace reputed::spf {
namespace {

constexpr std::size_t single_findings =
    8;  // more addresses of one sender with the same result are one finding
constexpr std::size_t shown_records = 2000;  // octets
constexpr int lookup_limit = 10;             // RFC 7208 section 4.6.4

// What an evaluation that DNS cut short cannot confirm.
constexpr std::string_view codes[] = {"spf.missing",   "spf.fail",   "spf.softfail", "spf.neutral",
                                      "spf.permerror", "spf.family", "spf.lookups",  "spf.via_missing"};

std::string evidence_of(const Audit& audit) {
    std::string out;
    for (const auto& record : audit.records)
        out += (out.empty() ? "" : "\n") + zone_line(audit.domain, record);
    if (out.size() > shown_records) out = out.substr(0, shown_records) + "...";
    return out.empty() ? "no TXT record at " + audit.domain + " begins with v=spf1" : out;
}

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

std::string publish(const Audit& audit, const std::string& record) {
    return "Publish " + zone_line(audit.domain, record);
}

// Whether mail through `via` can pass: an include or redirect names it, at any depth.
bool names_relay(const Audit& audit, const std::string& via) {
    const std::string wanted = normalized_name(via);
    for (const auto& text : audit.records) {
        const auto parsed = parse_record(text);
        if (const auto* record = std::get_if<Record>(&parsed))
            for (const auto& term : record->terms)
                if ((term.kind == TermKind::include || term.kind == TermKind::redirect) &&
                    normalized_name(term.domain.to_string()) == wanted)
                    return true;
    }
    // Records by depth: the step without a term names the domain whose record is read.
    return std::any_of(audit.probe.trace.begin(), audit.probe.trace.end(), [&](const Step& step) {
        return step.depth > 0 && step.term.empty() && normalized_name(step.domain) == wanted;
    });
}

// The record with terms for these addresses: the whole network where none of its addresses is covered.
std::string remedy_for(const Audit& audit, const JudgedSender& judged,
                       const std::vector<const Judged*>& uncovered) {
    if (audit.records.size() != 1) return "";
    // A relay's addresses vary: only its own record can name them.
    const std::string& via = judged.sender->via;
    if (!via.empty() && !names_relay(audit, via))
        return publish(audit, with_terms(audit.records.front(), {"include:" + via}));
    std::vector<std::string> terms;
    std::set<std::size_t> networks;
    for (const auto* address : uncovered) {
        std::string term = address_term(IpNetwork(address->ip, address->ip.bits()));
        const bool partly =
            std::any_of(judged.addresses.begin(), judged.addresses.end(), [&](const Judged& other) {
                return !other.from_hostname && other.network == address->network &&
                       !is_uncovered(other.evaluation.result);
            });
        if (!address->from_hostname && !partly) {
            if (!networks.insert(address->network).second) continue;
            term = address_term(judged.sender->networks[address->network]);
        }
        terms.push_back(std::move(term));
    }
    return publish(audit, with_terms(audit.records.front(), terms));
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

// One family is covered, the other is not (it leaves mail to whichever the receiver's host has).
std::vector<const Judged*> uncovered_family(const JudgedSender& judged) {
    for (const auto family : {Family::v4, Family::v6}) {
        std::vector<const Judged*> uncovered;
        std::size_t mine = 0;
        std::size_t others = 0;
        bool others_pass = true;
        for (const auto& address : judged.addresses) {
            const auto result = address.evaluation.result;
            if (address.ip.family() == family) {
                ++mine;
                if (is_uncovered(result)) uncovered.push_back(&address);
            } else {
                ++others;
                others_pass = others_pass && result == Result::pass;
            }
        }
        if (mine != 0 && uncovered.size() == mine && others != 0 && others_pass) return uncovered;
    }
    return {};
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

// The first evaluation with this result; nullptr when there is none. The probe comes last.
const Evaluation* first_with(const Audit& audit, Result result) {
    for (const auto& judged : audit.senders)
        for (const auto& address : judged.addresses)
            if (address.evaluation.result == result) return &address.evaluation;
    return audit.probe.result == result ? &audit.probe : nullptr;
}

std::vector<const Sender*> senders_in(const Audit& audit) {
    std::vector<const Sender*> senders;
    for (const auto& judged : audit.senders)
        senders.push_back(judged.sender);
    return senders;
}

void report_missing(Report& report, const Audit& audit) {
    auto finding =
        finding_of(audit, "spf.missing", "", Severity::warning, "SPF is missing: " + audit.probe.reason);
    finding.remedy = publish(audit, first_record(senders_in(audit)));
    report.findings.push_back(std::move(finding));
}

std::string permerror_remedy(const Audit& audit, const Evaluation& evaluation) {
    if (audit.records.size() > 1) {
        const std::string one = merged({audit.records.begin(), audit.records.end()});
        return one.empty() ? "Leave a single SPF record."
                           : "Leave a single SPF record: " + zone_line(audit.domain, one);
    }
    if (audit.records.size() == 1) {
        const auto parsed = parse_record(audit.records.front());
        if (const auto* syntax = std::get_if<SyntaxError>(&parsed)) {
            std::string better = repaired(audit.records.front());
            if (!better.empty()) better = with_terms(better, sender_terms(senders_in(audit)));
            return "Correct \"" + syntax->term + "\"" +
                   (better.empty() ? "." : ". What works: " + zone_line(audit.domain, better));
        }
    }
    if (evaluation.lookups > lookup_limit)
        return "Put ip4: and ip6: terms in place of a, mx and include terms until at most 10 of them remain.";
    return "Take the term that fails out of the record, or have its target mended.";
}

// A record that only some receivers can read to its end: a match before the fault saves this domain's own
// addresses.
void report_permerror(Report& report, const Audit& audit) {
    const Evaluation* evaluation = first_with(audit, Result::permerror);
    if (evaluation == nullptr) return;
    const bool only_probe = evaluation == &audit.probe;
    if (only_probe && audit.probe.lookups > lookup_limit) return;  // spf.lookups tells it
    auto finding = finding_of(
        audit, "spf.permerror", "", only_probe ? Severity::warning : Severity::critical,
        only_probe
            ? "SPF of " + audit.domain + " is broken behind the terms that match: " + evaluation->reason
            : "SPF of " + audit.domain + " cannot be interpreted: " + evaluation->reason);
    finding.remedy = permerror_remedy(audit, *evaluation);
    report.findings.push_back(std::move(finding));
}

void report_temperror(Report& report, const Audit& audit) {
    const Evaluation* evaluation = first_with(audit, Result::temperror);
    if (evaluation == nullptr) return;
    for (const auto code : codes)
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

void report_lookups(Report& report, const Audit& audit) {
    const int lookups = audit.probe.lookups;
    if (lookups < lookup_limit - 1 || audit.probe.result == Result::temperror) return;
    const Evaluation* broken = first_with(audit, Result::permerror);
    if (broken != nullptr && broken != &audit.probe && broken->lookups > lookup_limit) return;
    const std::string count = lookups > lookup_limit ? "more than 10" : std::to_string(lookups);
    auto finding =
        finding_of(audit, "spf.lookups", "", lookups < lookup_limit ? Severity::info : Severity::warning,
                   "SPF of " + audit.domain + " needs " + count +
                       " terms that query DNS; past 10 it is a permanent error");
    finding.remedy =
        "Put ip4: and ip6: terms in place of a, mx and include terms, and take out relays that are not used.";
    report.findings.push_back(std::move(finding));
}

void report_relays(Report& report, const Audit& audit) {
    std::set<std::string> told;
    for (const auto& judged : audit.senders) {
        const std::string& via = judged.sender->via;
        if (via.empty() || names_relay(audit, via) || !told.insert(normalized_name(via)).second) continue;
        if (audit.probe.result == Result::temperror) continue;  // held by report_temperror()
        const auto severity = audit.probe.result == Result::fail ? Severity::critical : Severity::warning;
        auto finding = finding_of(audit, "spf.via_missing", via, severity,
                                  "SPF of " + audit.domain + " does not include " + via + ", through which " +
                                      judged.sender->name + " sends: its mail gets " +
                                      std::string(to_string(audit.probe.result)));
        finding.remedy = "Add include:" + via + '.';
        if (audit.records.size() == 1)
            finding.remedy += ' ' + publish(audit, with_terms(audit.records.front(), {"include:" + via}));
        report.findings.push_back(std::move(finding));
    }
}

}  // namespace

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
    report_lookups(report, audit);
    report_relays(report, audit);
    return report;
}

}  // namespace reputed::spf
