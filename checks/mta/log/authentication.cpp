#include "checks/mta/log/authentication.hpp"

#include <algorithm>

#include "checks/auth/dkim_check.hpp"
#include "checks/auth/dkim_signers.hpp"
#include "checks/mta/log/sent_from.hpp"

namespace reputed::mta {
namespace {

class Explanation {
  public:
    Explanation(const DeliveryView& view, const Services& services, Report& report)
        : view_(view), services_(services), report_(report), spf_(services) {}

    void explain(Finding& finding) {
        const auto sample = finding.evidence;
        auto ips = addresses_in(sample);
        if (ips.empty())
            for (const auto& [ip, seen] : sent_from(view_))
                ips.push_back(ip);
        if (ips.empty())
            for (const auto& sender : services_.settings.senders)
                for (const auto& network : sender.networks)
                    if (ips.size() < 4) ips.push_back(network.first());
        if (ips.size() > 4) ips.resize(4);
        auto named = sender_domains(services_.settings);
        // The reply may say which domain it was about.
        const auto about = std::stable_partition(named.begin(), named.end(), [&](const std::string& domain) {
            return sample.find(domain) != std::string::npos;
        });
        if (about != named.begin()) named.erase(about, named.end());
        for (const auto& domain : named) {
            for (const auto& ip : ips) {
                const auto& word = spf_.of(domain, ip);
                finding.evidence += "; " + word.text;
                if (word.result == spf::Result::temperror)
                    report_.holds.push_back({finding.code, finding.subject, finding.object});
            }
            finding.evidence += "; " + dkim_of(domain);
        }
    }

  private:
    std::string dkim_of(const std::string& domain) {
        const auto selectors = dkim::selectors_of(services_.settings, domain, dkim::read_signers());
        if (selectors.empty()) return "DKIM of " + domain + ": no selector is known, is the mail signed?";
        std::string text = "DKIM of " + domain + ":";
        for (std::size_t i = 0; i < std::min<std::size_t>(selectors.size(), 4); ++i) {
            const auto name = dkim::record_name(selectors[i].domain, selectors[i].selector);
            const auto& answer = spf_.answers().get(name, RecordType::txt, services_.stop);
            text += (i == 0 ? " " : ", ") + name;
            if (answer.outcome == Outcome::ok)
                text += " is published";
            else if (answer.outcome == Outcome::nxdomain || answer.outcome == Outcome::nodata)
                text += " is missing";
            else
                text += " could not be looked up";
        }
        return text;
    }

    const DeliveryView& view_;
    const Services& services_;
    Report& report_;
    SpfWords spf_;
};

}  // namespace

void explain_authentication(const DeliveryView& view, const Services& services, Report& report) {
    Explanation explanation(view, services, report);
    for (auto& finding : report.findings)
        if (finding.code == "delivery.refused" && finding.object.ends_with("/auth_failed"))
            explanation.explain(finding);
}

}  // namespace reputed::mta
