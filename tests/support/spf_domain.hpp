#pragma once

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "checks/auth/spf_check.hpp"
#include "checks/check.hpp"
#include "tests/support/fake_resolver.hpp"

// The SPF check on a domain of zone text.
namespace reputed::test {

// Sends for example.com; its EHLO name is its name.
inline Sender spf_sender(std::string name, const std::vector<const char*>& networks, std::string via = "") {
    Sender out;
    out.name = std::move(name);
    out.hostname = out.name;
    for (const auto* network : networks)
        out.networks.push_back(*IpNetwork::parse(network));
    out.domains = {"example.com"};
    out.via = std::move(via);
    return out;
}

inline Report run_spf(const std::string& zone, std::vector<Sender> senders,
                      const std::string& subject = "example.com") {
    FakeResolver resolver(zone);
    Settings settings;
    settings.senders = std::move(senders);
    const ActiveLists lists;
    const Services services{resolver, settings, lists, std::chrono::system_clock::time_point{}, {}};
    return spf_check().run(subject, services);
}

// "CODE(OBJECT) SEVERITY", a line each.
inline std::string summary(const Report& report) {
    std::string out;
    for (const auto& finding : report.findings)
        out += finding.code + '(' + finding.object + ") " + std::string(to_string(finding.severity)) + '\n';
    return out;
}

inline const Finding* find_code(const Report& report, const std::string& code) {
    const auto found = std::find_if(report.findings.begin(), report.findings.end(),
                                    [&](const Finding& finding) { return finding.code == code; });
    return found == report.findings.end() ? nullptr : &*found;
}

inline bool holds(const Report& report, const std::string& code) {
    return std::any_of(report.holds.begin(), report.holds.end(),
                       [&](const Hold& hold) { return hold.code == code; });
}

}  // namespace reputed::test
