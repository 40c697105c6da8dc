#include <algorithm>
#include <utility>

#include "checks/auth/dkim_check.hpp"
#include "checks/auth/dkim_record.hpp"
#include "checks/auth/dmarc_check.hpp"
#include "checks/auth/spf.hpp"
#include "checks/auth/spf_remedy.hpp"

// Mail passes DMARC when SPF passes for an aligned domain or a DKIM signature does (RFC 9989 section 5.3.5).
// The envelope-from domain of a sender is the From domain here, so SPF is aligned and has to pass; a signature
// has to be aligned as well.
namespace reputed::dmarc {
namespace {

constexpr std::size_t sampled_addresses = 8;  // of one sender
constexpr std::size_t most_selectors = 20;

enum class Passes : std::uint8_t { no, unknown, yes };

struct Opinion {
    Passes passes = Passes::no;
    std::string text;  // "SPF of example.com says softfail for 192.0.2.1"
};

Opinion spf_opinion(const std::string& domain, const Sender& sender, const Services& services) {
    if (!sender.via.empty()) return {Passes::unknown, "SPF is judged at the addresses of " + sender.via};
    if (sender.networks.empty()) return {Passes::unknown, "no address is known to judge SPF at"};
    spf::Answers answers(services.resolver);
    spf::Options options;
    options.stop = services.stop;
    options.explain = false;
    options.trace = false;
    Opinion opinion{Passes::yes, "SPF passes"};
    for (const auto& address : spf::sample_addresses(sender.networks, sampled_addresses)) {
        const auto evaluation =
            spf::check_host({address.ip, "postmaster@" + domain, sender.hostname}, answers, options);
        if (evaluation.result == spf::Result::pass) continue;
        const auto passes = evaluation.result == spf::Result::temperror ? Passes::unknown : Passes::no;
        if (passes < opinion.passes)
            opinion = {passes, "SPF of " + domain + " says " + std::string(to_string(evaluation.result)) +
                                   " for " + address.ip.to_string()};
    }
    return opinion;
}

Opinion dkim_opinion(const std::string& domain, const Discovery& found, const Services& services) {
    Opinion best{Passes::no, "no DKIM selector is known"};
    const auto selectors = dkim::selectors_of(services.settings, domain, dkim::read_signers());
    const auto take = [&](Passes passes, std::string text) {
        if (passes > best.passes || best.text == "no DKIM selector is known")
            best = {passes, std::move(text)};
    };
    const bool strict = found.applied->policy->strict_dkim;
    for (std::size_t i = 0; i < std::min(selectors.size(), most_selectors); ++i) {
        const auto& selector = selectors[i];
        if (!is_aligned(selector.domain, domain, found, strict, services.resolver, services.stop)) {
            take(Passes::no,
                 "the DKIM domain " + selector.domain + " is not aligned" + (strict ? " (adkim=s)" : ""));
            continue;
        }
        const auto name = dkim::record_name(selector.domain, selector.selector);
        const auto answer = services.resolver.lookup_one(name, RecordType::txt, services.stop);
        if (!answer.definite())
            take(Passes::unknown, "the DKIM key " + name + " could not be looked up");
        else if (answer.records.empty() || !dkim::parse_record(answer.records.front().text).key ||
                 !dkim::parse_record(answer.records.front().text).valid())
            take(Passes::no, "there is no good DKIM key at " + name);
        else
            take(Passes::yes, "DKIM passes");
    }
    return best;
}

Severity severity_of_failure(const std::string& domain, const Discovery& found) {
    const auto& policy = *found.applied->policy;
    const auto asked = found.applied->domain == domain ? policy.policy : policy.for_subdomains();
    return asked == Policy::none ? Severity::warning : Severity::critical;
}

}  // namespace

void report_alignment(Report& report, const std::string& domain, const Discovery& found,
                      const Services& services) {
    if (!found.applied->policy->valid()) return;
    for (const auto& sender : services.settings.senders) {
        if (std::find(sender.domains.begin(), sender.domains.end(), domain) == sender.domains.end()) continue;
        if (sender.networks.empty() && sender.selectors.empty()) continue;
        const auto dkim = dkim_opinion(domain, found, services);
        if (dkim.passes == Passes::yes) continue;
        const auto spf = spf_opinion(domain, sender, services);
        const bool unsure = dkim.passes == Passes::unknown || spf.passes == Passes::unknown;
        if (unsure && spf.passes != Passes::yes) {
            report.holds.push_back({"dmarc.alignment", domain, sender.name});
            continue;
        }
        if (spf.passes == Passes::yes && dkim.passes == Passes::unknown) continue;
        Finding finding;
        finding.code = "dmarc.alignment";
        finding.subject = domain;
        finding.object = sender.name;
        finding.evidence = spf::zone_line("_dmarc." + found.applied->domain, found.applied->records.front()) +
                           '\n' + spf.text + '\n' + dkim.text;
        if (spf.passes == Passes::yes) {
            finding.severity = Severity::info;
            finding.message = "mail of " + sender.name + " from " + domain + " passes DMARC by SPF alone (" +
                              dkim.text + "): forwarded mail fails";
            finding.remedy =
                "Sign it with DKIM, d=" + domain + ", and name the selector in the configuration.";
        } else {
            finding.severity = severity_of_failure(domain, found);
            finding.message = "mail of " + sender.name + " from " + domain + " fails DMARC: " + spf.text +
                              ", and " + dkim.text;
            finding.remedy =
                "Let SPF of " + domain + " cover the address, or sign with DKIM, d=" + domain + '.';
        }
        report.findings.push_back(std::move(finding));
    }
}

}  // namespace reputed::dmarc
