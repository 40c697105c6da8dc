#include "checks/mta/log/delivery_check.hpp"

#include "checks/mta/log/authentication.hpp"
#include "checks/mta/log/delivery_findings.hpp"
#include "checks/mta/log/delivery_log.hpp"
#include "checks/mta/log/delivery_metrics.hpp"
#include "checks/mta/log/log_places.hpp"

namespace reputed::mta {
namespace {

std::vector<std::string> subjects(const Settings& settings, const ActiveLists&) {
    return logged_mtas(settings.mta);
}

std::chrono::seconds interval(const Settings& settings, const ActiveLists&, const std::string&) {
    return settings.mta.interval;
}

Report run(const std::string& subject, const Services& services) {
    Report report;
    const auto view = services.deliveries == nullptr ? nullptr : services.deliveries->view(subject);
    if (view == nullptr) {
        report.holds.push_back({});
        return report;
    }
    add_delivery_findings(*view, std::chrono::system_clock::to_time_t(services.now), report);
    explain_authentication(*view, services, report);
    add_delivery_samples(*view, report);
    return report;
}

}  // namespace

Check delivery_check() {
    return {.name = "delivery",
            .help = "What the MTA's log says about who takes our mail, who refuses it and why.",
            .subjects = subjects,
            .interval = interval,
            .run = run,
            .metrics = delivery_metrics()};
}

}  // namespace reputed::mta
