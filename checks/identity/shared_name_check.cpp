#include "checks/identity/shared_name_check.hpp"

#include <algorithm>

#include "checks/identity/ptr.hpp"
#include "config/public_suffix.hpp"

namespace reputed::identity {
namespace {

std::vector<std::string> subjects(const Settings& settings, const ActiveLists&) {
    std::vector<std::string> names;
    for (const auto& sender : settings.senders)
        for (const auto& domain : sender.domains)
            names.push_back(normalized_name(domain));
    const auto domains = names;
    // The host name of a relay is not the operator's to change, and one below a domain stands or falls with
    // it.
    for (const auto& sender : settings.senders) {
        if (sender.hostname.empty() || !sender.via.empty()) continue;
        const auto above = [&](const std::string& domain) { return is_within(sender.hostname, domain); };
        if (std::none_of(domains.begin(), domains.end(), above))
            names.push_back(normalized_name(sender.hostname));
    }
    sort_unique(names);
    return names;
}

// Of the domains' own check: the name changes with the configuration only, and the suffix list with the system.
std::chrono::seconds interval(const Settings& settings, const ActiveLists&, const std::string&) {
    return settings.checks.mx;
}

Report run(const std::string& name, const Services&) {
    Report report;
    const std::string suffix = private_suffix(name);
    if (suffix.empty()) return report;
    report.findings.push_back({"domain.shared_suffix", name, suffix, Severity::warning,
                               name + " lies below " + suffix +
                                   ", where anybody can have a name: it shares the reputation of strangers, "
                                   "and big receivers put such "
                                   "mail into the spam folder even when SPF, DKIM and DMARC pass.",
                               name + " is below " + suffix + ", a private entry of the public suffix list",
                               "Send from a domain of your own, registered directly below a public suffix.",
                               ""});
    return report;
}

}  // namespace

Check shared_name_check() {
    return {"shared_name",
            "Sending names below a suffix that is shared with strangers, such as dynamic DNS names.",
            subjects,
            interval,
            run,
            {}};
}

}  // namespace reputed::identity
