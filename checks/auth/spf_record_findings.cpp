#include <algorithm>
#include <functional>
#include <set>
#include <utility>

#include "checks/auth/record_findings.hpp"
#include "checks/auth/spf_critique.hpp"
#include "checks/auth/spf_findings.hpp"
#include "checks/auth/spf_remedy.hpp"
#include "config/public_suffix.hpp"
#include "config/text.hpp"

namespace reputed::spf {
namespace {

constexpr std::size_t single_findings = 8;    // more unused terms are one finding
constexpr std::size_t included_findings = 8;  // of one kind
constexpr std::size_t shown_record = 1000;    // octets
constexpr std::size_t shown_lines = 60;       // of the lookup tree
constexpr std::size_t good_length = 450;      // RFC 7208 section 3.4

std::vector<const Sender*> direct_senders(const Audit& audit) {
    std::vector<const Sender*> senders;
    for (const auto& judged : audit.senders)
        if (judged.sender->via.empty()) senders.push_back(judged.sender);
    return senders;
}

// The proposal without terms that only the operator can give up, the senders named in their place.
std::string proposal_without(const Audit& audit, const std::function<bool(const Term&)>& is_dropped,
                             bool name_senders) {
    const auto parsed = parse_record(audit.proposal);
    const auto* record = std::get_if<Record>(&parsed);
    if (record == nullptr) return "";
    std::vector<Term> dropped;
    std::copy_if(record->terms.begin(), record->terms.end(), std::back_inserter(dropped), is_dropped);
    const auto rest = without_terms(audit.proposal, dropped);
    return name_senders ? with_terms(rest, sender_terms(direct_senders(audit))) : rest;
}

std::string shown(const std::string& domain, const std::string& record) {
    return zone_line(domain, record.substr(0, shown_record)) + (record.size() > shown_record ? "..." : "");
}

std::string remedy_of(const Audit& audit, const std::string& code, const Circumstances& circumstances) {
    if (code == "spf.wide_network")
        return "Name the addresses that send. " +
               publish(audit.domain,
                       proposal_without(
                           audit, [&](const Term& term) { return is_wide(term, circumstances); }, true));
    if (code == "spf.unknown_modifier")
        return "Correct its name or take it out. " +
               publish(audit.domain,
                       proposal_without(
                           audit, [](const Term& term) { return term.kind == TermKind::unknown; }, false));
    if (code == "spf.long" && audit.proposal.size() > good_length)
        return "Take out what nobody uses, or move a part of the terms to a name of your own, such as "
               "include:_spf." +
               audit.domain + '.';
    return publish(audit.domain, audit.proposal);
}

// The one record of the domain: of several, or of one that does not parse, spf.permerror tells.
void report_text(Report& report, const Audit& audit) {
    if (audit.records.size() != 1) return;
    const Circumstances circumstances{audit.pieces, audit.networks};
    for (const auto& remark : record::grouped(criticise(audit.records.front(), circumstances).remarks)) {
        if (remark.code == "spf.syntax" || remark.code == "spf.lookups") continue;
        auto finding = finding_of(audit, remark.code, "", remark.severity,
                                  "SPF of " + audit.domain + ": " + remark.message);
        finding.remedy = remedy_of(audit, remark.code, circumstances);
        report.findings.push_back(std::move(finding));
    }
}

bool is_same_organization(const std::string& one, const std::string& other) {
    const std::string organization = organizational_domain(one);
    return !organization.empty() && organization == organizational_domain(other);
}

std::string included_remedy(const Audit& audit, const ReachedRecord& reached, bool same) {
    if (same) {
        const auto better = corrected(reached.record.text);
        const auto parsed = parse_record(better);
        std::vector<Term> wide;
        if (const auto* record = std::get_if<Record>(&parsed))
            std::copy_if(record->terms.begin(), record->terms.end(), std::back_inserter(wide),
                         [&](const Term& term) {
                             return is_wide(term, {1, audit.networks});
                         });
        const auto rest = without_terms(better, wide);
        return publish(reached.domain,
                       wide.empty() ? rest : with_terms(rest, sender_terms(direct_senders(audit))));
    }
    const auto terms = parse_record("v=spf1 " + reached.through);
    const auto* through = std::get_if<Record>(&terms);
    if (through == nullptr) return "Ask the owner of " + reached.domain + " to mend its record.";
    auto rest = proposal_without(
        audit,
        [&](const Term& term) {
            return std::find(through->terms.begin(), through->terms.end(), term) != through->terms.end();
        },
        true);
    return "Take " + reached.through + " out until its owner has mended the record. " +
           publish(audit.domain, rest.empty() ? rest : corrected(rest));
}

// Records that let everybody, or far too many, pass because the domain includes them.
void report_included(Report& report, const Audit& audit) {
    std::size_t told = 0;
    for (const auto& reached : audit.tree.records) {
        if (reached.through.empty()) continue;
        const bool same = is_same_organization(audit.domain, reached.domain);
        const Circumstances circumstances{1, audit.networks};
        auto remarks =
            same && reached.policy
                ? criticise(reached.record.text, circumstances).remarks
                : criticise_included(reached.record, same ? Owner::same : Owner::other, circumstances);
        for (const auto& remark : record::grouped(remarks)) {
            if (remark.code == "spf.lookups" || ++told > included_findings) continue;
            auto finding = finding_of(audit, remark.code, reached.domain, remark.severity,
                                      "SPF of " + audit.domain + " takes in the record of " + reached.domain +
                                          ": " + remark.message);
            finding.evidence += '\n' + shown(reached.domain, reached.record.text);
            finding.remedy = included_remedy(audit, reached, same);
            report.findings.push_back(std::move(finding));
        }
    }
}

using Visit = std::function<void(const LookupNode&, const LookupNode& parent)>;

void visit_below(const LookupNode& parent, const Visit& visit) {
    for (const auto& node : parent.children) {
        visit(node, parent);
        visit_below(node, visit);
    }
}

// What the evaluator's reason says of a term that ends it.
std::string place_of(const LookupNode& node, const LookupNode& parent) {
    return node.term + " in the record of " + parent.domain;
}

std::string target_remedy(const Audit& audit, const LookupNode& node, const LookupNode& parent) {
    if (&parent != &audit.tree.root)
        return "Ask the owner of " + parent.domain + " to take " + node.term + " out.";
    return "Take " + node.term + " out. " + publish(audit.domain, audit.proposal);
}

// Includes and redirects without a record to read, each a permanent error for mail that no earlier term lets
// pass. The one that an evaluation ended at is told by spf.permerror.
void report_targets(Report& report, const Audit& audit) {
    const Evaluation* ended = audit.first_with(Result::permerror);
    std::set<std::string> told;
    visit_below(audit.tree.root, [&](const LookupNode& node, const LookupNode& parent) {
        const bool broken = node.fault == LookupNode::Fault::broken;
        if (!broken && node.fault != LookupNode::Fault::no_record) return;
        if (ended != nullptr && ended->lookups <= most_lookups &&
            ended->reason.find(place_of(node, parent) + ": ") != std::string::npos)
            return;
        if (told.size() >= included_findings || !told.insert(node.domain).second) return;
        auto finding = finding_of(audit, broken ? "spf.include_broken" : "spf.include_void", node.domain,
                                  Severity::warning,
                                  "SPF of " + audit.domain + " is a permanent error once receivers come to " +
                                      place_of(node, parent) + ": " + node.note);
        finding.remedy = target_remedy(audit, node, parent);
        report.findings.push_back(std::move(finding));
    });
}

void report_loops(Report& report, const Audit& audit) {
    // Who is let pass by a term before the loop is not hurt by it.
    const Evaluation* ended = audit.first_with(Result::permerror);
    const bool hurts = ended != nullptr && ended != &audit.probe && ended->lookups > most_lookups;
    std::set<std::string> told;
    visit_below(audit.tree.root, [&](const LookupNode& node, const LookupNode& parent) {
        if (node.fault != LookupNode::Fault::loop || told.size() >= included_findings) return;
        if (!told.insert(node.domain).second) return;
        auto finding =
            finding_of(audit, "spf.include_loop", node.domain, hurts ? Severity::critical : Severity::warning,
                       "SPF of " + audit.domain + " runs in a circle: " + place_of(node, parent) + ' ' +
                           node.note + ", and receivers give up after 10 lookups");
        finding.evidence += tree_evidence(audit.tree);
        finding.remedy = target_remedy(audit, node, parent);
        report.findings.push_back(std::move(finding));
    });
}

void report_lookups(Report& report, const Audit& audit) {
    const int lookups = audit.tree.lookups();
    if (!audit.tree.answered) report.holds.push_back({"spf.lookups", audit.domain, ""});
    if (lookups < most_lookups - 1 || audit.probe.result == Result::temperror) return;
    if (find_loop(audit.tree) != nullptr) return;
    const Evaluation* broken = audit.first_with(Result::permerror);
    if (broken != nullptr && broken != &audit.probe && broken->lookups > most_lookups) return;
    auto finding =
        finding_of(audit, "spf.lookups", "", lookups < most_lookups ? Severity::info : Severity::warning,
                   "SPF of " + audit.domain + " needs " + (audit.tree.bounded ? "at least " : "") +
                       std::to_string(lookups) + " terms that query DNS; past 10 it is a permanent error");
    finding.evidence += tree_evidence(audit.tree);
    finding.remedy = lookups_remedy(audit);
    report.findings.push_back(std::move(finding));
}

std::string text_of(const std::vector<IpNetwork>& networks) {
    std::string out;
    for (std::size_t i = 0; i < std::min(networks.size(), single_findings); ++i)
        out += (i == 0 ? "" : ", ") + networks[i].to_string();
    return networks.size() > single_findings ? out + " and more" : out;
}

std::string drop_remedy(const Audit& audit, const std::vector<UnusedTerm>& unused) {
    const auto is_one = [&](const Term& term) {
        return std::any_of(unused.begin(), unused.end(),
                           [&](const UnusedTerm& one) { return one.term == term; });
    };
    const auto& first = unused.front();
    if (first.domain == audit.tree.root.domain)
        return publish(audit.domain, proposal_without(audit, is_one, false));
    return publish(first.domain, without_terms(first.record, {first.term}));
}

Finding unused_finding(const Audit& audit, const UnusedTerm& unused) {
    const bool own = unused.domain == audit.tree.root.domain;
    const std::string where = own ? "" : " in the record of " + unused.domain;
    Finding finding =
        unused.nothing
            ? finding_of(audit, "spf.void_term", unused.term.to_string(), Severity::info,
                         "SPF of " + audit.domain + " names no address with " + in_quotes(unused.written) +
                             where + ": receivers end with a permanent error after two such questions")
            : finding_of(
                  audit, "spf.stale_address", unused.term.to_string(), Severity::info,
                  "SPF of " + audit.domain + " authorises " + text_of(unused.networks) + " by " +
                      in_quotes(unused.written) + where +
                      ", but no configured sender uses it: whoever has it today may send in this name");
    if (!own) finding.evidence += '\n' + shown(unused.domain, unused.record);
    const auto record = drop_remedy(audit, {unused});
    finding.remedy =
        unused.nothing
            ? "Take it out. " + record
            : "If it is yours, add it to the addresses of a sender; if not, take it out. " + record;
    return finding;
}

void report_unused(Report& report, const Audit& audit) {
    std::vector<UnusedTerm> unused = audit.unused;
    std::erase_if(unused, [&](const UnusedTerm& one) { return is_wide(one.term, {1, audit.networks}); });
    std::vector<UnusedTerm> stale;
    std::size_t nothing = 0;
    for (const auto& one : unused)
        if (one.nothing && ++nothing <= single_findings)
            report.findings.push_back(unused_finding(audit, one));
        else if (!one.nothing)
            stale.push_back(one);
    if (stale.size() <= single_findings) {
        for (const auto& one : stale)
            report.findings.push_back(unused_finding(audit, one));
        return;
    }
    std::string terms;
    for (std::size_t i = 0; i < single_findings; ++i)
        terms += (i == 0 ? "" : ", ") + in_quotes(stale[i].written);
    auto finding =
        finding_of(audit, "spf.stale_address", "", Severity::info,
                   "SPF of " + audit.domain + " authorises addresses by " + std::to_string(stale.size()) +
                       " terms that no configured sender uses: " + terms + " and " +
                       std::to_string(stale.size() - single_findings) +
                       " more; whoever has them today may send in this name");
    std::vector<UnusedTerm> own;
    std::copy_if(stale.begin(), stale.end(), std::back_inserter(own),
                 [&](const UnusedTerm& one) { return one.domain == audit.tree.root.domain; });
    finding.remedy = "Add those that are yours to the addresses of a sender; take the others out.";
    if (!own.empty()) finding.remedy += " Without all of them: " + drop_remedy(audit, own);
    report.findings.push_back(std::move(finding));
}

}  // namespace

std::string tree_evidence(const LookupTree& tree) {
    const auto lines = lines_of(tree);
    std::string out = "\nterms that query DNS: " + std::string(tree.bounded ? "at least " : "") +
                      std::to_string(tree.lookups()) + " of 10";
    for (std::size_t i = 0; i < std::min(lines.size(), shown_lines); ++i)
        out += "\n  " + lines[i];
    if (lines.size() > shown_lines) out += "\n  and " + std::to_string(lines.size() - shown_lines) + " more";
    return out;
}

std::string lookups_remedy(const Audit& audit) {
    if (!audit.flattened.empty())
        return "Put addresses in place of a and mx, and renew them when these change: " +
               zone_line(audit.domain, audit.flattened) + " needs " +
               std::to_string(audit.flattened_lookups) +
               (audit.flattened_lookups < most_lookups - 1
                    ? "."
                    : "; take out includes that are not used as well.");
    return "Put ip4: and ip6: terms in place of a, mx and include terms, and take out relays that are not "
           "used, "
           "until fewer than 10 remain; the tree shows what each costs.";
}

const LookupNode* find_loop(const LookupTree& tree) {
    const LookupNode* found = nullptr;
    visit_below(tree.root, [&](const LookupNode& node, const LookupNode&) {
        if (found == nullptr && node.fault == LookupNode::Fault::loop) found = &node;
    });
    return found;
}

void report_records(Report& report, const Audit& audit) {
    // What the includes that did not answer may have said.
    if (!audit.tree.answered)
        for (const auto* code : {"spf.pass_all", "spf.wide_network", "spf.ptr", "spf.neutral_all",
                                 "spf.no_all", "spf.include_void", "spf.include_broken", "spf.include_loop"})
            report.holds.push_back({code, audit.domain, ""});
    report_text(report, audit);
    report_included(report, audit);
    report_targets(report, audit);
    report_loops(report, audit);
    report_lookups(report, audit);
    report_unused(report, audit);
}

}  // namespace reputed::spf
