#include "checks/auth/spf_helo.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "checks/auth/spf_judge.hpp"
#include "checks/auth/spf_remedy.hpp"
#include "config/public_suffix.hpp"

namespace reputed::spf {
namespace {

constexpr std::size_t sample_limit = 64;    // addresses of one sender
constexpr std::size_t single_findings = 8;  // more addresses with the same result are one finding

bool has_helo(const Sender& sender) {
    if (sender.hostname.empty() || !sender.via.empty() || !domain_error(sender.hostname).empty())
        return false;
    const auto name = normalized_name(sender.hostname);
    return std::none_of(sender.domains.begin(), sender.domains.end(),
                        [&](const std::string& domain) { return normalized_name(domain) == name; });
}

struct Greeting {
    IpAddress ip;
    Evaluation evaluation;
};

struct Greetings {
    std::string hostname;
    std::vector<const Sender*> senders;
    std::vector<Greeting> greetings;
    std::vector<std::string> records;
    // The host name's own record can be no more than "v=spf1 a -all".
    bool name_has_all = true;
};

Greetings evaluate_all(const std::string& hostname, const Services& services) {
    const Run run{hostname, services};
    Answers answers(services.resolver);
    Greetings out;
    out.hostname = hostname;
    std::set<IpAddress> seen;
    for (const auto& sender : services.settings.senders) {
        if (!has_helo(sender) || normalized_name(sender.hostname) != hostname) continue;
        out.senders.push_back(&sender);
        for (const auto& sampled : sample_addresses(sender.networks, sample_limit))
            if (seen.insert(sampled.ip).second && !services.stop.stop_requested())
                out.greetings.push_back({sampled.ip, evaluate(run, answers, sampled.ip, "", hostname)});
    }
    if (out.senders.empty()) return out;
    for (const auto record : select_records(answers.get(hostname, RecordType::txt, services.stop)))
        out.records.emplace_back(record);
    for (const auto& greeting : out.greetings) {
        const auto type = greeting.ip.family() == Family::v4 ? RecordType::a : RecordType::aaaa;
        const Answer& answer = answers.get(hostname, type, services.stop);
        out.name_has_all = out.name_has_all && std::any_of(answer.records.begin(), answer.records.end(),
                                                           [&](const reputed::Record& record) {
                                                               return record.address == greeting.ip;
                                                           });
    }
    return out;
}

// A name that nobody else's server says needs no more.
std::string first_helo_record(const Greetings& seen) {
    if (seen.name_has_all) return "v=spf1 a -all";
    return with_terms("v=spf1 a -all", sender_terms(seen.senders));
}

std::string better_record(const Greetings& seen) {
    if (seen.records.empty()) return first_helo_record(seen);
    if (seen.records.size() > 1) return "";
    const auto better = corrected(seen.records.front());
    if (better.empty()) return first_helo_record(seen);
    return with_terms(better, seen.name_has_all ? std::vector<std::string>{"a"} : sender_terms(seen.senders));
}

// A host name of a hoster's is not the operator's to publish anything at.
bool is_own(const Greetings& seen) {
    const auto organization = organizational_domain(seen.hostname);
    return std::any_of(seen.senders.begin(), seen.senders.end(), [&](const Sender* sender) {
        return std::any_of(sender->domains.begin(), sender->domains.end(), [&](const std::string& domain) {
            return !organization.empty() && organizational_domain(domain) == organization;
        });
    });
}

std::string_view code_of_helo(Result result) {
    switch (result) {
        case Result::none:
            return "spf.helo_none";
        case Result::neutral:
            return "spf.helo_neutral";
        case Result::softfail:
            return "spf.helo_softfail";
        case Result::fail:
            return "spf.helo_fail";
        case Result::permerror:
            return "spf.helo_permerror";
        case Result::temperror:
            return "spf.helo_temperror";
        case Result::pass:
            break;  // is no finding
    }
    return "";
}

Severity severity_of_helo(Result result) {
    switch (result) {
        case Result::pass:
            return Severity::ok;
        case Result::none:
        case Result::neutral:
            return Severity::info;
        case Result::softfail:
        case Result::permerror:
            return Severity::warning;
        case Result::fail:
            return Severity::critical;
        case Result::temperror:
            return Severity::unknown;
    }
    return Severity::unknown;
}

std::string remedy_of(const Greetings& seen, Result result) {
    if (result == Result::temperror) return "Look at the name servers of the name in the message.";
    const auto record = better_record(seen);
    std::string line = record.empty() ? "Leave a single SPF record at " + seen.hostname + '.'
                                      : "Publish " + zone_line(seen.hostname, record);
    if (is_own(seen)) return line;
    return "The name belongs to the provider: ask for an SPF record that covers the address, or greet with a "
           "name "
           "of your own. " +
           line;
}

std::string why_it_matters(Result result) {
    switch (result) {
        case Result::none:
            return "bounces get no SPF pass, and anybody can greet with this name";
        case Result::neutral:
        case Result::pass:
            return "bounces get no SPF pass";
        case Result::softfail:
            return "receivers that check EHLO distrust the server, and its bounces get softfail";
        case Result::fail:
            return "receivers that check EHLO refuse the server, and its bounces fail SPF";
        case Result::permerror:
        case Result::temperror:
            return "receivers cannot check the name, nor bounces";
    }
    return "";
}

void report_result(Report& report, const Greetings& seen, Result result) {
    std::vector<const Greeting*> found;
    for (const auto& greeting : seen.greetings)
        if (greeting.evaluation.result == result) found.push_back(&greeting);
    if (found.empty() || (result == Result::none && !is_own(seen))) return;
    // A record that is missing, broken or not to be had is one thing, whatever the addresses.
    const bool one = result == Result::none || result == Result::permerror || result == Result::temperror ||
                     found.size() > single_findings;
    std::string evidence;
    for (const auto& record : seen.records)
        evidence += (evidence.empty() ? "" : "\n") + zone_line(seen.hostname, record);
    if (evidence.empty()) evidence = found.front()->evaluation.reason;
    for (const auto* greeting : found) {
        Finding finding;
        finding.code = code_of_helo(result);
        finding.subject = seen.hostname;
        finding.object = one ? "" : greeting->ip.to_string();
        finding.severity = severity_of_helo(result);
        const std::string whom = !one ? " for " + greeting->ip.to_string()
                                 : found.size() > single_findings
                                     ? " for " + std::to_string(found.size()) + " addresses"
                                     : "";
        finding.message = "SPF of the EHLO name " + seen.hostname + " says " +
                          std::string(to_string(result)) + whom + ": " + greeting->evaluation.reason + "; " +
                          why_it_matters(result);
        finding.evidence = evidence.substr(0, 2000);
        finding.remedy = remedy_of(seen, result);
        report.findings.push_back(std::move(finding));
        if (one) return;
    }
}

}  // namespace

std::vector<std::string> helo_names(const Settings& settings) {
    std::vector<std::string> names;
    std::set<std::string> seen;
    for (const auto& sender : settings.senders)
        if (has_helo(sender) && seen.insert(normalized_name(sender.hostname)).second)
            names.push_back(normalized_name(sender.hostname));
    return names;
}

Report helo_report(const std::string& hostname, const Services& services) {
    const Greetings seen = evaluate_all(hostname, services);
    Report report;
    for (const auto result : {Result::none, Result::neutral, Result::softfail, Result::fail,
                              Result::permerror, Result::temperror}) {
        const bool found =
            std::any_of(seen.greetings.begin(), seen.greetings.end(),
                        [&](const Greeting& greeting) { return greeting.evaluation.result == result; });
        if (found && result == Result::temperror)
            for (const auto* code : {"spf.helo_none", "spf.helo_neutral", "spf.helo_softfail",
                                     "spf.helo_fail", "spf.helo_permerror"})
                report.holds.push_back({code, hostname, ""});
        if (found) report_result(report, seen, result);
    }
    return report;
}

}  // namespace reputed::spf
