#include "checks/identity/ptr_check.hpp"

#include <algorithm>
#include <utility>

#include "checks/identity/ptr.hpp"
#include "checks/identity/ptr_findings.hpp"
#include "checks/net/resolver.hpp"

namespace reputed::identity {
namespace {

// Of a sender's domains, those that are searched for a misplaced record: three questions each.
constexpr std::size_t max_domains_searched = 8;

const MetricInfo ptr_verdict{"reputed_ptr_verdict",
                             SampleType::gauge,
                             "Reverse DNS of a sending IP: 0 ok, 1 info, 2 warning, 3 critical, -1 unknown.",
                             {"ip"}};

Identity identity_of(const IpAddress& address, const Settings& settings) {
    Identity identity{address, address.to_string(), reverse_name(address), {}, {}, {}};
    for (const auto& sender : settings.senders) {
        const bool sends = std::any_of(sender.networks.begin(), sender.networks.end(),
                                       [&](const IpNetwork& network) { return network.contains(address); });
        if (!sends) continue;
        identity.senders.push_back(&sender);
        if (!sender.hostname.empty()) identity.hostnames.push_back(normalized_name(sender.hostname));
        for (const auto& domain : sender.domains)
            identity.domains.push_back(normalized_name(domain));
    }
    sort_unique(identity.hostnames);
    sort_unique(identity.domains);
    return identity;
}

// First the reverse name and the hostnames, then, in a second batch, what the first answers lead to.
Seen ask(const Identity& identity, const Services& services) {
    const RecordType type = address_type(identity.address.family());
    std::vector<Question> questions = {{identity.reverse, RecordType::ptr}};
    for (const auto& hostname : identity.hostnames) {
        questions.push_back({hostname, type});
        questions.push_back({hostname, address_type(other(identity.address.family()))});
    }
    auto answers = services.resolver.lookup(questions, services.stop);
    Seen seen;
    seen.reverse = std::move(answers[0]);
    seen.names = ptr_names(seen.reverse);
    for (std::size_t i = 0; i < identity.hostnames.size(); ++i)
        seen.hosts.push_back(
            {identity.hostnames[i], std::move(answers[2 * i + 1]), std::move(answers[2 * i + 2])});

    questions.clear();
    for (auto& name : names_to_resolve(seen.names, identity.hostnames)) {
        const auto host = std::find_if(seen.hosts.begin(), seen.hosts.end(),
                                       [&](const HostAddresses& one) { return one.hostname == name; });
        if (host != seen.hosts.end())
            seen.forward.push_back({std::move(name), host->of_family});
        else
            questions.push_back({std::move(name), type});
    }
    const std::size_t forward_questions = questions.size();
    const auto own = [&](const std::string& name) { return identity.is_own(name); };
    if (seen.reverse.definite() && std::none_of(seen.names.begin(), seen.names.end(), own))
        for (std::size_t i = 0; i < std::min(identity.domains.size(), max_domains_searched); ++i)
            for (auto& name : misplaced_ptr_names(identity.address, identity.domains[i]))
                questions.push_back({std::move(name), RecordType::ptr});
    if (questions.empty()) return seen;
    answers = services.resolver.lookup(questions, services.stop);
    for (std::size_t i = 0; i < questions.size(); ++i) {
        auto& name = questions[i].name;
        if (i < forward_questions)
            seen.forward.push_back({std::move(name), std::move(answers[i])});
        else
            seen.misplaced.emplace_back(std::move(name), std::move(answers[i]));
    }
    return seen;
}

std::vector<std::string> subjects(const Settings& settings, const ActiveLists&) {
    std::vector<std::string> ips;
    for (const auto& sender : settings.senders)
        for (const auto& address : sender.addresses())
            ips.push_back(address.to_string());
    sort_unique(ips);
    return ips;
}

std::chrono::seconds interval(const Settings& settings, const ActiveLists&, const std::string&) {
    return settings.checks.ptr;
}

Report not_an_address(const std::string& subject) {
    Report report;
    report.findings.push_back({"ptr.unknown", subject, "", Severity::unknown,
                               subject + " is not an IP address.", "", "Name an IPv4 or IPv6 address.", ""});
    return report;
}

Report run(const std::string& subject, const Services& services) {
    const auto address = IpAddress::parse(subject);
    if (!address) return not_an_address(subject);
    const Identity identity = identity_of(*address, services.settings);
    const Seen seen = ask(identity, services);
    Report report = judge(identity, seen);
    report.samples.push_back({&ptr_verdict, {identity.ip}, verdict_value(report.verdict())});
    return report;
}

}  // namespace

Check ptr_check() {
    return {"ptr",    "Reverse DNS of every sending IP: exists, resolves back, names the mail server.",
            subjects, interval,
            run,      {&ptr_verdict}};
}

}  // namespace reputed::identity
